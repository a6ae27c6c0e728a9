"""Background work of subscriptions."""

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import staff_context
from subscriptions import alerts, invariants, renewal_run


@shared_task
def warn_over_limit() -> None:
    """Tell of limits neared and passed (04:30 Paris). Twice or in parallel is harmless: alerts."""
    alerts.warn(on=timezone.localdate())


@shared_task
def renew_due() -> None:
    """Bill what is due today (05:00 Paris). Twice or in parallel is harmless: see renewal_run."""
    renewal_run.run(on=timezone.localdate())


@shared_task
def check_invariants() -> None:
    """Check what must always hold (hourly). Twice is harmless: one open row an invariant."""
    with staff_context():
        invariants.check(today=timezone.localdate(), at=timezone.now())
