"""What staff agree with one customer: a price, a discount. Dated, with their reason (R5, R6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from subscriptions import selectors
from subscriptions.facts import negotiated_prices, price_book
from subscriptions.holdings import lock
from subscriptions.items import NotActive
from subscriptions.models import Discount, NegotiatedPrice, Plan, Subscription
from subscriptions.periods import Commitment


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
