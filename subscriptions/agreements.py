"""What staff agree with one customer: a price, a discount. Dated, with their reason (R5, R6)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Organization, User
from accounts.services import record
from subscriptions import reductions, selectors
from subscriptions.facts import facts_of, negotiated_prices, price_book
from subscriptions.holdings import lock
from subscriptions.items import NotActive
from subscriptions.models import Discount, NegotiatedPrice, Plan, Subscription
from subscriptions.pending import operation_of
from subscriptions.periods import Commitment, add_months
from subscriptions.spans import Span, entered_periods


@dataclass(frozen=True, slots=True)
class Agreed:
    """A full-period price of a plan, HT, both days included."""

    plan: Plan
    amount_cents: int
    first_on: date
    last_on: date


@transaction.atomic
def agree_price(
    *, subscription_id: int, price: Agreed, reason: str, actor: User | None = None
) -> NegotiatedPrice:
    """Agree a price for the commitment in force (R5).

    What is billed already keeps its price. Raises NotActive.
    """
    subscription = lock(subscription_id)
    if subscription.renews_on is None:
        raise NotActive(subscription.status)
    span = selectors.running_commitment(subscription)
    record(
        organization=subscription.organization,
        actor=actor,
        action="price agreed",
        plan=price.plan.code,
        amount_cents=price.amount_cents,
        first_on=str(price.first_on),
        last_on=str(price.last_on),
        reason=reason,
    )
    return NegotiatedPrice.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        component=price.plan.component,
        commitment=span.commitment,
        amount_cents=price.amount_cents,
        first_on=price.first_on,
        last_on=price.last_on,
        reason=reason,
    )


@dataclass(frozen=True, slots=True)
class Quoted:
    """A full-period price that a quote promised for one day, before any discount (R19)."""

    component_id: int
    commitment: Commitment
    on: date
    amount_cents: int


@transaction.atomic
def keep_promise(*, subscription_id: int, quoted: Iterable[Quoted], reason: str) -> None:
    """Hold the prices of a quote on their day, whatever list came into force since (R19).

    Twice is harmless: a price that holds already is not agreed again.
    """
    subscription = lock(subscription_id)
    book = price_book(subscription.seller_id)
    negotiated = tuple(negotiated_prices([subscription.pk])[subscription.pk])
    for promise in quoted:
        held = book.price(promise.component_id, promise.commitment, promise.on, negotiated)
        if held.amount_cents == promise.amount_cents:
            continue
        NegotiatedPrice.objects.create(
            organization=subscription.organization,
            subscription=subscription,
            component_id=promise.component_id,
            commitment=promise.commitment,
            amount_cents=promise.amount_cents,
            first_on=promise.on,
            last_on=promise.on,
            reason=reason,
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A discount that runs on a day, up to another one."""

    percent: Decimal
    first_on: date
    ends_before: date


def running_discount(
    subscription: Subscription, *, since: date, commitment: Commitment
) -> Running | None:
    """Return the discount that a change meets in its first whole period, if one runs there (R6).

    The change takes effect on a day, under a commitment; what waits for the échéance gives way
    to it. `first_on` is the first day of that period.
    """
    spans = _spans_under(subscription, since=since, commitment=commitment)
    if not spans:
        return None
    first_on = since
    if spans[-1].anchor_on != since:
        first_on = reductions.first_full_period(subscription, since)
    for discount in _agreed(subscription):
        ends_before = _ends_before(discount, spans)
        if discount.starts_on <= first_on < ends_before:
            return Running(discount.percent, first_on, ends_before)
    return None


def _spans_under(
    subscription: Subscription, *, since: date, commitment: Commitment
) -> tuple[Span, ...]:
    """Return the commitments up to a day, with the one that begins on it if it is another."""
    facts = facts_of([subscription], since=since)[subscription.pk]
    spans = [span for span in facts.spans if span.anchor_on <= since]
    if spans and spans[-1].commitment != commitment:
        spans[-1] = replace(spans[-1], ends_before=since)
        spans.append(Span(commitment, since))
    return tuple(spans)


def _agreed(subscription: Subscription) -> QuerySet[Discount]:
    """Return the discounts, the last agreed first: it wins. That of what waits is left out."""
    waiting = selectors.waiting_change(subscription)
    awaited = operation_of(waiting) if waiting else None
    discounts = Discount.objects.filter(subscription=subscription).order_by("-pk")
    return discounts.exclude(opened_by=awaited) if awaited else discounts


def _ends_before(discount: Discount, spans: tuple[Span, ...]) -> date:
    """Return the end of the last period of a discount."""
    last = spans[-1]
    months = (discount.periods + 1) * last.commitment.months
    entered = entered_periods(
        spans,
        ending_after=discount.starts_on,
        starting_before=add_months(max(discount.starts_on, last.anchor_on), months),
    )
    begun = [each for each in entered if each.period.starts_on >= discount.starts_on]
    return begun[: discount.periods][-1].runs_until


@transaction.atomic
def add_discount(
    *,
    organization: Organization,
    percent: Decimal,
    periods: int,
    on: date,
    reason: str,
    actor: User | None = None,
) -> Discount:
    """Take a part off the plan's price for so many periods from the next one billed (R6).

    Before the first subscription, from its first period.
    """
    subscription = (
        Subscription.objects.select_for_update(of=("self",))
        .filter(organization=organization)
        .first()
    )
    record(
        organization=organization,
        actor=actor,
        action="discount added",
        percent=str(percent),
        periods=periods,
        reason=reason,
    )
    return Discount.objects.create(
        organization=organization,
        subscription=subscription,
        percent=percent,
        starts_on=(subscription.renews_on if subscription else None) or on,
        periods=periods,
        reason=reason,
    )
