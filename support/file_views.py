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

from accounts.tasks import send_mail_soon
from subscriptions.places import asking_support
from support import attachments, conversation, desk, moves
from support.actions import ACTIONS
from support.downloads import download
from support.drawing import REFUSALS
from support.forms import ReplyForm
from support.handover import NotAgreed
from support.models import Attachment, Request
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import desk_refusal_text
from support.workflow import IllegalMove, NotAllowed, may_move

EXPECTED = (IllegalMove, NotAgreed, AlreadyAsked, StaleQuote, ExpiredQuote, *REFUSALS)


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
            "form": form or ReplyForm(),
            "buttons": [(move, ACTIONS[move]) for move in file.moves if move in ACTIONS],
            "main": ACTIONS.get(file.main),
        }
        template = "admin/support/request/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def act(self, request, pk, name):
        """Show what one deed will do, with its form; then do it."""
        action = ACTIONS.get(name)
        file = file_or_404(request, pk)
        if action is None:
            raise Http404
        if not self.has_view_permission(request) or not may_move(name, moves.staff(request.user)):
            raise PermissionDenied
        today = timezone.localdate()
        posted = request.POST if request.method == "POST" else None
        form = action.form(posted, file=file, today=today)
        if posted is not None and form.is_valid():
            deed = partial(action.run, request_id=pk, on=today, **form.arguments)
            asking = asking_support(organization=file.request.organization, on=today)
            if self._done(request, asking(deed), said=action.done):
                return redirect("admin:support_request_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": action.label,
            "action": action,
            "file": file,
            "form": form,
        }
        template = "admin/support/request/move.html"
        return TemplateResponse(request, template, context, status=422 if posted else 200)

    def say(self, request, pk):
        """Answer the customer, or leave a note that they never see."""
        if request.method != "POST":
            return redirect("admin:support_request_change", pk)
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self._file_page(request, pk, form=form, status=422)
        if request.POST.get("audience") == "note":
            deed, said = conversation.add_note, _("Note ajoutée, invisible du client.")
        else:
            deed, said = conversation.reply_as_staff, _("Message envoyé au client.")
        body = form.cleaned_data["body"]
        self._done(
            request, partial(deed, request_id=pk, body=body, on=timezone.localdate()), said=said
        )
        return redirect("admin:support_request_change", pk)

    def take(self, request, pk):
        """Take a request upon oneself."""
        if request.method == "POST":
            deed = partial(
                conversation.assign, request_id=pk, to=request.user, on=timezone.localdate()
            )
            self._done(request, deed, said=_("La demande est à vous."))
        return redirect("admin:support_request_change", pk)

    def attachment(self, request, pk, attachment):
        """Give a file of the conversation, those of notes too, to be saved."""
        if request.method not in ("GET", "HEAD") or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            return download(attachments.of_request(pk, pk=attachment))
        except Attachment.DoesNotExist:
            raise Http404 from None

    def _done(self, request, deed, *, said) -> bool:
        """Run one deed and say how it went; tell whether it was done."""
        try:
            deed(actor=request.user)
        except NotAllowed:
            raise PermissionDenied from None
        except Request.DoesNotExist:
            raise Http404 from None
        except EXPECTED as refusal:
            messages.error(request, desk_refusal_text(refusal))
            return False
        send_mail_soon()
        messages.success(request, said)
        return True


def file_or_404(request, pk):
    try:
        return desk.request_file(int(pk), user=request.user, on=timezone.localdate())
    except (Request.DoesNotExist, ValueError):
        raise Http404 from None
