"""Write mails as rows and send the rows that wait.

A mail is rendered in the transaction of the deed it tells, so it leaves if and only if the deed
stands; one `dedupe_key` leaves once, however often the deed is tried.
"""

import logging
from datetime import datetime, timedelta
from textwrap import shorten

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string

from accounts.models import Organization, OutgoingMail
from accounts.tenancy import staff_context

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 60
FIRST_RETRY = timedelta(minutes=1)
LONGEST_RETRY = timedelta(hours=6)


def post(
    *,
    to: str,
    template: str,
    context: dict,
    dedupe_key: str,
    organization: Organization | None = None,
    reply_to: str = "",
) -> None:
    """Write one mail from `emails/<template>.{subject.txt,txt,html}`; a known key writes none.

    `reply_to` is the address that an answer goes to, empty for the sender's.
    """
    context = {**context, "site_url": settings.SITE_URL, "organization": organization}
    subject = short_subject(render_to_string(f"emails/{template}.subject.txt", context))
    html = render_to_string(f"emails/{template}.html", {**context, "subject": subject})
    OutgoingMail.objects.bulk_create(
        [
            OutgoingMail(
                organization_number=organization.number if organization else None,
                dedupe_key=dedupe_key,
                recipient=to,
                reply_to=reply_to,
                subject=subject,
                text=render_to_string(f"emails/{template}.txt", context).strip() + "\n",
                html=css_inline.inline(html, extra_css=_style(), keep_at_rules=True),
            )
        ],
        ignore_conflicts=True,
    )


def short_subject(text: str) -> str:
    """Return a subject on one line, cut at a word where lists of mails would cut it anywhere."""
    return shorten(text, LONGEST_SUBJECT, placeholder="…")


def _style() -> str:
    with open(finders.find("css/mail.css"), encoding="utf-8") as style:
        return style.read()


def send_waiting(*, at: datetime, most: int = 100) -> int:
    """Send the mails that wait, each in a staff transaction of its own; return how many left.

    Running twice or in parallel is harmless: a row is locked while it leaves and others skip it.
    A refused mail waits twice as long each time and keeps the reason. A process that dies leaves
    at most one mail that left and is not marked.
    """
    sent = 0
    for _attempt in range(most):
        outcome = _send_next(at=at)
        if outcome is None:
            break
        sent += outcome
    return sent


@staff_context()
def _send_next(*, at: datetime) -> int | None:
    mail = (
        OutgoingMail.objects.filter(mailed_at=None, next_attempt_at__lte=at)
        .order_by("next_attempt_at")
        .select_for_update(skip_locked=True)
        .first()
    )
    if mail is None:
        return None
    try:
        _deliver(mail)
    except Exception as error:  # whatever it is, the mails behind this one must not wait for it
        logger.exception("mail %s did not leave", mail.pk)
        _postpone(mail, at=at, reason=f"{type(error).__name__}: {error}")
        return 0
    mail.mailed_at = at
    mail.save(update_fields=["mailed_at"])
    return 1


def _deliver(mail: OutgoingMail) -> None:
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[mail.recipient],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"X-Digiforma-Mail": str(mail.pk)},
    )
    message.attach_alternative(mail.html, "text/html")
    message.send()


def _postpone(mail: OutgoingMail, *, at: datetime, reason: str) -> None:
    wait = min(FIRST_RETRY * 2**mail.attempts, LONGEST_RETRY)
    OutgoingMail.objects.filter(pk=mail.pk).update(
        attempts=F("attempts") + 1, next_attempt_at=at + wait, last_error=reason
    )
