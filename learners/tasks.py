"""The nightly count."""

from celery import shared_task
from django.utils import timezone

from accounts.tenancy import staff_context
from learners import services


@shared_task
def recount_learners() -> int:
    """Store today's count of every organization, and those of nights when no count ran.

    Running it twice is harmless: a row is unique by organization and day, and is rewritten only
    if its number differs. No VACUUM is asked here: it needs the table's owner, which a worker is
    not. Migration 0002 has autovacuum do it early instead, as the count reads the index alone
    only where the visibility map is fresh.
    """
    with staff_context():
        return services.catch_up_counts(today=timezone.localdate())
