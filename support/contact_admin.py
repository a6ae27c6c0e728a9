"""The doors of visitors' messages: their list beside the queue, one message, what staff decide."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin import ReadOnlyAdmin
from accounts.tasks import send_mail_soon
from support import contact_queue, contacts, moves
from support.contact_file import HANDS, contact_file
from support.contact_forms import CloseForm, ReplyForm
from support.models import Request
from support.queue_head import queue_head
from support.staff_forms import OrganizationForm
from support.workflow import IllegalMove, NotAllowed

VIEWS = {
    "waiting": gettext_lazy("À traiter"),
    "late": gettext_lazy("En retard"),
    "done": gettext_lazy("Terminés"),
    "all": gettext_lazy("Tous"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """What may be decided of a message: its form, and what is said when it is done."""

    run: Callable[..., object]
    form: type[forms.Form]
    done: str
    reads_clock: bool = False


DEEDS = {
    "take": Deed(contacts.take, forms.Form, gettext_lazy("Le message est à vous.")),
    "reply": Deed(contacts.reply, ReplyForm, gettext_lazy("Réponse envoyée par e-mail.")),
    "close": Deed(contacts.close, CloseForm, gettext_lazy("Message classé sans suite.")),
    "reopen": Deed(contacts.reopen, forms.Form, gettext_lazy("Message rouvert.")),
    "attach": Deed(
        contacts.attach,
        OrganizationForm,
        gettext_lazy("Demande ouverte de ce message."),
        reads_clock=True,
    ),
}


class ViewFilter(admin.ListFilter):
    """Which of the messages are shown: those that wait, or all that a search finds."""

    title = gettext_lazy("état")

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        params.pop("view", None)
        self.view = view_of(request.GET)

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str]:
        return ["view"]

    def choices(self, changelist) -> list:
        return []

    def queryset(self, request, queryset):
        return queryset.filter(contact_queue.shown(self.view, at=timezone.now()))


def view_of(given) -> str:
    """Return the view that an address asks for: what waits, or all for a search without one."""
    view = given.get("view")
    if view in contact_queue.VIEWS:
        return view
    return "all" if given.get("q") else "waiting"


class ContactMessageAdmin(ReadOnlyAdmin):
    """Messages of people who were not signed in, and what became of them."""

    list_display = ["created_at"]
    list_filter = [ViewFilter]
    list_select_related = ["assigned_to"]
    search_fields = ["name"]  # what it finds is told by get_search_results
    actions = None

    def get_ordering(self, request) -> tuple:
        return contact_queue.order_of(view_of(request.GET))

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        return (queryset.filter(contact_queue.search(term)) if term else queryset), False

    def get_urls(self):
        act = self.admin_site.admin_view(self.act)
        name = "support_contactmessage_act"
        return [path("<uuid:pk>/geste/<slug:name>/", act, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Show one page of the messages, the most urgent first, as a tab of the queue."""
        context = {"title": _("Visiteurs"), "subtitle": None, **(extra_context or {})}
        response = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse):
            now, changes = timezone.now(), response.context_data["cl"]
            response.context_data |= {
                "head": queue_head(request.user, view="visitors", at=now),
                "rows": contact_queue.contact_rows(changes.result_list, at=now),
                "view": changes.filter_specs[0].view,
                "views": VIEWS,
            }
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show a message, whose it may be and what may be decided; nothing is posted to it."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self._contact_page(request, object_id)

    def _contact_page(self, request, pk, *, tried="", form=None, status=200):
        file = self._file_or_404(request, pk)
        forms_shown = {"reply": ReplyForm(), "close": CloseForm(), "attach": OrganizationForm()}
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Message de %(name)s") % {"name": file.contact.name},
            "file": file,
            "became": Request.objects.filter(reference=file.contact.answered_by).first(),
            **forms_shown,
            **({tried: form} if tried else {}),
        }
        template = "admin/support/contactmessage/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def _file_or_404(self, request, pk):
        contact = self.get_object(request, str(pk))
        if contact is None:
            raise Http404
        return contact_file(contact.pk, user=request.user, at=timezone.now())

    def act(self, request, pk, name):
        """Do what was decided of a message; a refusal shows it again with its reason."""
        deed = DEEDS.get(name)
        if deed is None:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        contact = self.get_object(request, str(pk))
        if contact is None:
            raise Http404
        if request.method != "POST":
            return redirect("admin:support_contactmessage_change", pk)
        if not moves.staff(request.user) & HANDS[name]:
            raise PermissionDenied
        form = deed.form(request.POST)
        if not form.is_valid():
            return self._contact_page(request, pk, tried=name, form=form, status=422)
        made = self._done(request, contact, deed, form.cleaned_data)
        if isinstance(made, Request):
            return redirect("admin:support_request_change", made.pk)
        return redirect("admin:support_contactmessage_change", pk)

    def _done(self, request, contact, deed, given: dict):
        """Run one deed, note who did it and say how it went; return what it made."""
        on = {"on": timezone.localdate()} if deed.reads_clock else {}
        run = partial(deed.run, contact_id=contact.pk, actor=request.user, **on, **given)
        try:
            made = run()
        except NotAllowed:
            raise PermissionDenied from None
        except IllegalMove as other:
            messages.error(request, _too_late(str(other)))
            return None
        self.log_change(request, contact, str(deed.done))
        send_mail_soon()
        messages.success(request, deed.done)
        return made


def _too_late(reference: str) -> str:
    if reference:
        text = _("Ce message est déjà devenu la demande %(reference)s.")
        return text % {"reference": reference}
    return _("Un collègue a décidé entre-temps : voici ce qu’il a fait.")
