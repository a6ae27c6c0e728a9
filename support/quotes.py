"""Deeds on quotes: price, send, accept, decline, expire (R19); `handover` applies them."""

from contextlib import suppress
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import Membership, User
from accounts.services import record
from subscriptions import selectors as subscriptions
from subscriptions.models import Subscription
from subscriptions.periods import Commitment, latest_request_on
from subscriptions.reductions import Reduction
from support import drawing, emails
from support.drawing import Drawing, OverLimits
from support.models import OPEN, Quote, Request, When
from support.moves import (
    LIVE,
    AlreadyAsked,
    customer,
    locked,
    locked_counter,
    move,
    of_member,
    say,
    staff,
)
from support.promises import frozen_line, order_of, states
from support.selectors import still_wanted
from support.wishes import Order, Wish
from support.workflow import IllegalMove, Kind, Move, State, Who

SHORTEST_VALIDITY = timedelta(days=5)


class ExpiredQuote(Exception):
    """The quote was valid until an earlier day (R19)."""


class StaleQuote(Exception):
    """The subscription or its prices are no longer those the quote was made upon (R19)."""


class ReductionTooLarge(Exception):
    """More off the price than this group grants: the limit in percent, and who may."""

    def __init__(self, limit: int, managers: list[str]):
        self.limit, self.managers = limit, managers
        super().__init__(limit)


def default_validity(subscription: Subscription, *, on: date) -> date:
    """Return the last day to accept: 8 days before the next invoice, at least 5 days away."""
    return max(latest_request_on(subscription.renews_on), on + SHORTEST_VALIDITY)


@transaction.atomic
def price(*, request_id: int, actor: User, order: Order, on: date) -> Quote:
    """Price a request (chiffrer): a draft that replaces the quote before it, expired ones too.

    Raises NotAllowed, IllegalMove, AlreadyAsked, ReductionTooLarge, and what the engine refuses
    (drawing.REFUSALS).
    """
    require_reduction(actor, order.reduction)
    request = locked(request_id)
    subscription = drawing.running(request.organization)
    drawing_ = drawing.draw(subscription, order, on=on)
    _reopen_expired(request, actor, on=on)
    priced = _as_priced(request, order, drawing_)
    move(request, Move.PRICE, who=staff(actor), actor=actor, on=on, **priced)
    Quote.objects.filter(request=request, status__in=LIVE).update(status=Quote.Status.DROPPED)
    return _frozen(request, subscription, order, drawing_, on=on)


def _reopen_expired(request: Request, actor: User, *, on: date) -> None:
    """Open again a request whose quote expired. Raises AlreadyAsked when another one is open."""
    if request.state == State.EXPIRED:
        _require_alone(request, on=on)
        move(request, Move.REOPEN, who=staff(actor), actor=actor, on=on)


def _require_alone(request: Request, *, on: date) -> None:
    """Raise AlreadyAsked when another change is open; nobody opens one before we are done."""
    locked_counter(on.year)
    under_way = Request.objects.for_organization(request.organization).filter(
        kind=Kind.PLAN_CHANGE, state__in=OPEN
    )
    for other in under_way.exclude(pk=request.pk):
        raise AlreadyAsked(other.reference)


def _frozen(
    request: Request, subscription: Subscription, order: Order, drawing_: Drawing, *, on: date
) -> Quote:
    """Write the next version of a request's quote: the engine's figures, frozen."""
    document = drawing_.document
    last = Quote.objects.filter(request=request).aggregate(last=Max("version"))["last"] or 0
    return Quote.objects.create(
        organization=request.organization,
        request=request,
        version=last + 1,
        plan=order.plan,
        commitment=order.commitment,
        when=order.when,
        options=list(order.options),
        effective_on=order.effective_on,
        lines=[frozen_line(line) for line in document.lines],
        vat_totals=list(document.vat_totals),
        net_cents=document.net_cents,
        vat_cents=document.vat_cents,
        gross_cents=document.gross_cents,
        due_on=document.due_on,
        before_cents=drawing_.before_cents,
        after_cents=drawing_.after_cents,
        surcharge_cents=drawing_.surcharge_cents,
        months=drawing_.months,
        **_reduced(order.reduction),
        price_list_on=drawing.price_list_in_force(
            subscription.seller_id, order.effective_on
        ).effective_on,
        learners=subscriptions.usage(request.organization, on).learners,
        basis=drawing.basis(subscription, on=min(on, order.effective_on)),
        priced_on=on,
        valid_until=default_validity(subscription, on=on),
    )


def require_reduction(actor: User, reduction: Reduction | None) -> None:
    """Raise ReductionTooLarge for more than customer care may grant: a manager does."""
    limit = settings.DISCOUNT_ALONE_PERCENT
    if reduction and reduction.percent > limit and Who.MANAGER not in staff(actor):
        managers = User.objects.filter(groups__name=Who.MANAGER, is_active=True)
        raise ReductionTooLarge(limit, sorted(manager.full_name for manager in managers))


def _reduced(reduction: Reduction | None) -> dict:
    if reduction is None:
        return {}
    return {
        "discount_percent": reduction.percent,
        "discount_periods": reduction.periods,
        "discount_reason": reduction.reason,
    }


def _as_priced(request: Request, order: Order, drawing_: Drawing) -> dict:
    """Return what a request keeps of its price; a surcharge or a new commitment needs a yes."""
    commits = order.commitment != request.from_commitment
    return {
        "plan": order.plan,
        "commitment": order.commitment,
        "when": order.when,
        "options": list(order.options),
        "effective_on": order.effective_on,
        "surcharge_cents": drawing_.surcharge_cents,
        "needs_agreement": commits or drawing_.surcharge_cents > 0,
    }


