"""What customers read of one request: its steps, its quote, its conversation."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F
from django.utils.translation import gettext_lazy

from accounts.models import Membership
from accounts.roles import ASKS_CHANGES, COMMITS_MONEY
from support import comparison, drawing, versions, workflow
from support.attachments import Joined, joined_to
from support.file_kinds import said_beside
from support.labels import When
from support.models import Message, Quote, Request, RequestEvent
from support.selectors import (
    QUOTES_SHOWN,
    Step,
    days_entered,
    may_follow,
    open_beside,
    option_names,
    readable,
    state_told,
    steps,
)
from support.workflow import Kind, Move, State


@dataclass(frozen=True, slots=True)
class Said:
    """A message or an event of the conversation, in the order of time."""

    at: datetime
    body: str
    author: str = ""
    is_mine: bool = False
    from_staff: bool = False
    is_event: bool = False
    files: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a plan change asks for."""

    plan: str
    commitment: str
    is_now: bool
    effective_on: date | None  # the échéance that was meant


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
    open_beside: str  # the other change under way, instead of which one would ask again
    may_compare: bool
    earlier: tuple[Quote, ...]  # versions sent before the one that is shown
    from_plan: str
    asked_for: Asked | None  # of a plan change


def request_page(membership: Membership, reference: str, *, on: date) -> RequestPage:
    """Return one request for a member who may follow it. Raises Request.DoesNotExist."""
    request = readable(membership.organization).get(reference=reference)
    if not may_follow(membership, request):
        raise Request.DoesNotExist(reference)
    asked = request.requester_id == membership.user_id
    who = workflow.capacities(membership.role, is_requester=asked)
    moves = workflow.moves(kind=request.kind, state=request.state, who=who)
    quote = shown_quote(request)
    past = quote is not None and quote.valid_until < on
    quoted = request.state == State.QUOTED
    stale = _is_stale(request, quote, past=past, on=on)
    is_change = request.kind == Kind.PLAN_CHANGE
    beside = open_beside(request) if Move.ASK_AGAIN in moves else ""
    return RequestPage(
        reference=request.reference,
        kind=request.kind,
        title=request.customer_title,
        state=state_told(request),
        agent=request.assigned_to.full_name if request.assigned_to else "",
        is_open=request.is_open,
        is_quoted=quoted,
        is_owner=membership.role in COMMITS_MONEY,
        asked_on=request.asked_on,
        requester=request.requester.full_name,
        steps=steps(request, days_entered(request), quote.valid_until if quote else None)
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
        may_ask_again=Move.ASK_AGAIN in moves and not beside and (past or stale or not quoted),
        open_beside=beside,
        may_compare=membership.role in ASKS_CHANGES and comparison.is_compared(request),
        earlier=versions.earlier(request, quote) if quote and quote.version > 1 else (),
        from_plan=request.from_plan.name if is_change else "",
        asked_for=_asked_for(request) if is_change else None,
    )


def _is_stale(request: Request, quote: Quote | None, *, past: bool, on: date) -> bool:
    """Tell whether a quote that is sent or accepted no longer holds (R19)."""
    waits = request.state == State.QUOTED and not past
    is_agreed = request.state in (State.ACCEPTED, State.HANDED_OVER)
    return quote is not None and (waits or is_agreed) and drawing.has_moved(quote, on=on)


def shown_quote(request: Request) -> Quote | None:
    """Return the quote of now, or the one that ended the request; drafts are staff's."""
    if request.state not in workflow.SHOWS_QUOTE:
        return None
    return (
        Quote.objects.filter(request=request, status__in=QUOTES_SHOWN)
        .select_related("plan__component", "organization")
        .order_by("-version")
        .first()
    )


def _asked_for(request: Request) -> Asked:
    return Asked(
        plan=request.plan.name,
        commitment=request.commitment,
        is_now=request.when == When.NOW,
        effective_on=request.effective_on,
    )


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
    moved = RequestEvent.objects.filter(request=request, to_state__in=EVENTS_TOLD)
    files = joined_to(request, notes=False)
    said = [
        Said(
            at=message.created_at,
            body=said_beside(message.body, files.get(message.pk, ())),
            author=message.author.full_name,
            is_mine=message.author_id == membership.user_id,
            from_staff=message.from_staff,
            files=tuple(files.get(message.pk, ())),
        )
        for message in messages
    ]
    told = [
        Said(at=event.at, body=str(EVENTS_TOLD[State(event.to_state)]), is_event=True)
        for event in moved.exclude(from_state=F("to_state"))
    ]
    return tuple(sorted(said + told, key=lambda each: each.at))
