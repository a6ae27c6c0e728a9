"""What customers read of their requests: the card, the list, the page."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Organization
from accounts.roles import COMMITS_MONEY
from subscriptions.models import Component
from support import drawing, workflow
from support.models import Message, Quote, Request, RequestEvent
from support.workflow import Kind, Move, State

SHOWN_ON_CARD = sorted(workflow.OPEN | {State.EXPIRED})
QUOTES_SHOWN = [
    Quote.Status.SENT,
    Quote.Status.ACCEPTED,
    Quote.Status.DECLINED,
    Quote.Status.EXPIRED,
]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps of a plan change; `hint` says what comes when no day is known yet."""

    label: str
    status: str  # done, current or todo
    on: date | None = None
    hint: str = ""
    hint_on: date | None = None


@dataclass(frozen=True, slots=True)
class RequestCard:
    """A plan change under way, as « Mon abonnement » shows it."""

    reference: str
    title: str
    agent: str
    state: str
    steps: tuple[Step, ...]
    plan: str
    surcharge_cents: int | None
    per: str
    effective_on: date | None
    valid_until: date | None
    is_quoted: bool
    is_expired: bool


def open_request(organization: Organization) -> RequestCard | None:
    """Return the plan change under way, or the last one whose quote expired; two queries."""
    request = (
        _readable(organization)
        .filter(kind=Kind.PLAN_CHANGE)
        .annotate(**_latest_quote())
        .order_by("-pk")
        .first()
    )
    if request is None or request.state not in SHOWN_ON_CARD:
        return None
    return RequestCard(
        reference=request.reference,
        title=request.customer_title,
        agent=request.assigned_to.first_name if request.assigned_to else "",
        state=request.get_state_display(),
        steps=steps(request, _days(request), request.quote_valid_until),
        plan=request.plan.name,
        surcharge_cents=request.surcharge_cents,
        per=_per(request.quote_months),
        effective_on=request.effective_on,
        valid_until=request.quote_valid_until,
        is_quoted=request.state == State.QUOTED,
        is_expired=request.state == State.EXPIRED,
    )


def _readable(organization: Organization) -> QuerySet[Request]:
    return Request.objects.for_organization(organization).select_related(
        "requester", "plan__component", "from_plan__component", "option", "assigned_to"
    )


def _latest_quote() -> dict[str, Subquery]:
    shown = Quote.objects.filter(request=OuterRef("pk"), status__in=QUOTES_SHOWN)
    latest = shown.order_by("-version")
    return {
        "quote_valid_until": Subquery(latest.values("valid_until")[:1]),
        "quote_months": Subquery(latest.values("months")[:1]),
    }


def _per(months: int | None) -> str:
    return _("par an") if months == workflow.YEAR else _("par mois")


def _days(request: Request) -> dict[str, date]:
    """Return the day on which each state was last entered."""
    moves = RequestEvent.objects.exclude(from_state=F("to_state"))  # the others are assignments
    rows = moves.filter(request=request).order_by("pk")
    return dict(rows.values_list("to_state", "happened_on"))


def steps(request: Request, entered: dict[str, date], valid_until: date | None) -> tuple[Step, ...]:
    """Return the four steps of a plan change, dated as far as it went."""
    done = workflow.steps_done(request.state, quoted=State.QUOTED in entered)
    days = (
        request.asked_on,
        entered.get(State.QUOTED),
        entered.get(State.ACCEPTED),
        entered.get(State.APPLIED),
    )
    hints = (
        ("", None),
        (_("Le support chiffre votre demande"), None),
        (_("Au plus tard le"), valid_until),
        (_("Le"), request.effective_on),
    )
    labels = (_("Demande envoyée"), _("Devis établi"), _("Votre accord"), _("Mise en place"))
    moving = request.state in workflow.OPEN
    return tuple(
        Step(
            label=label,
            status="done" if place < done else "current" if moving and place == done else "todo",
            on=day if place < done else None,
            hint=hint[0] if moving and place >= done and (hint[1] or place == done) else "",
            hint_on=hint[1] if moving and place >= done else None,
        )
        for place, (label, day, hint) in enumerate(zip(labels, days, hints, strict=True))
    )


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of the list of requests."""

    reference: str
    title: str
    state: str
    is_open: bool
    asked_on: date
    requester: str
    clicks: int


def requests(membership: Membership) -> list[RequestRow]:
    """Return the requests that a member may follow, the latest first."""
    rows = _readable(membership.organization).exclude(kind=Kind.TASK).order_by("-pk")
    return [
        RequestRow(
            reference=row.reference,
            title=row.customer_title,
            state=row.get_state_display(),
            is_open=row.is_open,
            asked_on=row.asked_on,
            requester=row.requester.full_name,
            clicks=row.clicks,
        )
        for row in rows
        if _may_follow(membership, row)
    ]


def _may_follow(membership: Membership, request: Request) -> bool:
    asked = request.requester_id == membership.user_id
    return workflow.may_follow(membership.role, request.kind, is_requester=asked)


@dataclass(frozen=True, slots=True)
class Said:
    """A message or an event of the conversation, in the order of time."""

    at: datetime
    body: str
    author: str = ""
    is_mine: bool = False
    from_staff: bool = False
    is_event: bool = False


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request as its page shows it to one member."""

    reference: str
    kind: str
    title: str
    state: str
    agent: str
    is_open: bool
    is_quoted: bool
    is_owner: bool
    asked_on: date
    requester: str
    steps: tuple[Step, ...]
    quote: Quote | None
    quote_is_past: bool
    quote_is_stale: bool  # the subscription has changed since (R19)
    options: tuple[str, ...]
    thread: tuple[Said, ...]
    may_withdraw: bool
    may_accept: bool
    may_decline: bool
    may_ask_again: bool
    from_plan: str


