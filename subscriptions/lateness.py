"""What is left to pay of a document, and what its lateness costs (R16): plain values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from subscriptions.pricing import RECOVERY_FEE_CENTS, late_interest


class Payable(StrEnum):
    """What is left to do about a document."""

    DUE = "due"
    LATE = "late"
    PAID = "paid"
    SETTLED_BY_CREDIT = "settled_by_credit"
    CREDIT_NOTE = "credit_note"


def payable(
    *, gross_cents: int, credit_used_cents: int, paid_cents: int, due_on: date, on: date
) -> Payable:
    """Return where a document stands on a day; its due date is still in time (R21)."""
    if gross_cents < 0:
        return Payable.CREDIT_NOTE
    if gross_cents == credit_used_cents != 0:
        return Payable.SETTLED_BY_CREDIT
    if paid_cents >= gross_cents - credit_used_cents:
        return Payable.PAID
    return Payable.LATE if due_on < on else Payable.DUE


@dataclass(frozen=True, slots=True)
class Segment:
    """Days during which one balance was late, and their interest."""

    starts_on: date
    ends_before: date
    balance_cents: int
    interest_cents: int

    @property
    def days(self) -> int:
        return (self.ends_before - self.starts_on).days


@dataclass(frozen=True, slots=True)
class LateFees:
    """What a late payment costs so far, without VAT, which it does not bear (R16)."""

    percent: Decimal
    segments: tuple[Segment, ...]

    @property
    def ratio(self) -> Decimal:
        """The yearly rate as a part of 1."""
        return self.percent / 100

    @property
    def interest_cents(self) -> int:
        return sum(segment.interest_cents for segment in self.segments)

    @property
    def recovery_cents(self) -> int:
        return RECOVERY_FEE_CENTS

    @property
    def total_cents(self) -> int:
        return self.interest_cents + self.recovery_cents


def late_fees(
    to_pay_cents: int,
    payments: Iterable[tuple[date, int]],
    *,
    due_on: date,
    percent: Decimal,
    on: date,
) -> LateFees | None:
    """Return what lateness costs on a day, or None when nothing was late by then (R16).

    `payments` are (day received, cents), in any order. The days run from the due date; a payment
    ends a segment, and its own day bears the balance that it leaves.
    """
    segments = []
    balance_cents, since = to_pay_cents, due_on
    for received_on, cents in sorted(payments):
        until = min(received_on, on)
        if balance_cents > 0 and until > since:
            segments.append(_segment(balance_cents, since, until, percent))
            since = until
        balance_cents -= cents
    if balance_cents > 0 and on > since:
        segments.append(_segment(balance_cents, since, on, percent))
    return LateFees(percent, tuple(segments)) if segments else None


def _segment(balance_cents: int, since: date, until: date, percent: Decimal) -> Segment:
    rate = Fraction(percent) / 100
    interest_cents = late_interest(balance_cents, rate=rate, days=(until - since).days)
    return Segment(since, until, balance_cents, interest_cents)


def rate_on(rates: Iterable[tuple[date, Decimal]], on: date) -> Decimal:
    """Return the yearly rate in force on a day, in percent; before the first, the first."""
    dated = sorted(rates)
    return next(
        (percent for effective_on, percent in reversed(dated) if effective_on <= on), dated[0][1]
    )
