"""What a deed would do to the count: the real deed, in a savepoint that is rolled back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import Organization
from learners.selectors import count_on


@dataclass(frozen=True, slots=True)
class Effect:
    """The learners counted on a day, before a deed and after it, and what the deed returned."""

    before: int
    after: int
    outcome: object


def rehearse(deed: Callable[[], object], *, organization: Organization, on: date) -> Effect:
    """Return what a deed does to the count of a day, and undo it. Raises what the deed raises."""
    with transaction.atomic():
        before = count_on(organization, on=on)
        outcome = deed()
        after = count_on(organization, on=on)
        transaction.set_rollback(True)
    return Effect(before, after, outcome)
