"""Read the dated facts of subscriptions, as many as asked in the same few queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from subscriptions.lines import Discount, Facts, Holding, Line
from subscriptions.models import (
    CommitmentSpan,
    Component,
    InvoiceLine,
    Item,
    NegotiatedPrice,
    Seller,
    Subscription,
    WaitingLine,
)
from subscriptions.models import Discount as DiscountRow
from subscriptions.models import Price as PriceRow
from subscriptions.periods import Commitment
from subscriptions.spans import Span
from subscriptions.tariffs import Negotiated, Price, PriceBook

SHARED = (
    "component_id",
    "commitment",
    "starts_on",
    "ends_before",
    "full_price_cents",
    "days",
    "days_in_period",
    "net_cents",
    "price_list_id",
    "listed_cents",
    "discount_percent",
)


def price_book(seller: Seller | int) -> PriceBook:
    """Return every dated price of a seller, the latest list first (R5)."""
    listed = defaultdict(list)
    rows = (
        PriceRow.objects.filter(price_list__seller=seller)
        .order_by("-price_list__effective_on")
        .values_list(
            "component_id",
            "commitment",
            "price_list__effective_on",
            "amount_cents",
            "price_list_id",
        )
    )
    for component, commitment, effective_on, amount_cents, price_list in rows:
        key = (component, Commitment(commitment))
        listed[key].append((effective_on, Price(amount_cents, price_list)))
    return PriceBook({key: tuple(prices) for key, prices in listed.items()})


def facts_of(subscriptions: Iterable[Subscription], *, since: date) -> dict[int, Facts]:
    """Return the facts that decide what each subscription owes from a day on.

    Commitments and holdings that ended before the running period are left out, except under a
    discount, whose periods are counted from its own first day.
    """
    ids = [subscription.pk for subscription in subscriptions]
    discounts = _discounts(ids)
    spans = _spans(ids)
    holdings = _holdings(ids, since)
    negotiated = negotiated_prices(ids)
    return {
        each: Facts(
            spans=tuple(spans[each]),
            holdings=tuple(holdings[each]),
            negotiated=tuple(negotiated[each]),
            discounts=tuple(discounts[each]),
        )
        for each in ids
    }


def _spans(ids: list[int]) -> dict[int, list[Span]]:
    rows = defaultdict(list)
    for subscription, commitment, anchor_on, ends_before in (
        CommitmentSpan.objects.among("subscription", ids)
        .order_by("anchor_on")
        .values_list("subscription_id", "commitment", "anchor_on", "ends_before")
    ):
        rows[subscription].append(Span(Commitment(commitment), anchor_on, ends_before))
    return rows


def _holdings(ids: list[int], since: date) -> dict[int, list[Holding]]:
    """Return what was held in any period that may end after a day: at most a year back."""
    rows = defaultdict(list)
    for subscription, component, starts_on, ends_before, kind in (
        Item.objects.among("subscription", ids)
        .filter(Q(ends_before=None) | Q(ends_before__gt=since.replace(year=since.year - 1, day=1)))
        .order_by("-kind", "starts_on", "pk")
        .values_list("subscription_id", "component_id", "starts_on", "ends_before", "kind")
    ):
        rows[subscription].append(
            Holding(component, starts_on, ends_before, is_plan=kind == Component.Kind.PLAN)
        )
    return rows


def negotiated_prices(ids: list[int]) -> dict[int, list[Negotiated]]:
    """Return the prices agreed with each subscription, the oldest agreement first."""
    rows = defaultdict(list)
    for row in NegotiatedPrice.objects.among("subscription", ids).order_by("pk"):
        rows[row.subscription_id].append(
            Negotiated(
                component=row.component_id,
                commitment=Commitment(row.commitment),
                amount_cents=row.amount_cents,
                first_on=row.first_on,
                last_on=row.last_on,
            )
        )
    return rows


def _discounts(ids: list[int]) -> dict[int, list[Discount]]:
    rows = defaultdict(list)
    for row in DiscountRow.objects.among("subscription", ids).order_by("pk"):
        rows[row.subscription_id].append(Discount(row.percent, row.starts_on, row.periods))
    return rows


def issued_since(subscriptions: Iterable[Subscription], *, since: date) -> dict[int, list[Line]]:
    """Return what was issued, or waits to be carried (R13), in periods that end after a day.

    The gestures of staff come too, whatever their days.
    """
    ids = [subscription.pk for subscription in subscriptions]
    rows = defaultdict(list)
    for row in (
        InvoiceLine.objects.filter(Q(ends_before__gt=since) | Q(is_goodwill=True))
        .among("subscription", ids)
        .order_by("pk")
        .values("subscription_id", "kind", "vat_rate", "is_goodwill", "component__kind", *SHARED)
    ):
        rows[row.pop("subscription_id")].append(_line(row))
    for row in (
        WaitingLine.objects.among("subscription", ids)
        .filter(ends_before__gt=since, carried_by=None)
        .order_by("pk")
        .values("subscription_id", "vat_rate", "component__kind", *SHARED)
    ):
        rows[row.pop("subscription_id")].append(_line(row))
    return rows


def _line(row: dict) -> Line:
    return Line(
        component=row.pop("component_id"),
        kind=row.pop("kind", InvoiceLine.Kind.CHARGE),
        commitment=Commitment(row.pop("commitment")),
        is_plan=row.pop("component__kind") == Component.Kind.PLAN,
        price_list=row.pop("price_list_id"),
        **row,
    )
