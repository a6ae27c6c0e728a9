"""Background work of support."""

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import staff_context
from support import quotes, services


@shared_task
def drain_notices() -> int:
    """Turn the engine's notices into tasks. Twice is harmless: each notice is marked."""
    with staff_context():
        return services.drain_notices(on=timezone.localdate())


@shared_task
def expire_quotes() -> int:
    """Expire the quotes whose last day is past. Twice is harmless: their state is asked again."""
    with staff_context():
        return quotes.expire_quotes(on=timezone.localdate())
