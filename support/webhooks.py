"""The door of the provider that receives mail for us; django-anymail reads what it posts."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import default

from anymail.signals import EventType
from anymail.webhooks.base import AnymailBaseWebhookView
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.tasks import send_mail_soon
from accounts.tenancy import staff_context
from support import mailbox

logger = logging.getLogger(__name__)

# A mail of 25 MB, its files written in letters and once more inside JSON.
LARGEST_POST = 40 * 1024 * 1024
TOO_LARGE = 413
AS_RECEIVED = default.clone(refold_source="none")  # a header is written again as it came


@dataclass(frozen=True, slots=True)
class Posted:
    """One mail, and what the provider says of it."""

    raw: bytes
    sent_to: str
    is_spam: bool


@csrf_exempt  # it is known by its secret, and has no session that another site could use
@require_POST
def inbound(request, provider):
    """Keep the mails of one post. The same post again is harmless: a mail is kept once.

    A provider tries again for hours what we did not take: only a failure of ours is a 500.
    """
    view = _reader(provider)
    if not _load(request):
        return HttpResponse(status=TOO_LARGE)
    try:
        posted = list(_posted(view, request))
    except Exception:  # whatever a stranger's mail does to those who read it, it is a bad request
        logger.warning("a post of %s is no mail", provider, exc_info=True)
        return HttpResponseBadRequest()
    try:
        with staff_context():
            for mail in posted:
                mailbox.receive(
                    raw=mail.raw,
                    sent_to=mail.sent_to,
                    is_spam=mail.is_spam,
                    on=timezone.localdate(),
                )
    except (mailbox.NotAMail, RecursionError):
        logger.warning("a post of %s is no mail", provider, exc_info=True)
        return HttpResponseBadRequest()
    send_mail_soon()
    return HttpResponse()


def _reader(provider: str) -> AnymailBaseWebhookView:
    """Return the view of our one provider; without its name and a secret there is no door."""
    if provider != settings.INBOUND_PROVIDER or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    try:
        return resolve(f"/{provider}/inbound/", urlconf="anymail.urls").func.view_class()
    except Resolver404:
        raise Http404 from None


def _load(request) -> bool:
    """Read a post under a bound of its own, larger than that of the pages; tell if it is kept.

    Django knows one bound for all doors, and asks it only of a body that was not read yet.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_POST:
        return False
    request._body = request.read(LARGEST_POST + 1)
    return len(request._body) <= LARGEST_POST


def _posted(view: AnymailBaseWebhookView, request) -> Iterator[Posted]:
    """Yield the mails of a post, its secret having been checked."""
    view.setup(request)
    view.run_validators(request)
    for event in view.parse_events(request):
        if event.event_type == EventType.INBOUND and event.message is not None:
            yield Posted(
                raw=event.message.as_bytes(policy=AS_RECEIVED),
                sent_to=str(event.message.envelope_recipient or ""),  # as posted, of any type
                is_spam=bool(event.message.spam_detected),
            )
