"""A forecast against a limit: the day it is passed, the peaks of one day, the way back under it."""

from dataclasses import dataclass, replace
from datetime import date

from learners.forecast import (
    Day,
    Known,
    Overrun,
    Paces,
    first_day_within,
    forecast,
    overruns,
    paces,
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """The year to come at both paces; a limit of None is unlimited."""

    on: date
    limit: int | None
    paces: Paces
    days: tuple[Day, ...]  # at the pace of the last 90 days, the day itself first
    days_a_year_ago: tuple[Day, ...]  # at last year's; empty without one
    overruns: tuple[Overrun, ...]
    overruns_a_year_ago: tuple[Overrun, ...]

    def under(self, limit: int | None) -> "Outlook":
        """Return the same days against another limit."""
        return replace(
            self,
            limit=limit,
            overruns=_overruns(self.days, limit),
            overruns_a_year_ago=_overruns(self.days_a_year_ago, limit),
        )

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.days[0].total > self.limit

    @property
    def passed(self) -> Overrun | None:
        """The first overrun to come that lasts longer than a day."""
        return _passed(self.overruns, self.on)

    @property
    def passed_for_good(self) -> Overrun | None:
        """The overrun to come that shows no end, when it is not the first."""
        last = self.overruns[-1] if self.overruns else None
        if last is None or last.ends_before or last in (self.passed, self.overruns[0]):
            return None
        return last

    @property
    def passed_a_year_ago(self) -> Overrun | None:
        return _passed(self.overruns_a_year_ago, self.on)

    @property
    def passed_between(self) -> tuple[date, date] | None:
        """The first and the last of the two days on which the limit is passed, if both are."""
        if not (self.passed and self.passed_a_year_ago):
            return None
        first, last = sorted((self.passed.starts_on, self.passed_a_year_ago.starts_on))
        return first, last

    @property
    def peaks(self) -> tuple[Overrun, ...]:
        """The overruns to come that last one day."""
        return tuple(
            each for each in self.overruns if each.lasts_a_day and each.starts_on > self.on
        )

    @property
    def highest(self) -> Day:
        """The first day of the highest total, from the day itself on."""
        return _highest(self.days)

    @property
    def highest_a_year_ago(self) -> Day | None:
        """The same at last year's pace."""
        return _highest(self.days_a_year_ago) if self.days_a_year_ago else None

    @property
    def returns_on(self) -> date | None:
        """When too many are counted, the first day within the limit if nobody else enrols."""
        if not self.is_over:
            return None
        return first_day_within(((day.on, day.known) for day in self.days), self.limit)


def outlook(known: Known, limit: int | None) -> Outlook | None:
    """Return what is to come; None while the history is too short for a pace."""
    both = paces(known)
    if both is None:
        return None
    unlimited = Outlook(
        on=known.on,
        limit=None,
        paces=both,
        days=forecast(known, both.recent),
        days_a_year_ago=forecast(known, both.a_year_ago) if both.a_year_ago else (),
        overruns=(),
        overruns_a_year_ago=(),
    )
    return unlimited.under(limit)


def _overruns(days: tuple[Day, ...], limit: int | None) -> tuple[Overrun, ...]:
    return () if limit is None else overruns(days, limit)


def _highest(days: tuple[Day, ...]) -> Day:
    return max(days, key=lambda day: day.total)


def _passed(found: tuple[Overrun, ...], on: date) -> Overrun | None:
    lasting = (each for each in found if not each.lasts_a_day and each.starts_on > on)
    return next(lasting, None)
