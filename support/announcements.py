"""What customers read of how long the desk takes, in the scope of anybody."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import ngettext

from support.models import BusySeason, DeskMeasure
from support.targets import targets_of
from support.workflow import Kind
from support.working_time import DAY

FEWEST_REPLIES = 5
TRUSTED_DAYS = 7  # an older measure is not told: its job has stopped
HOUR = 60
MOST_HOURS = 4  # more is told as a day


@dataclass(frozen=True, slots=True)
class Promise:
    """The delay told to customers, « 1 jour ouvré », and where it comes from.

    A busy season tells its own delay until its last day; else the median of the first replies,
    rounded up, when enough were measured; else the target.
    """

    delay: str
    is_measured: bool
    busy_until: date | None


def promise(*, on: date) -> Promise:
    """Return what is told on a day, in one query."""
    return read_promise(*season(on).union(measure(on)).values_list("told", flat=True))


def read_promise(*rows: dict | None) -> Promise:
    """Return the promise of the rows that `season` and `measure` gave, in any order."""
    told = {name: value for row in rows if row for name, value in row.items()}
    if "busy_until" in told:
        return Promise(
            delay=days_text(told["working_days"]),
            is_measured=False,
            busy_until=date.fromisoformat(told["busy_until"]),
        )
    if told.get("replies", 0) >= FEWEST_REPLIES:
        return Promise(delay_text(told["reply_minutes"]), is_measured=True, busy_until=None)
    target = targets_of(Kind.PLAN_CHANGE).reply
    return Promise(delay_text(target), is_measured=False, busy_until=None)


def season(on: date) -> QuerySet:
    """Return the busy season of a day as one row, or none, for a query or inside another."""
    running = BusySeason.objects.filter(first_on__lte=on, last_on__gte=on).order_by()
    told = JSONObject(busy_until=F("last_on"), working_days=F("working_days"))
    return running.values(told=told)


def measure(on: date) -> QuerySet:
    """Return the last measure before the end of a day as one row, or none, likewise."""
    fresh = DeskMeasure.objects.filter(
        measured_on__lte=on, measured_on__gt=on - timedelta(days=TRUSTED_DAYS)
    )
    told = JSONObject(replies=F("replies"), reply_minutes=F("reply_minutes"))
    return fresh.order_by("-measured_on").values(told=told)[:1]


def delay_text(minutes: int) -> str:
    """Return working minutes in words that promise no more: « 2 heures ouvrées », « 1 jour ouvré ».

    Rounded up, to hours under half a day, then to days.
    """
    hours = max(1, -(-minutes // HOUR))
    if hours <= MOST_HOURS:
        text = ngettext("%(count)s heure ouvrée", "%(count)s heures ouvrées", hours)
        return text % {"count": hours}
    return days_text(-(-minutes // DAY))


def days_text(days: int) -> str:
    """Return « 1 jour ouvré » or « 3 jours ouvrés »."""
    return ngettext("%(count)s jour ouvré", "%(count)s jours ouvrés", days) % {"count": days}
