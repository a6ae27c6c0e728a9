"""Background work of subscriptions."""

from celery import shared_task
from django.utils import timezone

from subscriptions import renewal_run


@shared_task
def renew_due() -> None:
    """Bill what is due today (05:00 Paris). Twice or in parallel is harmless: see renewal_run."""
    renewal_run.run(on=timezone.localdate())
