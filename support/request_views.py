"""The doors where customers follow a request and answer."""

from functools import partial, wraps

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.permissions import SAFE_METHODS

from accounts.access import owner_required, role_required
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from accounts.tasks import send_mail_soon
from subscriptions.places import asking_support
from support import announcements, attachments, conversation, quotes, request_pages, selectors
from support.downloads import download
from support.drawing import REFUSALS
from support.forms import ReasonForm, ReplyForm, WayForm
from support.models import Attachment, Request
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import refusal_text, stale_text
from support.workflow import IllegalMove, NotAllowed

reader_required = role_required(*SEES_SUBSCRIPTION)
asker_required = role_required(*ASKS_CHANGES)


NEAR = "near"  # a message shown beside the form that it answers
LISTS = ("en-cours", "terminees")
TOO_OFTEN = gettext_lazy(
    "Vous avez envoyé beaucoup de messages depuis une heure : réessayez un peu plus tard. "
    "Celui-ci n’est pas parti, votre texte est conservé ci-dessous."
)


def posted(view):
    """Let a form pass; its address, when it is opened again, leads to the request."""

    @wraps(view)
    def door(request, reference):
        if request.method in SAFE_METHODS:
            return redirect("request", reference)
        return view(request, reference)

    return require_http_methods(["GET", "HEAD", "POST"])(door)


@reader_required
@require_safe
@never_cache
def requests(request):
    """List the requests that one may follow: all, those under way or those finished."""
    rows = selectors.requests(request.membership)
    running = [row for row in rows if row.is_open]
    finished = [row for row in rows if not row.is_open]
    shown = request.GET.get("etat")
    context = {
        "shown": shown if shown in LISTS else "",
        "rows": {"en-cours": running, "terminees": finished}.get(shown, rows),
        "counts": {"all": len(rows), "running": len(running), "finished": len(finished)},
    }
    return render(request, "support/requests.html", context)


@reader_required
@require_safe
@never_cache
def request_page(request, reference):
    """Follow one request: its steps, its quote, its conversation."""
    return _request_page(request, reference)


def _request_page(request, reference, *, form=None, reason_form=None, status=200):
    today = timezone.localdate()
    try:
        page = request_pages.request_page(request.membership, reference, on=today)
    except Request.DoesNotExist:
        raise Http404 from None
    context = {
        "page": page,
        "form": form or ReplyForm(),
        "reason_form": reason_form or ReasonForm(),
        "promise": announcements.promise(on=today) if page.is_open else None,
    }
    return render(request, "support/request.html", context, status=status)


@reader_required
@require_safe
def attachment(request, reference, attachment):
    """Give a file of the conversation, to be saved."""
    try:
        found = attachments.of_member(request.membership, reference=reference, pk=attachment)
    except Attachment.DoesNotExist:
        raise Http404 from None
    return download(found)


@reader_required
@posted
def reply(request, reference):
    """Add a message to the conversation; what was written stays when it cannot leave."""
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _request_page(request, reference, form=form, status=422)
    if not consume(request, action="member_contact"):
        form.add_error(None, TOO_OFTEN)
        return _request_page(request, reference, form=form, status=429)
    try:
        conversation.reply_as_customer(
            membership=request.membership,
            reference=reference,
            body=form.cleaned_data["body"],
            files=form.cleaned_data["files"],
            on=timezone.localdate(),
        )
    except Request.DoesNotExist:
        raise Http404 from None
    except IllegalMove:
        form.add_error(None, _("La demande s’est terminée entre-temps : rien n’est parti."))
        return _request_page(request, reference, form=form, status=409)
    send_mail_soon()
    messages.success(request, _("Message envoyé au support."), extra_tags=NEAR)
    return redirect(f"{reverse('request', args=[reference])}#conversation")


@reader_required
@posted
def withdraw(request, reference):
    """Withdraw a request; nothing changes."""
    return _reasoned(
        request, reference, conversation.withdraw, _("Demande retirée. Rien ne change.")
    )


@owner_required
@posted
def accept(request, reference):
    """Accept the quote: it commits the organization."""
    return _done(
        request,
        reference,
        lambda: quotes.accept_quote(
            membership=request.membership, reference=reference, on=timezone.localdate()
        ),
        _("Devis accepté. Le changement prendra effet à la date et au montant du devis."),
    )


@owner_required
@posted
def decline(request, reference):
    """Decline the quote; support may propose another."""
    return _reasoned(
        request,
        reference,
        quotes.decline_quote,
        _("Devis décliné. Rien ne change ; le support peut vous en proposer un autre."),
    )


def _reasoned(request, reference, deed, said):
    """Run a deed that one may give a reason for."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _request_page(request, reference, reason_form=form, status=422)
    reason, today = form.cleaned_data["reason"], timezone.localdate()
    asked = {"membership": request.membership, "reference": reference, "reason": reason}
    return _done(request, reference, partial(deed, on=today, **asked), said)


@asker_required
@posted
def ask_again(request, reference):
    """Ask for a new quote: the old one is past or stale, or another way is preferred."""
    form = WayForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["way"][0])
        return redirect("request-ways", reference)
    return _done(
        request,
        reference,
        lambda: quotes.ask_again(
            membership=request.membership,
            reference=reference,
            on=timezone.localdate(),
            way=form.cleaned_data["way"],
        ),
        _("Nouveau devis demandé au support."),
    )


def _done(request, reference, deed, said):
    """Run one deed on a request, say how it went, and show the request again."""
    try:
        with asking_support(organization=request.membership.organization, on=timezone.localdate()):
            deed()
    except Request.DoesNotExist:
        raise Http404 from None
    except NotAllowed:
        messages.error(request, _("Vous n’avez plus accès à cette action : votre rôle a changé."))
    except IllegalMove:
        messages.error(
            request, _("La demande a changé entre-temps. Voici où elle en est maintenant.")
        )
    except (AlreadyAsked, ExpiredQuote, StaleQuote, *REFUSALS) as refusal:
        messages.error(request, _refused(refusal))
    else:
        send_mail_soon()
        messages.success(request, said)
    return redirect("request", reference)


def _refused(refusal: Exception) -> str:
    """Return why a deed was not done, and what to do."""
    if isinstance(refusal, AlreadyAsked):
        text = _("Une demande est déjà en cours (%(reference)s). Ouvrez-la pour la modifier.")
        return text % {"reference": refusal}
    if isinstance(refusal, ExpiredQuote):
        return _("Ce devis a expiré. Demandez-en un nouveau.")
    return stale_text(refusal) if isinstance(refusal, StaleQuote) else refusal_text(refusal)
