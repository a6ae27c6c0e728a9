"""Background work of support."""

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import staff_context
from support import interests, measuring, quotes, reminders, services


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


@shared_task
def measure_desk() -> int:
    """Write how long the desk takes (05:30 Paris). Twice or in parallel is harmless: an upsert."""
    with staff_context():
        return measuring.record_measures(on=timezone.localdate())


@shared_task
def close_answered_interests() -> int:
    """Close the interests in options that are open by now, whoever opened them.

    Twice is harmless: each is locked and asked again.
    """
    with staff_context():
        return interests.close_answered(organization=None, on=timezone.localdate())


@shared_task
def remind_of_quotes() -> int:
    """Remind of the quotes about to end. Twice is harmless: one mail for each version."""
    with staff_context():
        return reminders.remind_of_quotes(on=timezone.localdate())


@shared_task
def tell_desk() -> bool:
    """Tell support what waits (8 h 30). Twice is harmless: one mail for each day."""
    with staff_context():
        return reminders.tell_desk(on=timezone.localdate(), at=timezone.now())