def live_quote(request: Request) -> Quote:
    """Return the one quote of a request that may still lead somewhere."""
    return Quote.objects.select_related("plan__component", "organization", "request").get(
        request=request, status__in=LIVE
    )


@transaction.atomic
def send_quote(*, request_id: int, actor: User, valid_until: date, on: date) -> Quote:
    """Send the priced quote to the owner, valid until a day, included.

    Raises NotAllowed, IllegalMove, ExpiredQuote for a day gone by, StaleQuote.
    """
    request = locked(request_id)
    move(request, Move.SEND_QUOTE, who=staff(actor), actor=actor, on=on)
    if valid_until < on:
        raise ExpiredQuote(valid_until)
    quote = live_quote(request)
    if quote.status != Quote.Status.DRAFT:
        raise IllegalMove(quote.status)
    require_fresh(quote, on=on)
    quote.status, quote.valid_until = Quote.Status.SENT, valid_until
    quote.save(update_fields=["status", "valid_until"])
    emails.quote_sent(request, quote)
    return quote


@transaction.atomic
def accept_quote(*, membership: Membership, reference: str, on: date) -> Quote:
    """Accept the quote that was sent: the owner alone, up to the last day of its validity.

    Raises Request.DoesNotExist, NotAllowed, IllegalMove, ExpiredQuote, StaleQuote.
    """
    request = of_member(membership, reference)
    who = customer(membership, request)
    move(request, Move.ACCEPT, who=who, actor=membership.user, on=on)
    quote = live_quote(request)
    if quote.valid_until < on:
        raise ExpiredQuote(quote.valid_until)
    require_fresh(quote, on=on)
    quote.status = Quote.Status.ACCEPTED
    quote.save(update_fields=["status"])
    record(
        organization=request.organization,
        actor=membership.user,
        action="quote accepted",
        request=request.reference,
        gross_cents=quote.gross_cents,
    )
    emails.quote_accepted(request, quote)
    return quote


@transaction.atomic
def decline_quote(*, membership: Membership, reference: str, on: date, reason: str = "") -> Request:
    """Decline the quote; support may propose another. Raises as `accept_quote`."""
    request = of_member(membership, reference)
    quote = live_quote(request) if request.state == "quoted" else None
    if quote:
        quote.status = Quote.Status.DECLINED
        quote.save(update_fields=["status"])
    who = customer(membership, request)
    move(request, Move.DECLINE, who=who, actor=membership.user, on=on, note=reason)
    said = say(request, author=membership.user, body=reason)
    emails.quote_declined(request, quote, said)
    return request


@transaction.atomic
def ask_again(
    *, membership: Membership, reference: str, on: date, way: tuple[str, Commitment] | None = None
) -> Request:
    """Ask for a new quote: the old one is past or stale, or another way is preferred.

    A way is when, and under which commitment; the plan and the options stay those asked for.
    Raises as `accept_quote`, and what the engine refuses (drawing.REFUSALS).
    """
    request = of_member(membership, reference)
    who = customer(membership, request)
    _require_alone(request, on=on)
    changed = _wanted(request, *way, on=on) if way else {}
    move(request, Move.ASK_AGAIN, who=who, actor=membership.user, on=on, **changed)
    emails.asked_again(request)
    return request


def _wanted(request: Request, when: str, commitment: Commitment, *, on: date) -> dict:
    """Return what a request asks for in another way, once the engine can draw it."""
    subscription = drawing.running(request.organization)
    wish = Wish(request.plan, commitment, when=when, options=still_wanted(request, on=on))
    order = drawing.order_of_wish(subscription, wish, on=on)
    with suppress(OverLimits):  # the échéance decides (R8)
        drawing.draw(subscription, order, on=on)
    return {"when": when, "commitment": commitment, "effective_on": order.effective_on}


def require_fresh(quote: Quote, *, on: date) -> None:
    """Raise StaleQuote unless the engine would still bill what the quote states."""
    if drawing.has_moved(quote, on=on):
        raise StaleQuote(quote.pk)
    subscription = drawing.running(quote.organization)
    try:
        if quote.when == When.TERM and subscription.renews_on != quote.effective_on:
            return  # the renewal ran: what is left to bill is checked when it is applied
        redrawn = drawing.draw(subscription, order_of(quote), on=on)
    except drawing.REFUSALS as refusal:
        raise StaleQuote(quote.pk) from refusal
    if not states(quote, redrawn.document):
        raise StaleQuote(quote.pk)


@transaction.atomic
def expire_quotes(*, on: date) -> int:
    """Expire the quotes whose last day is past; return how many. Staff scope.

    Twice is harmless: only requests still waiting for their quote are taken, each locked.
    """
    past = Request.objects.filter(
        state="quoted", quotes__status=Quote.Status.SENT, quotes__valid_until__lt=on
    )
    expired = 0
    for request_id in list(past.order_by("pk").values_list("pk", flat=True)):
        request = locked(request_id)
        quote = Quote.objects.filter(
            request=request, status=Quote.Status.SENT, valid_until__lt=on
        ).first()
        if quote is None:
            continue
        quote.status = Quote.Status.EXPIRED
        quote.save(update_fields=["status"])
        move(request, Move.EXPIRE, who=frozenset({Who.CLOCK}), actor=None, on=on)
        emails.quote_expired(request, quote)
        expired += 1
    return expired
