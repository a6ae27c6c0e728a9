"""Which price holds on a day: dated lists, and negotiated prices that beat them (R5)."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from subscriptions.periods import Commitment


@dataclass(frozen=True, slots=True)
class Price:
    """A full-period price, euro cents before VAT, and the list that states it.

    A negotiated price has no list.
    """

    amount_cents: int
    price_list: Hashable = None


@dataclass(frozen=True, slots=True)
class Negotiated:
    """A price agreed with one customer, both days included."""

    component: Hashable
    commitment: Commitment
    amount_cents: int
    first_on: date
    last_on: date


class NoPrice(Exception):
    """No price list in force states a price for this component: it is sold on quote."""

    def __init__(self, component: Hashable):
        self.component = component
        super().__init__(f"no price for {component}")


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Every list of a seller: (component, commitment) to (effective day, price), latest first."""

    listed: dict[tuple[Hashable, Commitment], tuple[tuple[date, Price], ...]]

    def listed_price(self, component: Hashable, commitment: Commitment, on: date) -> Price:
        """Return the price of the latest list in force that states it. Raises NoPrice.

        What a later list does not mention keeps its last stated price (R5): staff are told that
        what has a price must keep one, and no omission takes a customer's price away.
        """
        for effective_on, price in self.listed.get((component, commitment), ()):
            if effective_on <= on:
                return price
        raise NoPrice(component)

    def listed_cents(self, component: Hashable, commitment: Commitment, on: date) -> int | None:
        """Return the same in cents; None for what is sold on quote."""
        try:
            return self.listed_price(component, commitment, on).amount_cents
        except NoPrice:
            return None

    def in_force_since(self, on: date) -> date:
        """Return the day of the list in force on a day; ValueError before the first one."""
        days = {day for prices in self.listed.values() for day, _price in prices}
        return max(day for day in days if day <= on)

    def price(
        self,
        component: Hashable,
        commitment: Commitment,
        on: date,
        negotiated: tuple[Negotiated, ...] = (),
    ) -> Price:
        """Return the price in force on a day, a negotiated one first. Raises NoPrice."""
        for agreed in reversed(negotiated):
            if (agreed.component, agreed.commitment) == (component, commitment) and (
                agreed.first_on <= on <= agreed.last_on
            ):
                return Price(agreed.amount_cents)
        return self.listed_price(component, commitment, on)
