"""What a subscription should have been billed, told from the billing rules alone.

Slow on purpose: it walks every day of every period, asks which component is held on that day and
at which price, and adds up fractions. It shares no code with the engine: own months, own choice
of prices, own rounding. A commitment is its number of months, 1 or 12.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

DAY = timedelta(days=1)


class Bound(NamedTuple):
    """So many months at a time, from an anchor on, until another commitment begins (R9)."""

    months: int
    anchor: date
    until: date | None = None


class Held(NamedTuple):
    component: Hashable
    first: date
    until: date | None = None
    is_plan: bool = False


class Agreed(NamedTuple):
    """A negotiated price, both days included (R5)."""

    component: Hashable
    months: int
    cents: int
    first: date
    last: date


class Rebate(NamedTuple):
    """A discount on the plan for the first so many periods that begin on a day or later."""

    percent: Decimal
    first: date
    periods: int


class Given(NamedTuple):
    """Cents of a component that staff gave back as a gesture: its first day, its period's end."""

    component: Hashable
    months: int
    day: date
    ends: date
    cents: int


class Segment(NamedTuple):
    """Days of one period on which a component is held in a row."""

    component: Hashable
    months: int
    first: date
    ends: date


class Seen(NamedTuple):
    """The listed price of a segment when it was first seen, and its largest discount since."""

    cents: int
    percent: Decimal

    @property
    def price(self) -> int:
        return rounded(Fraction(self.cents) * (100 - Fraction(self.percent)) / 100)


class Owed(NamedTuple):
    """What one component owes for one period: each line rounded (R1), and to the fraction."""

    cents: int
    exact: Fraction
    roundings: int


@dataclass
class Oracle:
    """What was listed, and what each segment was seen at: its price is kept (R6).

    A discount given since is taken off what runs to its period's end, never put back (R18).
    """

    listed: dict[tuple[Hashable, int], list[tuple[date, int]]]
    seen: dict[tuple, Seen] = field(default_factory=dict)

    def owed(
        self,
        *,
        bounds: Iterable[Bound],
        held: Iterable[Held],
        agreed: Iterable[Agreed] = (),
        rebates: Iterable[Rebate] = (),
        given: Iterable[Given] = (),
        entered_until: date,
    ) -> dict[tuple[Hashable, int, date], Owed]:
        """Return what is owed for each (component, months, last day + 1) of each entered period."""
        held, agreed, rebates = list(held), list(agreed), list(rebates)
        entered = sorted(
            (starts, ends, bound)
            for bound in bounds
            for starts, ends in natural_periods(bound, entered_until)
        )
        parts = {}
        for starts, ends, bound in entered:
            percent = _percent(rebates, starts, [period[0] for period in entered])
            days = [starts + DAY * n for n in range((ends - starts).days)]
            bound_days = [day for day in days if bound.until is None or day < bound.until]
            for each in held:
                held_days = [day for day in bound_days if _is_held(each, day)]
                if not held_days:
                    continue
                segment = Segment(each.component, bound.months, held_days[0], ends)
                reduced = percent if each.is_plan else Decimal(0)
                seen = self.seen.get(segment)
                if seen is None:
                    seen = Seen(self._listed(each, bound, held_days[0], agreed), reduced)
                elif held_days[-1] == days[-1]:
                    seen = seen._replace(percent=max(seen.percent, reduced))
                self.seen[segment] = seen
                parts[segment] = _segment(seen.price, held_days, days)
        _keep_back(parts, given)
        return _by_period(parts)

    def _listed(self, held: Held, bound: Bound, on: date, agreed: list[Agreed]) -> int:
        """Return the full price in force on a day, before any discount (R5)."""
        in_force = [row for row in self.listed[held.component, bound.months] if row[0] <= on]
        cents = max(in_force)[1]
        for row in agreed:
            same = (row.component, row.months) == (held.component, bound.months)
            if same and row.first <= on <= row.last:
                cents = row.cents
        return cents


