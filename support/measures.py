"""How long the desk takes, in working minutes, and what waits for it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, DateField, IntegerField, Q, QuerySet
from django.db.models.functions import TruncWeek

from support.contact_queue import Visitors, visitors
from support.labels import KIND_LABELS
from support.models import InboundMail, Request
from support.queue_filters import WITHOUT_REPLY, invoice_soon, is_late
from support.workflow import State

PARIS = ZoneInfo("Europe/Paris")
WEEKS = 8
WEEK = timedelta(weeks=1)
NOBODYS = [State.WITHDRAWN.value, State.EXPIRED.value]  # ends that are not the desk's


class Percentile(Aggregate):
    """The least value that so large a part of the rows does not exceed; one of theirs."""

    function = "percentile_disc"
    template = "%(function)s(%(part)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Delay:
    """How many requests came so far, and the working minutes of half and of nine in ten."""

    count: int = 0
    median: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Delays:
    """Until the first reply and until the whole is done (mise en place)."""

    reply: Delay = Delay()
    completion: Delay = Delay()


@dataclass(frozen=True, slots=True)
class Week:
    """The delays of one week, from its Monday."""

    monday: date
    delays: Delays


def delays(*, since: date, before: date) -> Delays:
    """Return the delays of what was replied to and of what was done in some days, in one query.

    What the customer withdrew or let expire is no completion.
    """
    told = _seen(since, before).aggregate(**_columns(since, before))
    return _read(told)


def delays_by_kind(*, since: date, before: date) -> dict[str, Delays]:
    """Return the same for each kind of request of these days, by its French name."""
    rows = _seen(since, before).order_by().values("kind").annotate(**_columns(since, before))
    found = {row["kind"]: _read(row) for row in rows}
    return {str(name): found[kind] for kind, name in KIND_LABELS if kind in found}


def delays_by_week(*, on: date) -> tuple[Week, ...]:
    """Return the delays of the last full weeks and of the one that runs, in two queries."""
    monday = monday_of(on)
    since = monday - WEEKS * WEEK
    replies = _by_week(REPLY, since, on)
    completions = _by_week(COMPLETION, since, on)
    mondays = [since + number * WEEK for number in range(WEEKS + 1)]
    return tuple(
        Week(each, Delays(replies.get(each, Delay()), completions.get(each, Delay())))
        for each in mondays
    )


def monday_of(day: date) -> date:
    """Return the first day of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class DailyFigures:
    """What waits for the desk; the queue's filters show the same requests."""

    late: int
    invoice_soon: int  # open, and the client's next invoice is 8 days away or less
    without_reply: int
    quarantined: int
    visitors: Visitors

    def __bool__(self) -> bool:
        waits = (self.late, self.invoice_soon, self.without_reply, self.quarantined)
        return any(waits) or self.visitors.waiting > 0


def daily_figures(*, on: date, at: datetime) -> DailyFigures:
    """Return what waits at a moment of a day, in three queries."""
    counted = Request.objects.aggregate(
        late=Count("pk", filter=is_late(at)),
        invoice_soon=Count("pk", filter=invoice_soon(on)),
        without_reply=Count("pk", filter=WITHOUT_REPLY),
    )
    held = InboundMail.objects.filter(status=InboundMail.Status.QUARANTINED).count()
    return DailyFigures(**counted, quarantined=held, visitors=visitors(at=at))


@dataclass(frozen=True, slots=True)
class _Measured:
    """What is measured: when it came, and after how much working time."""

    at: str
    minutes: str
    condition: Q

    def within(self, since: date, before: date) -> Q:
        period = {f"{self.at}__gte": _midnight(since), f"{self.at}__lt": _midnight(before)}
        return self.condition & Q(**period)

    def columns(self, kept: Q | None = None) -> dict[str, Aggregate]:
        return {
            f"{self.at}_count": Count("pk", filter=kept),
            f"{self.at}_median": Percentile(self.minutes, part=0.5, filter=kept),
            f"{self.at}_most": Percentile(self.minutes, part=0.9, filter=kept),
        }

    def delay(self, row: dict) -> Delay:
        return Delay(*(row[f"{self.at}_{name}"] for name in ("count", "median", "most")))


REPLY = _Measured("replied_at", "replied_minutes", Q(replied_minutes__isnull=False))
COMPLETION = _Measured(
    "done_at", "done_minutes", Q(done_minutes__isnull=False) & ~Q(state__in=NOBODYS)
)


def _seen(since: date, before: date) -> QuerySet:
    return Request.objects.filter(REPLY.within(since, before) | COMPLETION.within(since, before))


def _columns(since: date, before: date) -> dict[str, Aggregate]:
    return REPLY.columns(REPLY.within(since, before)) | COMPLETION.columns(
        COMPLETION.within(since, before)
    )


def _read(row: dict) -> Delays:
    return Delays(REPLY.delay(row), COMPLETION.delay(row))


def _by_week(measured: _Measured, since: date, on: date) -> dict[date, Delay]:
    rows = (
        Request.objects.filter(measured.within(since, on + timedelta(days=1)))
        .annotate(monday=TruncWeek(measured.at, output_field=DateField(), tzinfo=PARIS))
        .order_by()
        .values("monday")
        .annotate(**measured.columns())
    )
    return {row["monday"]: measured.delay(row) for row in rows}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=PARIS)
