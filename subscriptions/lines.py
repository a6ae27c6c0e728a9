"""What is owed: dated facts in, invoice lines out. No database, no clock.

A component is any hashable name; the caller brings the prices in force and what was billed.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from subscriptions.periods import Commitment, Period
from subscriptions.pricing import prorate

PERIOD, CHARGE, CREDIT = "period", "charge", "credit"


@dataclass(frozen=True, slots=True)
class Price:
    """A full-period price, euro cents before VAT, and the list that states it."""

    amount_cents: int
    price_list: Hashable = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A component held from a day on, until a day or on and on."""

    component: Hashable
    starts_on: date
    ends_before: date | None = None
    is_plan: bool = False

    def held_on(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_before is None or on < self.ends_before)


@dataclass(frozen=True, slots=True)
class Billed:
    """What a running holding was last billed: its full price and the days it covers."""

    component: Hashable
    full_price_cents: int
    billed_cents: int
    period: Period
    commitment: Commitment
    price_list: Hashable = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, cents before VAT, with the numbers that explain it."""

    component: Hashable
    kind: str
    commitment: Commitment
    starts_on: date
    ends_before: date
    full_price_cents: int
    days: int
    days_in_period: int
    net_cents: int
    price_list: Hashable = None


class NoPrice(Exception):
    """The price list in force states no price for this component: it is sold on quote."""

    def __init__(self, component: Hashable):
        self.component = component
        super().__init__(f"no price for {component}")


def price_of(component: Hashable, prices: Mapping[Hashable, Price]) -> Price:
    """Return the price in force of a component. Raises NoPrice."""
    try:
        return prices[component]
    except KeyError:
        raise NoPrice(component) from None


def period_lines(
    holdings: Iterable[Holding],
    prices: Mapping[Hashable, Price],
    *,
    period: Period,
    commitment: Commitment,
) -> tuple[Line, ...]:
    """Return a full period of all that is held on its first day, the plan first (R4)."""
    held = [holding for holding in holdings if holding.held_on(period.starts_on)]
    held.sort(key=lambda holding: not holding.is_plan)
    return tuple(
        share(
            holding.component,
            price_of(holding.component, prices),
            period=period,
            on=period.starts_on,
            commitment=commitment,
            kind=PERIOD,
        )
        for holding in held
    )


def share(
    component: Hashable,
    price: Price,
    *,
    period: Period,
    on: date,
    commitment: Commitment,
    kind: str = CHARGE,
) -> Line:
    """Return what a component owes from `on`, which counts, to the period's end (R6, R10)."""
    days = period.days_left(on)
    return Line(
        component=component,
        kind=kind,
        commitment=commitment,
        starts_on=on,
        ends_before=period.ends_before,
        full_price_cents=price.amount_cents,
        days=days,
        days_in_period=period.days,
        net_cents=prorate(price.amount_cents, days=days, days_in_period=period.days),
        price_list=price.price_list,
    )


def credit(billed: Billed, *, on: date) -> Line:
    """Return what a holding that stops on `on` gets back, at the price it was billed (R6).

    Never more than it was billed.
    """
    days = billed.period.days_left(on)
    owed_back = prorate(billed.full_price_cents, days=days, days_in_period=billed.period.days)
    return Line(
        component=billed.component,
        kind=CREDIT,
        commitment=billed.commitment,
        starts_on=on,
        ends_before=billed.period.ends_before,
        full_price_cents=billed.full_price_cents,
        days=days,
        days_in_period=billed.period.days,
        net_cents=-min(owed_back, billed.billed_cents),
        price_list=billed.price_list,
    )
