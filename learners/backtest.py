"""How far forecasts fell: those of past days, as things were known then, against what was counted.

A forecast is replayed from what its stored count saw, so that later entries do not help it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from accounts.models import Organization
from learners.forecast import forecast, paces
from learners.foreseen import known_then
from learners.models import DailyCount

AHEAD_DAYS = (30, 90, 180)


@dataclass(frozen=True, slots=True)
class Try:
    """What was foreseen for a day, in three ways, and what was counted on it."""

    ahead_days: int
    counted: int
    recent: int  # at the pace of the last 90 days
    a_year_ago: int  # at that of the same period last year
    unchanged: int  # the count of the day of the forecast, as a measure of the other two


@dataclass(frozen=True, slots=True)
class Error:
    """How far a way of foreseeing fell, on average, over so many tries."""

    tries: int
    learners: Fraction  # mean absolute error
    percent: Fraction  # of the mean count
    bias: Fraction  # in learners: above 0 when it foresees too many


def tries(organization: Organization, *, every: int = 1) -> Iterator[Try]:
    """Replay an organization's days that had a year of history, one in so many, oldest first.

    A day recounted is replayed as it was first counted and judged by its last count. Two queries,
    then one a day. Staff's or the tenant's scope.
    """
    counts = DailyCount.objects.for_organization(organization)
    counted = dict(counts.order_by("version").values_list("counted_on", "count"))
    seen = counts.filter(version=1, moment__isnull=False).order_by("counted_on")
    for count in seen[::every]:
        yield from _tries_of(count, counted)


def error(tries: Iterable[Try], way: str) -> Error | None:
    """Return how far one way fell: recent, a_year_ago or unchanged; None without a try."""
    gaps = [(getattr(each, way) - each.counted, each.counted) for each in tries]
    if not gaps:
        return None
    absolute = sum(abs(gap) for gap, _counted in gaps)
    counted = sum(counted for _gap, counted in gaps)
    return Error(
        tries=len(gaps),
        learners=Fraction(absolute, len(gaps)),
        percent=Fraction(100 * absolute, counted) if counted else Fraction(0),
        bias=Fraction(sum(gap for gap, _counted in gaps), len(gaps)),
    )


def _tries_of(count: DailyCount, counted: dict[date, int]) -> Iterator[Try]:
    days = {
        ahead: count.counted_on + timedelta(days=ahead)
        for ahead in AHEAD_DAYS
        if count.counted_on + timedelta(days=ahead) in counted
    }
    if not days:
        return
    seen = known_then(count)
    both = paces(seen)
    if both is None or both.a_year_ago is None:
        return
    recent, a_year_ago = forecast(seen, both.recent), forecast(seen, both.a_year_ago)
    for ahead, day in days.items():
        yield Try(
            ahead, counted[day], recent[ahead].total, a_year_ago[ahead].total, recent[0].total
        )
