"""One request as staff see it: conversation, quote, client, history."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User
from subscriptions import selectors as subscriptions
from subscriptions.models import Subscription
from subscriptions.periods import latest_request_on
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, standing
from support import workflow
from support.models import OPEN, Message, Quote, Request, RequestEvent
from support.moves import LIVE, staff
from support.queue import InvoiceFlag, invoice_flag, next_move, queue
from support.selectors import option_names
from support.workflow import Kind, Move, State


@dataclass(frozen=True, slots=True)
class DeskStep:
    """One of the six steps of a plan change as staff see them."""

    label: str
    on: date | None
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message, a note or an event of a request, in the order of time."""

    at: datetime
    author: str
    body: str
    kind: str  # customer, staff, note or event


@dataclass(frozen=True, slots=True)
class Client:
    """The client's card."""

    organization: Organization
    standing: Standing | None
    status: str
    usage: Usage | None
    percent: int | None
    others: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class RequestFile:
    """Everything the page of one request shows."""

    request: Request
    steps: tuple[DeskStep, ...]
    spoken: tuple[Spoken, ...]
    events: tuple[RequestEvent, ...]
    quote: Quote | None
    versions: int
    client: Client
    invoice: InvoiceFlag | None
    accept_by: date | None
    moves: tuple[Move, ...]
    main: str
    may_answer: bool
    may_note: bool
    is_aside: bool  # where the bar of steps does not reach
    options: tuple[str, ...]


BAR_LABELS = {
    State.NEW: _("Reçue"),
    State.PRICED: _("Chiffrée"),
    State.QUOTED: _("Devis envoyé"),
    State.ACCEPTED: _("Acceptée"),
    State.HANDED_OVER: _("Transmise aux ventes"),
    State.APPLIED: _("Appliquée"),
}
BAR = tuple(BAR_LABELS)


def request_file(request_id: int, *, user: User, on: date) -> RequestFile:
    """Return one request with all that staff need beside it. Raises Request.DoesNotExist."""
    request = queue(Request.objects.all(), on=on).get(pk=request_id)
    who = staff(user)
    events = tuple(
        RequestEvent.objects.filter(request=request).select_related("actor").order_by("pk")
    )
    quotes = list(
        Quote.objects.filter(request=request).select_related("plan__component").order_by("-version")
    )
    open_moves = workflow.moves(kind=request.kind, state=request.state, who=who)
    quote = next((quote for quote in quotes if quote.status in LIVE), next(iter(quotes), None))
    main = _main(request, quote, who)
    flag = invoice_flag(request.renews_on, is_open=request.is_open, on=on)
    return RequestFile(
        request=request,
        steps=_steps(request, events) if request.kind == Kind.PLAN_CHANGE else (),
        spoken=_spoken(request, events),
        events=events,
        quote=quote,
        versions=len(quotes),
        client=_client(request, on),
        invoice=flag,
        accept_by=latest_request_on(request.renews_on) if request.renews_on else None,
        moves=tuple(move for move in open_moves if move != main),
        main=main,
        may_answer=bool(who & workflow.ANSWERS) and request.requester is not None,
        may_note=bool(who & workflow.ANSWERS),
        is_aside=request.state not in BAR,
        options=option_names(request.options) if request.options else (),
    )


def _main(request: Request, quote: Quote | None, who: frozenset[workflow.Who]) -> str:
    """Return the move to offer first; an accepted quote that came back is handed over again."""
    if request.state == State.PRICED and quote and quote.status == Quote.Status.ACCEPTED:
        return Move.HAND_OVER if who & workflow.CARE else ""
    return next_move(request, who)


def _steps(request: Request, events: tuple[RequestEvent, ...]) -> tuple[DeskStep, ...]:
    entered = {
        event.to_state: event.happened_on for event in events if event.from_state != event.to_state
    }
    place = BAR.index(request.state) if request.state in BAR else -1
    return tuple(
        DeskStep(
            label=BAR_LABELS[state],
            on=entered.get(state) if number <= place else None,
            is_done=number <= place,
            is_current=number == place,
        )
        for number, state in enumerate(BAR)
    )


def _spoken(request: Request, events: tuple[RequestEvent, ...]) -> tuple[Spoken, ...]:
    said = [
        Spoken(
            at=message.created_at,
            author=message.author.full_name,
            body=message.body,
            kind="note" if message.is_internal else "staff" if message.from_staff else "customer",
        )
        for message in Message.objects.filter(request=request).select_related("author")
    ]
    told = [
        Spoken(at=event.at, author=_name(event), body=event.note, kind="event")
        for event in events
        if event.note and event.from_state == event.to_state
    ]
    return tuple(sorted(said + told, key=lambda each: each.at))


def _name(event: RequestEvent) -> str:
    return event.actor.full_name if event.actor else ""


def _client(request: Request, on: date) -> Client:
    organization = request.organization
    usage = subscriptions.usage(organization, on)
    limit = usage.learner_limit
    current = standing(organization, on)
    others = (
        Request.objects.for_organization(organization)
        .filter(state__in=OPEN)
        .exclude(pk=request.pk)
        .select_related("plan__component", "from_plan__component", "option")
        .order_by("-pk")
    )
    return Client(
        organization=organization,
        standing=current,
        status=Subscription.Status(current.status).label if current else "",
        usage=usage,
        percent=100 * usage.learners // limit if limit else None,
        others=tuple(others),
    )
