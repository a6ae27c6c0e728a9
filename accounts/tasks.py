"""Background work of accounts."""

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.emails import send_waiting

logger = logging.getLogger(__name__)


@shared_task
def send_mail() -> None:
    """Send the mails that wait. Twice is harmless: each row is locked while it leaves."""
    send_waiting(at=timezone.now())


def send_mail_soon() -> None:
    """Have the mails of this transaction leave as soon as it stands; for doors (fact C4).

    A broker that is down costs a minute, until the next beat, and never the page.
    """
    transaction.on_commit(_enqueue)


def _enqueue() -> None:
    try:
        send_mail.apply_async(retry=False)
    except OperationalError as error:
        logger.warning("mail waits for the next beat: %s", error)
