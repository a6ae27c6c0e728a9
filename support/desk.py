"""One request as staff see it: what it waits for, its conversation, its quote, its history."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from subscriptions.periods import latest_request_on
from support import drawing, workflow
from support.attachments import Joined, joined_to
from support.client_card import Client, client_card
from support.comparison import is_compared
from support.file_kinds import said_beside
from support.history import line, sentence, who_did
from support.models import Message, Quote, Request, RequestEvent
from support.moves import LIVE, staff
from support.queue import Due, InvoiceFlag, colleagues, due, invoice_flag, next_move, queue
from support.selectors import option_names
from support.workflow import Aside, Kind, Move, State
from support.working_time import PARIS


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
    body: str
    kind: str  # customer, staff, note, call or event
    author: str = ""
    role: str = ""  # of a customer
    by_mail: bool = False
    files: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the history."""

    at: datetime
    who: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class RequestFile:
    """Everything the page of one request shows."""

    request: Request
    role: str  # the requester's
    due: Due
    steps: tuple[DeskStep, ...]
    spoken: tuple[Spoken, ...]
    log: tuple[LogLine, ...]
    quote: Quote | None
    quotes: tuple[Quote, ...]  # every version, the last first
    is_compared: bool  # there are ways left to choose from
    quote_end: str  # why it no longer holds: stale, expired, or nothing
    client: Client
    invoice: InvoiceFlag | None
    accept_by: date | None
    deeds: tuple[str, ...]
    main: str
    may_answer: bool
    may_note: bool
    colleagues: tuple[User, ...]
    is_aside: bool  # where the bar of steps does not reach
    options: tuple[str, ...]
    origin: Request | None
    followers: tuple[Request, ...]

    @property
    def may_assign(self) -> bool:
        """Whether the request may be given to somebody."""
        return self.may_note and self.request.is_open


BAR_LABELS = {
    State.NEW: _("Reçue"),
    State.PRICED: _("Chiffrée"),
    State.QUOTED: _("Devis envoyé"),
    State.ACCEPTED: _("Acceptée"),
    State.HANDED_OVER: _("Transmise aux ventes"),
    State.APPLIED: _("Appliquée"),
}
BAR = tuple(BAR_LABELS)


def request_file(request_id: int, *, user: User, at: datetime) -> RequestFile:
    """Return one request with all that staff need beside it. Raises Request.DoesNotExist."""
    on = at.astimezone(PARIS).date()
    request = queue(Request.objects.select_related("origin"), on=on).get(pk=request_id)
    who = staff(user)
    events = _events(request)
    quotes = list(_quotes(request))
    quote = next((quote for quote in quotes if quote.status in LIVE), next(iter(quotes), None))
    main = _main(request, quote, who)
    roles = _roles(request)
    answers = bool(who & workflow.ANSWERS)
    return RequestFile(
        request=request,
        role=roles.get(request.requester_id, ""),
        due=due(request, at=at),
        steps=_steps(request, events) if request.kind == Kind.PLAN_CHANGE else (),
        spoken=_spoken(request, events, roles),
        log=tuple(_log_line(event) for event in reversed(events)),
        quote=quote,
        quotes=tuple(quotes),
        is_compared=is_compared(request),
        quote_end=_quote_end(request, quote, on),
        client=client_card(request, on=on),
        invoice=invoice_flag(request.renews_on, is_open=request.is_open, on=on),
        accept_by=latest_request_on(request.renews_on) if request.renews_on else None,
        deeds=tuple(deed for deed in _deeds(request, quote, who) if deed != main),
        main=main,
        may_answer=answers and request.requester is not None,
        may_note=answers,
        colleagues=_colleagues(request) if answers else (),
        is_aside=request.state not in BAR,
        options=option_names(request.options) if request.options else (),
        origin=request.origin,
        followers=tuple(request.followed_by.order_by("pk")),
    )


def _events(request: Request) -> tuple[RequestEvent, ...]:
    return tuple(
        RequestEvent.objects.filter(request=request).select_related("actor").order_by("pk")
    )


def _quotes(request: Request) -> QuerySet[Quote]:
    return (
        Quote.objects.filter(request=request).select_related("plan__component").order_by("-version")
    )


def _colleagues(request: Request) -> tuple[User, ...]:
    """Return to whom the request may be given, and who has it in any case."""
    people = tuple(colleagues())
    holder = request.assigned_to
    return (holder, *people) if holder and holder not in people else people


def _roles(request: Request) -> dict[int, str]:
    """Return the roles of the client's people, in words."""
    people = Membership.objects.filter(organization=request.organization)
    return {each.user_id: each.get_role_display().lower() for each in people}


def _main(request: Request, quote: Quote | None, who: frozenset[workflow.Who]) -> str:
    """Return the move to offer first; an accepted quote that came back is handed over again."""
    if request.state == State.PRICED and quote and quote.status == Quote.Status.ACCEPTED:
        return Move.HAND_OVER if who & workflow.CARE else ""
    if request.state == State.EXPIRED:
        return Move.PRICE if who & workflow.CARE else ""
    return next_move(request, who)


def _quote_end(request: Request, quote: Quote | None, on: date) -> str:
    """Return why the quote no longer holds, if it does not (R19)."""
    if request.state == State.EXPIRED or (
        quote and request.state == State.QUOTED and quote.valid_until < on
    ):
        return "expired"
    is_promised = request.state in (State.QUOTED, State.ACCEPTED, State.HANDED_OVER)
    return "stale" if quote and is_promised and drawing.has_moved(quote, on=on) else ""


def _deeds(request: Request, quote: Quote | None, who: frozenset[workflow.Who]) -> list[str]:
    """Return what may be done with a request, the moves first; not what would be refused."""
    asked = {"kind": request.kind, "state": request.state, "who": who}
    accepted = quote is not None and quote.status == Quote.Status.ACCEPTED
    idle = set()
    if request.waiting_since is None:
        idle.add(Aside.REMIND)
    if request.needs_agreement and not accepted:
        idle.add(Move.HAND_OVER)
    return [
        deed for deed in (*workflow.moves(**asked), *workflow.asides(**asked)) if deed not in idle
    ]


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


def _spoken(
    request: Request, events: tuple[RequestEvent, ...], roles: dict[int, str]
) -> tuple[Spoken, ...]:
    files = joined_to(request, notes=True)
    said = [
        Spoken(
            at=message.created_at,
            body=said_beside(message.body, files.get(message.pk, ())),
            kind=_kind(message),
            author=message.author.full_name,
            role=roles.get(message.author_id, ""),
            by_mail=message.channel == Message.Channel.MAIL,
            files=tuple(files.get(message.pk, ())),
        )
        for message in Message.objects.filter(request=request).select_related("author")
    ]
    told = [Spoken(event.at, sentence(event), "event") for event in events if sentence(event)]
    return tuple(sorted(said + told, key=lambda each: each.at))


def _kind(message: Message) -> str:
    if message.channel == Message.Channel.PHONE:
        return "call"
    if message.is_internal:
        return "note"
    return "staff" if message.from_staff else "customer"


def _log_line(event: RequestEvent) -> LogLine:
    note = "" if event.deed == RequestEvent.Deed.ASSIGNED else event.note
    return LogLine(event.at, who_did(event), line(event), note)
