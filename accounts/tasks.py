"""Background work of accounts."""

from celery import shared_task
from django.utils import timezone

from accounts.emails import send_waiting
from accounts.tenancy import staff_context


@shared_task
def send_mail() -> None:
    """Send the mails that wait. Twice is harmless: each row is locked while it leaves."""
    with staff_context():
        send_waiting(at=timezone.now())
