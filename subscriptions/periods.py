"""Commitments and the periods they are billed by: dates only, always from the anchor."""

import calendar
import enum
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

CHANGE_NOTICE_DAYS = 8
TRANSFER_TERM_DAYS = 30


class Commitment(enum.StrEnum):
    """How long a subscription is bound (engagement), which is also how often it is billed."""

    MONTHLY = "monthly"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        return 12 if self is Commitment.ANNUAL else 1


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The local days from starts_on to the eve of ends_before (R2); never empty."""

    starts_on: date
    ends_before: date

    def __post_init__(self):
        if self.starts_on >= self.ends_before:
            raise ValueError(f"a period must end after its start: {self}")

    def __str__(self) -> str:
        return f"[{self.starts_on}, {self.ends_before})"

    def __contains__(self, on: date) -> bool:
        return self.starts_on <= on < self.ends_before

    @property
    def days(self) -> int:
        return (self.ends_before - self.starts_on).days

    def days_left(self, on: date) -> int:
        """Return the days from `on`, which counts, to the end; ValueError outside the period."""
        if on not in self:
            raise ValueError(f"{on} is outside {self}")
        return (self.ends_before - on).days


def add_months(anchor: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month (R3).

    Always call it with the anchor: from 31 January, one month is 28 February and two are
    31 March, which a step from 28 February would miss.
    Raises ValueError outside the years 1 to 9999.
    """
    year, month_index = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{months} months from {anchor} is outside the calendar")
    month = month_index + 1
    last_day = calendar.monthrange(year, month)[1]
    return date(year, month, min(anchor.day, last_day))


def boundary(anchor: date, commitment: Commitment, number: int) -> date:
    """Return the first day of period `number`, counted from 0 (R3)."""
    if number < 0:
        raise ValueError(f"no period {number}: the first one is 0")
    return add_months(anchor, number * commitment.months)


@lru_cache(maxsize=4096)  # a night asks for the same few periods thousands of times
def period(anchor: date, commitment: Commitment, number: int) -> Period:
    """Return period `number` of the commitment opened on `anchor`, counted from 0 (R3)."""
    return Period(
        boundary(anchor, commitment, number),
        boundary(anchor, commitment, number + 1),
    )


def number_on(anchor: date, commitment: Commitment, on: date) -> int:
    """Return the number of the period that contains `on`; ValueError before the anchor."""
    if on < anchor:
        raise ValueError(f"{on} is before the anchor {anchor}")
    months = (on.year - anchor.year) * 12 + on.month - anchor.month
    number = months // commitment.months
    return number if boundary(anchor, commitment, number) <= on else number - 1


def latest_request_on(renews_on: date) -> date:
    """Return the day by which a change is best asked, « au plus tard le » (R18)."""
    return _add_days(renews_on, -CHANGE_NOTICE_DAYS)


def due_on(issued_on: date) -> date:
    """Return the due date of an invoice paid by transfer or with no method saved (R21)."""
    return _add_days(issued_on, TRANSFER_TERM_DAYS)


def _add_days(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise ValueError(f"{days} days from {day} is outside the calendar") from None