def request_page(membership: Membership, reference: str, *, on: date) -> RequestPage:
    """Return one request for a member who may follow it. Raises Request.DoesNotExist."""
    request = _readable(membership.organization).get(reference=reference)
    if not _may_follow(membership, request):
        raise Request.DoesNotExist(reference)
    asked = request.requester_id == membership.user_id
    who = workflow.capacities(membership.role, is_requester=asked)
    moves = workflow.moves(kind=request.kind, state=request.state, who=who)
    quote = _shown_quote(request)
    past = quote is not None and quote.valid_until < on
    quoted = request.state == State.QUOTED
    stale = quoted and not past and drawing.has_moved(quote, on=on)
    is_change = request.kind == Kind.PLAN_CHANGE
    return RequestPage(
        reference=request.reference,
        kind=request.kind,
        title=request.customer_title,
        state=request.get_state_display(),
        agent=request.assigned_to.full_name if request.assigned_to else "",
        is_open=request.is_open,
        is_quoted=quoted,
        is_owner=membership.role in COMMITS_MONEY,
        asked_on=request.asked_on,
        requester=request.requester.full_name,
        steps=steps(request, _days(request), quote.valid_until if quote else None)
        if is_change
        else (),
        quote=quote,
        quote_is_past=past,
        quote_is_stale=stale,
        options=option_names(request.options) if request.options else (),
        thread=_thread(request, membership),
        may_withdraw=Move.WITHDRAW in moves,
        may_accept=Move.ACCEPT in moves and not past and not stale,
        may_decline=Move.DECLINE in moves,
        may_ask_again=Move.ASK_AGAIN in moves and (past or stale or not quoted),
        from_plan=request.from_plan.name if is_change else "",
    )


def _shown_quote(request: Request) -> Quote | None:
    """Return the quote of now, or the one that ended the request; drafts are staff's."""
    if request.state not in workflow.SHOWS_QUOTE:
        return None
    return (
        Quote.objects.filter(request=request, status__in=QUOTES_SHOWN)
        .select_related("plan__component", "organization")
        .order_by("-version")
        .first()
    )


def option_names(codes: list[str]) -> tuple[str, ...]:
    """Return the names of options by their codes."""
    named = Component.objects.filter(kind=Component.Kind.OPTION, code__in=codes)
    return tuple(named.order_by("name").values_list("name", flat=True))


EVENTS_TOLD = {
    State.QUOTED: gettext_lazy("Devis envoyé"),
    State.ACCEPTED: gettext_lazy("Devis accepté"),
    State.APPLIED: gettext_lazy("Changement en place"),
    State.REFUSED: gettext_lazy("Demande refusée"),
    State.WITHDRAWN: gettext_lazy("Demande retirée"),
    State.EXPIRED: gettext_lazy("Devis expiré"),
    State.CLOSED: gettext_lazy("Demande close"),
}


def _thread(request: Request, membership: Membership) -> tuple[Said, ...]:
    """Return what was said, without the internal notes, and what happened, in order."""
    messages = Message.objects.filter(request=request, is_internal=False).select_related("author")
    events = RequestEvent.objects.filter(request=request, to_state__in=EVENTS_TOLD)
    said = [
        Said(
            at=message.created_at,
            body=message.body,
            author=message.author.full_name,
            is_mine=message.author_id == membership.user_id,
            from_staff=message.from_staff,
        )
        for message in messages
    ]
    told = [Said(at=event.at, body=EVENTS_TOLD[event.to_state], is_event=True) for event in events]
    return tuple(sorted(said + told, key=lambda each: each.at))
