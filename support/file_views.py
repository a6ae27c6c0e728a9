"""The doors of one request at the desk: its page, its deeds, its conversation, its files."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.tasks import send_mail_soon
from subscriptions.places import asking_support
from support import attachments, conversation, desk, moves
from support.actions import ACTIONS
from support.canned_replies import Offered, offered
from support.composer import CALL, CUSTOMER, NOTE, ComposerForm
from support.conversation import AlreadyReminded
from support.downloads import download
from support.drawing import REFUSALS
from support.effects import effects
from support.handover import NotAgreed
from support.message_forms import CustomerMessageForm
from support.models import Attachment, Request
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, ReductionTooLarge, StaleQuote
from support.refusals import desk_refusal_text
from support.staff_forms import AssignForm
from support.workflow import IllegalMove, NotAllowed, may_do

SAID = {
    CUSTOMER: (conversation.reply_as_staff, gettext_lazy("Message envoyé au client.")),
    NOTE: (conversation.add_note, gettext_lazy("Note ajoutée, invisible du client.")),
    CALL: (conversation.note_call, gettext_lazy("Appel noté, invisible du client.")),
}
EXPECTED = (
    AlreadyReminded,
    IllegalMove,
    NotAgreed,
    AlreadyAsked,
    StaleQuote,
    ExpiredQuote,
    ReductionTooLarge,
    *REFUSALS,
)


class FileViews:
    """What `RequestAdmin` answers about one request; every change is a deed with its own form."""

    def file_urls(self) -> list:
        """Return the addresses of one request, for staff alone."""
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", wrap(self.say), name="support_request_say"),
            path("<int:pk>/prendre/", wrap(self.take), name="support_request_take"),
            path("<int:pk>/geste/<slug:name>/", wrap(self.act), name="support_request_move"),
            path(
                "<int:pk>/pieces/<int:attachment>/",
                wrap(self.attachment),
                name="support_request_attachment",
            ),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show the file of a request; nothing is posted to it."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        return self._file_page(request, object_id)

    def _file_page(self, request, pk, *, form=None, status=200):
        file = file_or_404(request, pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": file.request.title,
            "file": file,
            "form": form or self._composer(request, file),
            "buttons": [(deed, ACTIONS[deed]) for deed in file.deeds if deed in ACTIONS],
            "main": ACTIONS.get(file.main),
        }
        template = "admin/support/request/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def _composer(self, request, file) -> ComposerForm:
        return ComposerForm(file=file, agent=request.user, chosen=request.GET.get("reponse", ""))

    def act(self, request, pk, name):
        """Show what one deed will do, with its form; then do it."""
        action = ACTIONS.get(name)
        file = file_or_404(request, pk)
        if action is None:
            raise Http404
        if not self.has_view_permission(request) or not may_do(name, moves.staff(request.user)):
            raise PermissionDenied
        if name not in (file.main, *file.deeds):
            messages.error(request, desk_refusal_text(IllegalMove()))
            return redirect("admin:support_request_change", pk)
        today = timezone.localdate()
        posted = request.POST if request.method == "POST" else None
        form = action.form(posted, file=file, today=today)
        ready = _ready(request, file, form)
        if posted is not None and form.is_valid():
            deed = partial(action.run, request_id=pk, on=today, **form.arguments)
            asking = asking_support(organization=file.request.organization, on=today)
            done = self._done(request, asking(deed), said=action.done)
            if done:
                made = done.pk if isinstance(done, Request) else pk
                return redirect("admin:support_request_change", made)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.label,
            "action": action,
            "file": file,
            "form": form,
            "offered": ready,
            "effects": effects(name, file, actor=request.user, on=today),
        }
        template = "admin/support/request/move.html"
        status = 200 if posted is None else 422
        return TemplateResponse(request, template, context, status=status)

    def say(self, request, pk):
        """Answer the customer, leave a note that they never see, or note a call."""
        if request.method != "POST":
            return redirect("admin:support_request_change", pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = file_or_404(request, pk)
        if not file.may_note:
            raise PermissionDenied
        form = ComposerForm(request.POST, request.FILES, file=file, agent=request.user)
        if not form.is_valid():
            return self._file_page(request, pk, form=form, status=422)
        deed, said = SAID[form.cleaned_data["audience"]]
        deed = partial(deed, request_id=pk, on=timezone.localdate(), **form.arguments)
        self._done(request, deed, said=said)
        return redirect("admin:support_request_change", pk)

    def take(self, request, pk):
        """Take a request upon oneself, or give it to a colleague."""
        if request.method != "POST":
            return redirect("admin:support_request_change", pk)
        form = AssignForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choisissez à qui assigner cette demande."))
            return redirect("admin:support_request_change", pk)
        to = form.cleaned_data["to"] or request.user
        deed = partial(conversation.assign, request_id=pk, to=to, on=timezone.localdate())
        said = _("La demande est à %(name)s.") % {"name": to.full_name}
        self._done(request, deed, said=_("La demande est à vous.") if to == request.user else said)
        return redirect("admin:support_request_change", pk)

    def attachment(self, request, pk, attachment):
        """Give a file of the conversation, those of notes too, to be saved."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return download(attachments.of_request(pk, pk=attachment))
        except Attachment.DoesNotExist:
            raise Http404 from None

    def _done(self, request, deed, *, said):
        """Run one deed and say how it went; return what it made, None when it was refused."""
        try:
            done = deed(actor=request.user)
        except NotAllowed:
            raise PermissionDenied from None
        except Request.DoesNotExist:
            raise Http404 from None
        except EXPECTED as refusal:
            messages.error(request, desk_refusal_text(refusal))
            return None
        send_mail_soon()
        messages.success(request, said)
        return done


def _ready(request, file, form) -> Offered | None:
    """Return the ready answers for what the customer will read; the one chosen fills it."""
    if not isinstance(form, CustomerMessageForm):
        return None
    ready = offered(file, request.user, chosen=request.GET.get("reponse", ""))
    if ready.chosen:
        form.initial["body"] = ready.chosen.body
    return ready


def file_or_404(request, pk):
    try:
        return desk.request_file(int(pk), user=request.user, at=timezone.now())
    except (Request.DoesNotExist, ValueError):
        raise Http404 from None
