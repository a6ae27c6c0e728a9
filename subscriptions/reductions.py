"""Discounts that come with a change: they begin, wait and go with it (R6)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from subscriptions import selectors
from subscriptions.models import Discount, Subscription


@dataclass(frozen=True, slots=True)
class Reduction:
    """A part taken off the plan's price, for so many full periods, and why."""

    percent: Decimal
    periods: int
    reason: str


def begin(
    subscription: Subscription, reduction: Reduction, *, starts_on: date, operation: str
) -> Discount:
    """Take a part off the plan's price from a day on, for the change of an operation."""
    return Discount.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        percent=reduction.percent,
        starts_on=starts_on,
        periods=reduction.periods,
        reason=reduction.reason,
        opened_by=operation,
    )


def first_full_period(subscription: Subscription, on: date) -> date:
    """Return the first day of the first whole period of a change that takes effect on a day (R6).

    What the night billed of it before is corrected: the total is the same whichever comes first.
    """
    _number, days = selectors.natural_period(selectors.commitment_span(subscription, on), on)
    return on if days.starts_on == on else days.ends_before


def of_operation(subscription_id: int, operation: str) -> QuerySet[Discount]:
    """Return the discounts that came with the change of an operation."""
    return Discount.objects.filter(subscription=subscription_id, opened_by=operation)
