"""What the count will be: first what is known, then an estimate at a pace (R14).

count(t) = enrolments known in t's window + max(0, pace * days until t - entries known until t)

What is known is exact: who stays until 365 days have passed, who is enrolled in a session to come.
Only the rest is estimated, rounded to the nearest learner each day, a half upwards. The pace is
that of the last 90 days; the same period of last year gives a second line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from learners.rolling_year import DAYS_COUNTED, first_day_counted

HORIZON_DAYS = DAYS_COUNTED  # what is estimated enters and none of it leaves
SHOWN_FROM_DAYS = 60  # of history: before, a pace says nothing
PACE_DAYS = 90
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many enrolments began to count over how many days (rythme)."""

    entered: int
    days: int

    @property
    def per_day(self) -> Fraction:
        return Fraction(self.entered, self.days)


@dataclass(frozen=True, slots=True)
class Known:
    """All that a forecast stands on: what was written when it was made, seen from its day.

    `entries` tells how many enrolments count from each day, at least from the first one in the
    window of `on`; `first_on` is the first day from which any ever counted.
    """

    on: date
    entries: Mapping[date, int]
    first_on: date | None
    entered_90_days: int
    entered_90_days_a_year_ago: int

    @property
    def history_days(self) -> int:
        return max((self.on - self.first_on).days + 1, 0) if self.first_on else 0


class Paces(NamedTuple):
    """The two paces of a forecast; a year ago is None until there is a year of history."""

    recent: Pace
    a_year_ago: Pace | None


class Day(NamedTuple):
    """One day of a forecast, in learners."""

    on: date
    staying: int  # counted when the forecast was made, and still
    coming: int  # enrolled already, in a session begun since
    estimated: int

    @property
    def known(self) -> int:
        return self.staying + self.coming

    @property
    def total(self) -> int:
        return self.staying + self.coming + self.estimated


class Overrun(NamedTuple):
    """Days in a row above a limit; `ends_before` is None while the horizon shows no end."""

    starts_on: date
    ends_before: date | None
    count: int  # on its first day
    highest: int
    returns_to: int | None

    @property
    def lasts_a_day(self) -> bool:
        return self.ends_before == self.starts_on + DAY

    def is_refused(self, after_days: int) -> bool:
        """Say whether it lasts longer than a grace of so many days (R20)."""
        return self.ends_before is None or self.ends_before > self.starts_on + after_days * DAY


def entered(entries: Mapping[date, int], first: date, *, days: int) -> int:
    """Return how many enrolments count from one of so many days."""
    return sum(entries.get(first + n * DAY, 0) for n in range(days))


def known(on: date, entries: Mapping[date, int], first_on: date | None) -> Known:
    """Return what a forecast made on a day stands on, the two counts of entries included."""
    return Known(
        on=on,
        entries=entries,
        first_on=first_on,
        entered_90_days=entered(entries, on - (PACE_DAYS - 1) * DAY, days=PACE_DAYS),
        entered_90_days_a_year_ago=entered(entries, first_day_counted(on), days=PACE_DAYS),
    )


def paces(known: Known) -> Paces | None:
    """Return the paces; None under 60 days of history. Under 90, the days there are count."""
    if known.history_days < SHOWN_FROM_DAYS:
        return None
    a_year_ago = Pace(known.entered_90_days_a_year_ago, PACE_DAYS)
    return Paces(
        recent=Pace(known.entered_90_days, min(PACE_DAYS, known.history_days)),
        a_year_ago=a_year_ago if known.history_days >= DAYS_COUNTED else None,
    )


def curve(entries: Mapping[date, int], first: date, last: date) -> list[tuple[date, int]]:
    """Return the count of each day from `first` to `last`, from what is known (R14)."""
    count = entered(entries, first_day_counted(first), days=DAYS_COUNTED)
    counts = [(first, count)]
    for n in range(1, (last - first).days + 1):
        day = first + n * DAY
        count += entries.get(day, 0) - entries.get(day - DAYS_COUNTED * DAY, 0)
        counts.append((day, count))
    return counts


def forecast(known: Known, pace: Pace) -> tuple[Day, ...]:
    """Return the day itself, nothing in it estimated, then each of the 365 that follow."""
    days, coming = [], 0
    for n, (on, count) in enumerate(
        curve(known.entries, known.on, known.on + HORIZON_DAYS * DAY), start=0
    ):
        coming += known.entries.get(on, 0) if n else 0
        days.append(Day(on, count - coming, coming, estimated(pace, n, coming)))
    return tuple(days)


def estimated(pace: Pace, days: int, coming: int) -> int:
    """Return the entries expected over so many days beyond those already known.

    The nearest whole number, a half upwards: floor(pace.per_day * days - coming + 1/2).
    """
    twice = 2 * pace.entered * days + (1 - 2 * coming) * pace.days
    return max(0, twice // (2 * pace.days))


def overruns(days: Iterable[Day], limit: int) -> tuple[Overrun, ...]:
    """Return the runs of days above a limit, the earliest first; the limit itself is inside."""
    found: list[Overrun] = []
    for day in days:
        running = bool(found) and found[-1].ends_before is None
        if day.total > limit and not running:
            found.append(Overrun(day.on, None, day.total, day.total, None))
        elif day.total > limit:
            found[-1] = found[-1]._replace(highest=max(found[-1].highest, day.total))
        elif running:
            found[-1] = found[-1]._replace(ends_before=day.on, returns_to=day.total)
    return tuple(found)


def first_day_within(counts: Iterable[tuple[date, int]], limit: int) -> date | None:
    """Return the first day whose count a limit holds; None when no day is."""
    return next((on for on, count in counts if count <= limit), None)


def month_ends(days: Iterable[Day]) -> tuple[Day, ...]:
    """Return the last days of the months to come, the forecast's own day left out."""
    _today, *coming = days
    return tuple(day for day in coming if (day.on + DAY).day == 1)
