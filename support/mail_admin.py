"""The mails that customers sent us: what waits, what became of it, and what staff decide."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from support import mail_reading, mail_sorting, mailbox, moves
from support.models import ContactMessage, InboundMail, Request
from support.staff_forms import OrganizationForm
from support.workflow import ANSWERS, IllegalMove, Kind, NotAllowed

Status = InboundMail.Status
WAITS_FIRST = Case(
    When(status=Status.QUARANTINED, then=Value(0)),
    default=Value(1),
    output_field=IntegerField(),
)


class AdmitForm(forms.Form):
    """Into which request's conversation a mail goes."""

    reference = forms.CharField(
        label=gettext_lazy("Référence de la demande"),
        max_length=16,
        error_messages={"required": gettext_lazy("Indiquez la demande, par exemple D-2026-0412.")},
        widget=forms.TextInput(attrs={"class": "field", "autocomplete": "off"}),
    )

    def clean_reference(self) -> str:
        reference = self.cleaned_data["reference"].strip().upper()
        request = Request.objects.filter(reference=reference).first()
        if request is None:
            raise forms.ValidationError(_("Aucune demande à cette référence : vérifiez-la."))
        if request.kind == Kind.TASK:
            raise forms.ValidationError(
                _("C’est une tâche de l’équipe, sans client : faites de cet e-mail une demande.")
            )
        return reference


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be decided of a mail: its form, and what is said when it is done."""

    run: Callable[..., object]
    form: type[forms.Form]
    done: str
    field: str = ""  # under which a refusal is told
    reads_clock: bool = False


DEEDS = {
    "admit": Deed(
        mailbox.admit,
        AdmitForm,
        gettext_lazy("E-mail joint à la conversation."),
        field="reference",
        reads_clock=True,
    ),
    "make_request": Deed(
        mailbox.make_request,
        OrganizationForm,
        gettext_lazy("Demande créée de cet e-mail."),
        field="organization",
        reads_clock=True,
    ),
    "make_contact": Deed(
        mailbox.make_contact, forms.Form, gettext_lazy("E-mail passé aux messages de visiteurs.")
    ),
    "dismiss": Deed(mailbox.dismiss, forms.Form, gettext_lazy("E-mail écarté. Il reste lisible.")),
    "restore": Deed(mailbox.restore, forms.Form, gettext_lazy("E-mail remis en quarantaine.")),
}


class InboundMailAdmin(ReadOnlyAdmin):
    """Mails received; what waits comes first. Their HTML is never shown, only their text."""

    list_display = ["received_at", "sender", "subject", "status", "reason", "reference"]
    list_filter = ["status"]
    search_fields = ["=sender", "subject", "=reference"]
    ordering = [WAITS_FIRST, "-received_at"]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": _("Courrier"), **(extra_context or {})})

    def get_queryset(self, request):
        return super().get_queryset(request).defer("raw", "text")

    def get_urls(self):
        decide = self.admin_site.admin_view(self.decide)
        name = "support_inboundmail_decide"
        return [path("<uuid:pk>/decision/<slug:name>/", decide, name=name), *super().get_urls()]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show a mail, what it is thought to be, and what may be decided."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self._mail_page(request, self._mail_or_404(request, object_id))

    def _mail_or_404(self, request, object_id) -> InboundMail:
        mail = self.get_object(request, str(object_id))
        if mail is None:
            raise Http404
        return mail

    def _mail_page(self, request, mail, *, tried="", form=None, status=200):
        letter = mail_reading.read(bytes(mail.raw))
        suggestions = mail_sorting.suggestions(mail)
        reference = mail.reference or mail_sorting.only_reference(suggestions)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": mail.subject or mail.sender or _("E-mail sans objet"),
            "mail": mail,
            "letter": letter,
            "is_shortened": letter.whole.strip() != mail.text,
            "suggestions": suggestions,
            "became": Request.objects.filter(reference=mail.reference)
            .select_related("organization")
            .first(),
            "contact": ContactMessage.objects.filter(mail=mail).first(),
            "may_decide": bool(moves.staff(request.user) & ANSWERS),
            "waits": mail.status in (Status.QUARANTINED, Status.IGNORED),
            "admit": form if tried == "admit" else AdmitForm(initial={"reference": reference}),
            "make_request": form if tried == "make_request" else OrganizationForm(),
        }
        template = "admin/support/inboundmail/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def decide(self, request, pk, name):
        """Do what was decided of a mail; a refusal shows the mail again with its reason."""
        if name not in DEEDS:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail, deed = self._mail_or_404(request, pk), DEEDS[name]
        if request.method != "POST":
            return redirect("admin:support_inboundmail_change", pk)
        if not moves.staff(request.user) & ANSWERS:
            raise PermissionDenied
        form = deed.form(request.POST)
        if form.is_valid() and self._done(request, mail, deed, form):
            return redirect("admin:support_inboundmail_change", pk)
        return self._mail_page(request, mail, tried=name, form=form, status=422)

    def _done(self, request, mail, deed, form) -> bool:
        """Run one deed, note who did it and say how it went; False when the form is refused."""
        given = {"on": timezone.localdate()} if deed.reads_clock else {}
        run = partial(deed.run, mail_id=mail.pk, actor=request.user, **given, **form.cleaned_data)
        try:
            run()
        except NotAllowed:
            raise PermissionDenied from None
        except mailbox.Decided:
            messages.error(request, _("Un collègue a décidé entre-temps : voici ce qu’il a fait."))
            return True
        except mailbox.NoSender:
            messages.error(request, _("Cet e-mail n’a pas d’adresse où répondre : écartez-le."))
            return True
        except IllegalMove:
            form.add_error(deed.field, _("Cette demande est terminée : rouvrez-la d’abord."))
            return False
        self.log_change(request, mail, str(deed.done))
        messages.success(request, deed.done)
        return True
