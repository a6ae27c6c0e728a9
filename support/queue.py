"""The desk's queue: its lines and its figures, at a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from learners.models import DailyCount
from subscriptions.models import Component, Item, Subscription
from support import clock, queue_filters, workflow
from support.models import Message, Request, RequestEvent
from support.queue_filters import IS_OPEN, MOST_URGENT, WARN_DAYS, invoice_soon, is_late
from support.targets import targets_of
from support.workflow import Kind, State
from support.working_time import DAY, PARIS, between

STOP_DAYS = 2  # the next invoice is that near
STUCK_AFTER = 3 * DAY  # working minutes without an event or a message
HOUR = 60
ORDERS = {
    "waiting": ("waiting_since", "pk"),
    "done": (F("done_at").desc(nulls_last=True), "-pk"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How many requests each tab holds, how many are late, how many clients' invoices are near.

    Finished requests are not counted.
    """

    tabs: dict[str, int]
    late: int
    invoice_soon: int


def figures(user: User, *, at: datetime, on: date) -> Figures:
    """Return the figures above the queue, in one query."""
    asked = {**queue_filters.tabs(user), "late": is_late(at), "invoice_soon": invoice_soon(on)}
    del asked["done"], asked["all"]
    counted = Request.objects.filter(IS_OPEN).aggregate(
        **{name: Count("pk", filter=condition) for name, condition in asked.items()}
    )
    return Figures(late=counted.pop("late"), invoice_soon=counted.pop("invoice_soon"), tabs=counted)


def order_of_tab(name: str) -> tuple:
    """Return in which order a tab is read: the most urgent first; what is done, the last first."""
    return ORDERS.get(name, MOST_URGENT)


def queue(rows: QuerySet[Request], *, on: date) -> QuerySet[Request]:
    """Return requests with what the queue tells of each client, still in one query."""
    of_client = {"organization": OuterRef("organization")}
    plan = Item.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on),
        **of_client,
        kind=Component.Kind.PLAN,
        starts_on__lte=on,
    )
    counted = DailyCount.objects.filter(**of_client, counted_on__lte=on).order_by("-counted_on")
    of_request = {"request": OuterRef("pk")}
    told = RequestEvent.objects.filter(**of_request).order_by("-at")
    said = Message.objects.filter(**of_request).order_by("-created_at")
    return rows.select_related(
        "organization",
        "requester",
        "assigned_to",
        "plan__component",
        "from_plan__component",
        "option",
    ).annotate(
        renews_on=Subquery(Subscription.objects.filter(**of_client).values("renews_on")[:1]),
        learners=Subquery(counted.values("count")[:1]),
        learner_limit=Subquery(plan.values("component__plan__learners")[:1]),
        told_at=Subquery(told.values("at")[:1]),
        said_at=Subquery(said.values("created_at")[:1]),
    )


@dataclass(frozen=True, slots=True)
class InvoiceFlag:
    """The next invoice of a client and how near it is: empty, warn (8 days) or stop (2 days)."""

    renews_on: date
    days_left: int
    level: str


@dataclass(frozen=True, slots=True)
class Due:
    """When an answer is due, in the parts that a page puts into words.

    The level says which: `stop` is late, by so many working days, else hours, else minutes; `warn`
    is due today; `wait` waits for the customer, since so many days; `done` is finished; empty is
    due in so many days, or nothing is.
    """

    level: str
    at: datetime | None
    days: int = 0
    hours: int = 0
    minutes: int = 0
    aims_at_reply: bool = False  # Première réponse; else Mise en place


def colleagues() -> QuerySet[User]:
    """Return those of the staff to whom a request may be given, by name."""
    groups = [str(who) for who in workflow.ANSWERS]
    return (
        User.objects.filter(is_active=True, is_staff=True, groups__name__in=groups)
        .distinct()
        .order_by("first_name", "last_name", "pk")
    )


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    pk: int
    due: Due
    reference: str
    title: str
    kind: str
    state: str
    tone: str
    is_stuck: bool
    is_open: bool
    asked_on: date
    clicks: int
    organization: str
    percent: int | None
    invoice: InvoiceFlag | None
    assigned: str
    initials: str
    next_move: str
    next_label: str


