"""The desk's queue: its tabs, its lines, its search, at a fixed number of queries."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import FIRST_ACCOUNT_NUMBER, User
from learners.models import DailyCount
from subscriptions.models import Component, Invoice, Item, Subscription
from support import workflow
from support.models import OPEN, Request
from support.workflow import Kind, State

STOP_DAYS = 2  # the next invoice is that near
WARN_DAYS = 8  # R18


def views(user: User) -> dict[str, Q]:
    """Return the tabs of the queue, each with what it holds."""
    waits_for_customer = Q(state__in=[State.QUOTED, State.NEEDS_DETAILS])
    at_sales = Q(state=State.HANDED_OVER)
    interests = Q(kind=Kind.OPTION_INTEREST, state__in=OPEN)
    is_open = Q(state__in=OPEN)
    return {
        "todo": is_open & ~waits_for_customer & ~at_sales & ~interests,
        "mine": is_open & Q(assigned_to=user),
        "waiting": waits_for_customer & ~interests,
        "sales": at_sales,
        "interests": interests,
        "done": ~is_open,
    }


def counts(user: User) -> dict[str, int]:
    """Return how many requests each tab holds, in one query; « done » is not counted."""
    tabs = views(user)
    tabs.pop("done")
    return Request.objects.aggregate(
        **{name: Count("pk", filter=condition) for name, condition in tabs.items()}
    )


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
    )


@dataclass(frozen=True, slots=True)
class InvoiceFlag:
    """The next invoice of a client and how near it is: empty, warn (8 days) or stop (2 days)."""

    renews_on: date
    days_left: int
    level: str


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue."""

    pk: int
    reference: str
    title: str
    kind: str
    state: str
    tone: str
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
    requests, *, labels: dict[str, str], who: frozenset[workflow.Who], on: date
) -> list[QueueRow]:
    """Return the lines of one page of the queue, of requests that `queue` annotated.

    `labels` name the moves.
    """
    return [_row(request, labels, who, on) for request in requests]


def _row(
    request: Request, labels: dict[str, str], who: frozenset[workflow.Who], on: date
) -> QueueRow:
    assigned = request.assigned_to
    move = next_move(request, who)
    return QueueRow(
        pk=request.pk,
        reference=request.reference,
        title=request.title,
        kind=request.get_kind_display(),
        state=request.get_state_display(),
        tone=TONES.get(request.state, ""),
        asked_on=request.asked_on,
        clicks=request.clicks,
        organization=request.organization.name,
        percent=_percent(request.learners, request.learner_limit),
        invoice=invoice_flag(request.renews_on, is_open=request.is_open, on=on),
        assigned=assigned.full_name if assigned else "",
        initials=assigned.initials if assigned else "",
        next_move=move,
        next_label=labels.get(move, ""),
    )


def _percent(count: int | None, limit: int | None) -> int | None:
    return 100 * count // limit if count is not None and limit else None


TONES = {State.PRICED: "info", State.HANDED_OVER: "info", State.ACCEPTED: "ok", State.APPLIED: "ok"}


def invoice_flag(renews_on: date | None, *, is_open: bool, on: date) -> InvoiceFlag | None:
    """Return how near the next invoice is; what is finished is not flagged."""
    if renews_on is None:
        return None
    days = (renews_on - on).days
    level = ""
    if is_open and days <= WARN_DAYS:
        level = "stop" if days <= STOP_DAYS else "warn"
    return InvoiceFlag(renews_on, days, level)


def search(term: str) -> Q:
    """Return what finds a request: its reference, its client by name, number, mail, invoice."""
    found = (
        Q(reference__iexact=term)
        | Q(organization__name__icontains=term)
        | Q(requester__email__iexact=term)
        | Q(organization__in=Invoice.objects.filter(number__iexact=term).values("organization"))
    )
    if term.isascii() and term.isdigit():
        found |= Q(organization=int(term) - FIRST_ACCOUNT_NUMBER)
    return found


def next_move(request: Request, who: frozenset[workflow.Who]) -> str:
    """Return the move that goes on from here if it is in these hands, else nothing."""
    kind, state = Kind(request.kind), State(request.state)
    forward = workflow.next_move(kind, state, needs_agreement=request.needs_agreement)
    return forward if forward in workflow.moves(kind=kind, state=state, who=who) else ""
