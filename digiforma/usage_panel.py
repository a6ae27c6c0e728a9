"""The learners and the seats of « Mon abonnement », against what the plan allows (R14, R20)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from accounts.selectors import Seats
from digiforma import chart
from digiforma.account_row import Counted
from learners.outlook import Outlook
from learners.rolling_year import first_day_counted
from learners.selectors import DayCount, month_values

NEAR_PERCENT = 80
DAYS_AHEAD = 182  # of the forecast that the chart shows
FRESH_FOR = timedelta(hours=36)
PARIS = ZoneInfo("Europe/Paris")


class Level(StrEnum):
    """How a count stands to its limit."""

    UNLIMITED = "unlimited"
    WITHIN = "within"
    NEAR = "near"  # from 80 %
    REACHED = "reached"  # still inside the plan
    OVER = "over"


class Verdict(StrEnum):
    """What the year to come says of the limit, in one word."""

    RETURNS = "returns"  # over it now, back within it if nobody else enrols
    PASSED = "passed"
    PEAK = "peak"  # for single days only
    ENOUGH = "enough"


@dataclass(frozen=True, slots=True)
class Meter:
    """A count against its limit, and the bar that shows it; a limit of None is unlimited."""

    count: int
    limit: int | None
    level: Level
    percent: int  # of the limit, rounded down
    fill: str  # the width of the bar; above the limit, of its part inside

    @property
    def left(self) -> int:
        return max((self.limit or 0) - self.count, 0)

    @property
    def over_by(self) -> int:
        return self.count - self.limit if self.level == Level.OVER else 0

    @property
    def top(self) -> int | None:
        """What assistive technology reads as the present value: never above the maximum."""
        return self.count if self.limit is None else min(self.count, self.limit)


@dataclass(frozen=True, slots=True)
class UsagePanel:
    """The left side of the sheet."""

    learners: Meter
    trainers: Meter
    administrators: Meter
    counted: Counted
    is_stale: bool
    is_today: bool
    over_since: date | None  # None when it began before the year that is shown
    counts_from: date
    year: tuple[DayCount, ...]
    months: tuple[DayCount, ...]
    outlook: Outlook | None  # none while the history is too short
    chart: chart.Chart | None
    chart_ends_on: date

    @property
    def first(self) -> DayCount:
        return self.year[0]

    @property
    def verdict(self) -> Verdict | None:
        """None without a limit or a forecast, and when tonight's count will tell another story."""
        coming = self.outlook
        if coming is None or coming.limit is None or coming.is_over != bool(self.learners.over_by):
            return None
        if coming.is_over:
            return Verdict.RETURNS if coming.returns_on else None
        if coming.passed:
            return Verdict.PASSED
        return Verdict.PEAK if coming.peaks else Verdict.ENOUGH

    @property
    def middle(self) -> DayCount:
        return self.year[len(self.year) // 2]


def meter(count: int, limit: int | None) -> Meter:
    """Return how a count stands to its limit; a limit of 0 is reached from the start."""
    if limit is None:
        return Meter(count, None, Level.UNLIMITED, percent=0, fill="")
    percent = count * 100 // limit if limit else 100
    inside, whole = (limit, count) if count > limit else (count, limit)
    fill = f"{inside * 100 / whole:.4g}%" if whole else "100%"
    return Meter(count, limit, _level(count, limit, percent), percent, fill)


def _level(count: int, limit: int, percent: int) -> Level:
    if count > limit:
        return Level.OVER
    if count == limit:
        return Level.REACHED
    return Level.NEAR if percent >= NEAR_PERCENT else Level.WITHIN


def usage_panel(
    counted: Counted | None,
    year: Sequence[DayCount],
    *,
    outlook: Outlook | None,
    learner_limit: int | None,
    seats: Seats,
    at: datetime,
) -> UsagePanel:
    """Return the panel of a stored count; of the year's last value if none was ever stored.

    `year` is restated from what is known now and runs to today: it is cut at the day of the count,
    where its value gives way to the one that was stored. `outlook` begins on that day.
    """
    counted = counted or Counted(year[-1].on, year[-1].count)
    before = [day for day in year if day.on < counted.on]
    shown = (*before, DayCount(counted.on, counted.count))
    return UsagePanel(
        learners=meter(counted.count, learner_limit),
        trainers=meter(seats.trainers, seats.trainer_limit),
        administrators=meter(seats.administrators, seats.administrator_limit),
        counted=counted,
        is_stale=is_stale(counted, at),
        is_today=counted.on == at.astimezone(PARIS).date(),
        over_since=over_since(shown, learner_limit),
        counts_from=first_day_counted(counted.on),
        year=shown,
        months=tuple(month_values(list(shown))),
        outlook=outlook,
        chart=_chart(shown, learner_limit, outlook),
        chart_ends_on=counted.on + timedelta(days=DAYS_AHEAD if outlook else 0),
    )


def is_stale(counted: Counted, at: datetime) -> bool:
    """Say whether a stored count is older than 36 hours; a late record does not freshen its day."""
    if counted.at is None:
        return False
    day_after = datetime.combine(counted.on + timedelta(days=1), datetime.min.time(), PARIS)
    return at - min(counted.at, day_after) > FRESH_FOR


def over_since(year: Sequence[DayCount], limit: int | None) -> date | None:
    """Return the first day of the overrun that still runs; None when none began in this year."""
    if limit is None or year[-1].count <= limit:
        return None
    inside = [day.on for day in year if day.count <= limit]
    return max(inside) + timedelta(days=1) if inside else None


def _chart(
    year: Sequence[DayCount], limit: int | None, outlook: Outlook | None
) -> chart.Chart | None:
    counts = [day.count for day in year]
    if not any(counts):
        return None
    if outlook is None:
        return chart.draw(counts, limit=limit)
    coming = outlook.days[1 : DAYS_AHEAD + 1]
    places = {day.on: place for place, day in enumerate(coming)}
    return chart.draw(
        counts,
        limit=limit,
        coming=[chart.Foreseen(day.known, day.total) for day in coming],
        passed=places.get(outlook.passed.starts_on) if outlook.passed else None,
        peaks=[places[peak.starts_on] for peak in outlook.peaks if peak.starts_on in places],
    )