def queue_rows(
    requests: Iterable[Request],
    *,
    labels: dict[str, str],
    who: frozenset[workflow.Who],
    at: datetime,
) -> list[QueueRow]:
    """Return the lines of one page of the queue, of requests that `queue` annotated.

    `labels` name the moves.
    """
    return [_row(request, labels, who, at) for request in requests]


def _row(
    request: Request, labels: dict[str, str], who: frozenset[workflow.Who], at: datetime
) -> QueueRow:
    assigned = request.assigned_to
    move = next_move(request, who)
    return QueueRow(
        pk=request.pk,
        due=due(request, at=at),
        reference=request.reference,
        title=request.title,
        kind=request.get_kind_display() if request.kind in TALK else "",
        state=request.get_state_display(),
        tone=TONES.get(request.state, ""),
        is_stuck=is_stuck(request, at=at),
        is_open=request.is_open,
        asked_on=request.asked_on,
        clicks=request.clicks,
        organization=request.organization.name,
        percent=_percent(request.learners, request.learner_limit),
        invoice=invoice_flag(request.renews_on, is_open=request.is_open, on=_day(at)),
        assigned=assigned.full_name if assigned else "",
        initials=assigned.initials if assigned else "",
        next_move=move,
        next_label=labels.get(move, ""),
    )


TALK = {Kind.CONTACT, Kind.TASK}  # their titles do not tell what they are


def _percent(count: int | None, limit: int | None) -> int | None:
    return 100 * count // limit if count is not None and limit else None


TONES = {State.PRICED: "info", State.HANDED_OVER: "info", State.ACCEPTED: "ok", State.APPLIED: "ok"}


def due(request: Request, *, at: datetime) -> Due:
    """Return when an answer to a request is due, seen from a moment."""
    if request.waiting_since:
        return Due("wait", request.waiting_since, days=_days(request.waiting_since, at))
    if request.due_at is None:
        return Due("done" if request.done_at else "", request.done_at)
    aims = clock.aims_at_reply(request.replied_at, targets_of(request.kind))
    return due_of(request.due_at, at=at, aims_at_reply=aims)


def due_of(due_at: datetime, *, at: datetime, aims_at_reply: bool) -> Due:
    """Return when what runs is due, seen from a moment."""
    if due_at < at:
        late = between(due_at, at)
        days, hours = late // DAY, late // HOUR
        return Due("stop", due_at, days, hours, late, aims_at_reply=aims_at_reply)
    days = _days(at, due_at)
    return Due("" if days else "warn", due_at, days, aims_at_reply=aims_at_reply)


def _days(since: datetime, until: datetime) -> int:
    return (_day(until) - _day(since)).days


def _day(moment: datetime) -> date:
    return moment.astimezone(PARIS).date()


def is_stuck(request: Request, *, at: datetime) -> bool:
    """Tell whether nothing happened to an open request for three working days."""
    moments = [moment for moment in (request.told_at, request.said_at) if moment]
    if not request.is_open or not moments:
        return False
    return between(max(moments), at) >= STUCK_AFTER


def invoice_flag(renews_on: date | None, *, is_open: bool, on: date) -> InvoiceFlag | None:
    """Return how near the next invoice is; what is finished is not flagged."""
    if renews_on is None:
        return None
    days = (renews_on - on).days
    level = ""
    if is_open and days <= WARN_DAYS:
        level = "stop" if days <= STOP_DAYS else "warn"
    return InvoiceFlag(renews_on, days, level)


def next_move(request: Request, who: frozenset[workflow.Who]) -> str:
    """Return the move that goes on from here if it is in these hands, else nothing."""
    kind, state = Kind(request.kind), State(request.state)
    forward = workflow.next_move(kind, state, needs_agreement=request.needs_agreement)
    return forward if forward in workflow.moves(kind=kind, state=state, who=who) else ""
