"""Which plan fits the year to come, and what it changes in the price, dearer or cheaper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from subscriptions.models import Plan, Price, Subscription
from subscriptions.periods import Commitment
from subscriptions.selectors import Usage, exceeds
from subscriptions.standing import Held, Standing, book_of


@dataclass(frozen=True, slots=True)
class Advice:
    """The smallest plan that holds what is expected, when it is not the one held."""

    code: str
    name: str
    learners: int | None
    is_smaller: bool
    commitment: Commitment
    difference_cents: int | None  # of a full period's prices, HT; None when one is on quote
    effective_on: date  # the first day it can hold: at once, or from the échéance (R7)


def advice(current: Standing, expected: Usage, *, on: date) -> Advice | None:
    """Return the plan to take instead of the one held; None when that one is the right size.

    `expected` tells the learners of the year's highest day, and the seats filled (R20). A smaller
    plan is advised only when it costs less. One query.
    """
    plans = list(plans_with_prices(current.subscription))
    held = next(held for held in current.held if held.is_plan)
    wanted = smallest(plans, expected)
    if wanted is None or wanted.component_id == held.component:
        return None
    [rank] = [plan.rank for plan in plans if plan.component_id == held.component]
    is_smaller = wanted.rank < rank
    effective_on = current.renews_on if is_smaller else on
    difference_cents = _difference_cents(current, held, wanted, effective_on)
    if is_smaller and (difference_cents is None or difference_cents >= 0):
        return None
    return Advice(
        code=wanted.code,
        name=wanted.name,
        learners=wanted.learners,
        is_smaller=is_smaller,
        commitment=current.commitment,
        difference_cents=difference_cents,
        effective_on=effective_on,
    )


def fitting(current: Standing, expected: Usage) -> Plan | None:
    """Return the smallest plan that would hold what is expected, for whoever has none yet."""
    return smallest(plans_with_prices(current.subscription), expected)


def plans_with_prices(subscription: int) -> Iterable[Plan]:
    """Return the plans of a subscription's seller, the smallest first, each with its `prices`."""
    prices = Price.objects.filter(component=OuterRef("component")).order_by(
        "-price_list__effective_on"
    )
    written = JSONObject(
        component="component_id",
        commitment="commitment",
        amount_cents="amount_cents",
        price_list="price_list_id",
        effective_on="price_list__effective_on",
    )
    seller = Subscription.objects.filter(pk=subscription).values("seller")
    return (
        Plan.objects.filter(component__seller__in=seller)
        .select_related("component")
        .annotate(prices=ArraySubquery(prices.values(json=written)))
        .order_by("rank")
    )


def smallest(plans: Iterable[Plan], expected: Usage) -> Plan | None:
    """Return the first plan that holds each count; equality passes (R8)."""
    return next((plan for plan in plans if not exceeds(expected, plan)), None)


def _difference_cents(current: Standing, held: Held, wanted: Plan, on: date) -> int | None:
    """Return the price of the wanted plan less that of the held one, as R5 gives them on a day.

    Until its échéance the held one keeps the price of the running period.
    """
    before = (
        current.price(held.component, current.commitment, on)
        if on == current.renews_on
        else current.running_price(held)
    )
    after = book_of(wanted.prices).listed_cents(wanted.component_id, current.commitment, on)
    return None if before is None or after is None else after - before.amount_cents
