"""Deeds of the last mile: hand a change over to the sales team, apply it to the cent (R18, R19)."""

from contextlib import suppress
from datetime import date

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from accounts.services import record
from subscriptions import selectors
from subscriptions.lines import CREDIT, PERIOD
from subscriptions.models import Invoice, InvoiceLine, Subscription
from subscriptions.preview import draw as drawn
from support import drawing, emails, interests, workflow
from support.drawing import OverLimits
from support.models import Quote, Request
from support.moves import locked, move, require, say, staff
from support.promises import last_start, order_of, states
from support.quotes import StaleQuote, live_quote, require_fresh
from support.services import open_change
from support.wishes import Wish
from support.workflow import IllegalMove, Move


class NotAgreed(Exception):
    """The change commits money and the owner has not accepted its quote."""


@transaction.atomic
def hand_over(*, request_id: int, actor: User, on: date, note: str = "") -> Request:
    """Pass a change to the sales team (transmettre aux ventes).

    Without surcharge nor new commitment the owner is told, and no yes is waited for.
    Raises NotAllowed, IllegalMove, NotAgreed.
    """
    request = locked(request_id)
    quote = live_quote(request) if request.state in ("priced", "accepted") else None
    agreed = quote is not None and quote.status == Quote.Status.ACCEPTED
    if quote and request.needs_agreement and not agreed:
        raise NotAgreed(request.reference)
    move(request, Move.HAND_OVER, who=staff(actor), actor=actor, on=on, note=note)
    emails.handed_over(request, quote, note)
    if not agreed:
        emails.change_announced(request, quote)
    return request


@transaction.atomic
def send_back(*, request_id: int, actor: User, reason: str, on: date) -> Request:
    """Return a change to customer care with a reason. Raises NotAllowed, IllegalMove."""
    request = locked(request_id)
    move(request, Move.SEND_BACK, who=staff(actor), actor=actor, on=on, note=reason)
    say(request, author=actor, body=reason, from_staff=True, is_internal=True)
    emails.sent_back(request, reason)
    return request


@transaction.atomic
def apply(*, request_id: int, actor: User, on: date) -> Quote:
    """Carry out a change that was handed over, at the day and the cent its quote states.

    Two people at once make one invoice: the row is locked, the second finds it applied.
    Raises NotAllowed, IllegalMove, StaleQuote, and what the engine refuses (drawing.REFUSALS).
    """
    request = locked(request_id)
    move(request, Move.APPLY, who=staff(actor), actor=actor, on=on)
    quote = live_quote(request)
    if drawing.has_moved(quote, on=on):
        raise StaleQuote(request.reference)
    subscription = drawing.running(request.organization)
    if _waits_for_term(quote, subscription, on):
        require_fresh(quote, on=on)
        drawing.order_at_term(subscription, order_of(quote), on=on, actor=actor)
    else:
        _change_now(request, subscription, quote, actor=actor, on=on)
    record(
        organization=request.organization,
        actor=actor,
        action="plan change applied",
        request=request.reference,
    )
    emails.change_applied(request, quote, on=on)
    interests.close_answered(organization=request.organization, on=on)
    return quote


@transaction.atomic
def correct(*, request_id: int, actor: User, wish: Wish, on: date) -> Request:
    """Ask anew, in the customer's name, after a change that was applied; the two are linked.

    The wish's message is support's, mailed to the requester. Raises NotAllowed, IllegalMove,
    AlreadyAsked, and what the engine refuses (drawing.REFUSALS).
    """
    require(actor, workflow.CARE)
    applied = Request.objects.select_related("organization", "requester").get(pk=request_id)
    if applied.state != workflow.State.APPLIED:
        raise IllegalMove(applied.reference)
    subscription = drawing.running(applied.organization)
    order = drawing.order_of_wish(subscription, wish, on=on)
    with suppress(OverLimits):
        drawing.draw(subscription, order, on=on)
    request = open_change(subscription, order, requester=applied.requester, origin=applied, on=on)
    said = say(request, author=actor, body=wish.message, from_staff=True)
    record(
        organization=applied.organization,
        actor=actor,
        action="plan change corrected",
        request=applied.reference,
        change=request.reference,
    )
    emails.staff_replied(request, said)
    return request


def _waits_for_term(quote: Quote, subscription: Subscription, on: date) -> bool:
    """Tell whether a quote is for the échéance to come, be it quoted as a change of that day."""
    return quote.effective_on == selectors.coming_term(subscription, on)


def _change_now(
    request: Request, subscription: Subscription, quote: Quote, *, actor: User, on: date
) -> None:
    """Change at the quote's day, be it gone by, and hold the invoice against the quote."""
    billed_cents = _billed_for_period(subscription, quote)
    invoice = drawing.change(
        subscription,
        order_of(quote),
        on=on,
        operation=f"{request.reference} v{quote.version}",
        actor=actor,
    )
    if not _keeps_its_word(subscription, quote, invoice, billed_cents, on=on):
        raise StaleQuote(request.reference)


def _billed_for_period(subscription: Subscription, quote: Quote) -> int:
    """Return what the renewal billed of the period that a quote begins, having come first (R18).

    A quote that gives something back was made upon a period billed already.
    """
    begun = {line["starts_on"] for line in quote.lines if line["kind"] == PERIOD}
    if any(line["kind"] == CREDIT for line in quote.lines):
        return 0
    lines = InvoiceLine.objects.filter(subscription=subscription, kind=PERIOD, starts_on__in=begun)
    return lines.aggregate(total=Sum("net_cents", default=0))["total"]


def _keeps_its_word(
    subscription: Subscription,
    quote: Quote,
    invoice: Invoice | None,
    billed_cents: int,
    *,
    on: date,
) -> bool:
    """Tell whether what is invoiced is what was quoted, to the cent, with what was billed.

    A sum too small to be invoiced alone was quoted on the next invoice, which carries it (R13).
    """
    document = drawn(invoice) if invoice else drawing.coming(subscription, on=on)
    if not billed_cents:
        return states(quote, document)
    last = date.fromisoformat(last_start(quote))
    own = [line.net_cents for line in document.lines if line.starts_on <= last]
    return sum(own) + billed_cents == quote.net_cents