def natural_periods(bound: Bound, entered_until: date) -> Iterator[tuple[date, date]]:
    """Yield the whole periods of a commitment that begin before it ends and were entered."""
    number = 0
    while True:
        starts, ends = (month_day(bound.anchor, bound.months * n) for n in (number, number + 1))
        if starts >= min(entered_until, bound.until or date.max):
            return
        yield starts, ends
        number += 1


def month_day(anchor: date, months: int) -> date:
    """Return the anchor's day so many months later, or the last day that month has (R3)."""
    year, month = anchor.year, anchor.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for day in range(anchor.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, anchor.day)


def rounded(amount: Fraction) -> int:
    """Round to the cent, half away from zero (R1)."""
    return int(abs(amount) + Fraction(1, 2)) * (1 if amount >= 0 else -1)


def _percent(rebates: list[Rebate], starts: date, entered: list[date]) -> Decimal:
    """Return the discount of a period: the one given last, of those that reach it."""
    percent = Decimal(0)
    for rebate in rebates:
        reached = [day for day in entered if day >= rebate.first][: rebate.periods]
        if starts in reached:
            percent = rebate.percent
    return percent


def _is_held(held: Held, day: date) -> bool:
    return held.first <= day and (held.until is None or day < held.until)


def _segment(price: int, held_days: list[date], days: list[date]) -> Owed:
    """Charge a segment to the period's end, give back what follows its last day (R6, R10)."""
    to_end = len([day for day in days if day >= held_days[0]])
    after = len([day for day in days if day > held_days[-1]])
    charged = rounded(Fraction(price * to_end, len(days)))
    given_back = rounded(Fraction(price * after, len(days)))
    exact = sum((Fraction(price, len(days)) for _day in held_days), Fraction(0))
    return Owed(charged - given_back, exact, 2 if after else 1)


def _keep_back(parts: dict[Segment, Owed], given: Iterable[Given]) -> None:
    """Give back of a segment no more than what gestures left of its charge (R6).

    Of a period in which the component is held no more, or that another commitment took the place
    of, what they gave stays billed.
    """
    gone = Counter()
    for gesture in given:
        mine = [
            segment
            for segment in parts
            if (segment.component, segment.months) == (gesture.component, gesture.months)
            and segment.first <= gesture.day < segment.ends
        ]
        of_old = Segment(gesture.component, gesture.months, gesture.day, gesture.ends)
        gone[max(mine, key=lambda segment: segment.first, default=of_old)] += gesture.cents
    for segment, cents in gone.items():
        if segment not in parts or parts[segment].cents < cents:
            parts[segment] = Owed(cents, Fraction(cents), 0)


def _by_period(parts: dict[Segment, Owed]) -> dict[tuple[Hashable, int, date], Owed]:
    owed = defaultdict(lambda: Owed(0, Fraction(0), 0))
    for segment, part in parts.items():
        key = (segment.component, segment.months, segment.ends)
        owed[key] = Owed(*(sum(both) for both in zip(owed[key], part, strict=True)))
    return dict(owed)


def departures(
    owed: dict[tuple, Owed], issued: Iterable[tuple[Hashable, int, date, int]]
) -> dict[tuple, str]:
    """Return where the cents issued are not what is owed.

    `issued` tells lines as (component, months, end of their period, cents). Each component and
    period is told apart, and none may be further from the exact accrual than its roundings.
    """
    billed = Counter()
    for component, months, ends, cents in issued:
        billed[component, months, ends] += cents
    wrong = {}
    for key in owed.keys() | billed.keys():
        due = owed.get(key, Owed(0, Fraction(0), 0))
        too_far = abs(billed[key] - due.exact) > Fraction(due.roundings, 2)
        if billed[key] != due.cents or too_far:
            wrong[key] = f"billed {billed[key]}, owed {due.cents}, accrued {float(due.exact):.4f}"
    return wrong
