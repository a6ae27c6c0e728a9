"""Up to four ways to make a change, each played by the engine and rolled back (R6, R7, R9).

No figure is computed a second time: the invoices are the engine's own documents, the twelve
months are what its rules ask for beyond them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from accounts.models import Membership, Organization
from subscriptions import selectors as subscriptions
from subscriptions.billing import drafts
from subscriptions.lines import PERIOD, Line
from subscriptions.models import Invoice, Subscription
from subscriptions.periods import Commitment, add_months
from subscriptions.preview import Drawn, preview
from subscriptions.reductions import Reduction
from support import drawing, workflow
from support.labels import When
from support.models import Quote, Request
from support.selectors import may_follow, open_beside, readable, still_wanted
from support.wishes import Order, Wish
from support.workflow import Kind, State

Told = Callable[[Exception], str]

BILLS_TOLD = 3
MONTHS_TOLD = 12
EACH_WAY = (
    (When.TERM, Commitment.MONTHLY),
    (When.NOW, Commitment.MONTHLY),
    (When.TERM, Commitment.ANNUAL),
    (When.NOW, Commitment.ANNUAL),
)


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice to come, or a credit note."""

    on: date
    net_cents: int
    gross_cents: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to make a change, or why it cannot be made so."""

    when: str
    commitment: Commitment
    effective_on: date | None = None
    bills: tuple[Bill, ...] = ()  # the three first ones, today's included
    due_today: Bill | None = None
    year_cents: int = 0  # the first twelve full months, HT
    saved_cents: int = 0  # of the dearest way's twelve months
    committed_until: date | None = None  # included; None by the month
    spare_learners: int | None = None  # under the limit, on the day; None is unlimited
    is_quoted: bool = False
    is_discounted: bool = False  # as quoted; a discount is not promised in another way
    refusal: str = ""

    @property
    def key(self) -> str:
        """Name the way in an address or a form."""
        return f"{self.when}-{self.commitment}"

    @property
    def excess_learners(self) -> int:
        """How many learners are counted beyond the limit."""
        return max(0, -(self.spare_learners or 0))

    @property
    def later(self) -> tuple[Bill, ...]:
        """The invoices that come after the first."""
        return self.bills[1:]


def ways(
    organization: Organization,
    wish: Wish,
    *,
    on: date,
    told: Told,
    quoted: Quote | None = None,
) -> tuple[Way, ...]:
    """Return the ways to a plan with options; those that would change nothing are left out.

    The day and the commitment of the wish do not count. `told` says in words why the engine
    refuses a way; `quoted` is the quote, if there is one, whose way is marked. Raises NotActive.
    """
    subscription = drawing.running(organization)
    found = []
    for when, commitment in EACH_WAY:
        wished = replace(wish, when=when, commitment=commitment)
        order = drawing.order_of_wish(subscription, wished, on=on)
        is_quoted = _is_of(quoted, order)
        if is_quoted:
            order = replace(order, reduction=_reduction(quoted))
        try:
            way = _way(subscription, order, on=on)
        except drawing.REFUSALS as refusal:
            if _changes_nothing(subscription, order, on=on):
                continue
            way = Way(when, commitment, refusal=told(refusal))
        found.append(replace(way, is_quoted=is_quoted, is_discounted=order.reduction is not None))
    dearest = max((way.year_cents for way in found), default=0)
    return tuple(
        way if way.refusal else replace(way, saved_cents=dearest - way.year_cents) for way in found
    )


def _changes_nothing(subscription: Subscription, order: Order, *, on: date) -> bool:
    """Tell whether a refused way keeps plan and commitment: options alone begin at once."""
    held = subscriptions.running_plan(subscription, on)
    span = subscriptions.commitment_span(subscription, on)
    return (order.plan, str(order.commitment)) == (held, span.commitment)


def _is_of(quote: Quote | None, order: Order) -> bool:
    """Tell whether a quote is for this way."""
    return quote is not None and (
        (quote.plan_id, quote.commitment, quote.when, sorted(quote.options))
        == (order.plan.pk, str(order.commitment), order.when, sorted(order.options))
    )


def _reduction(quote: Quote) -> Reduction | None:
    if not quote.discount_percent:
        return None
    return Reduction(quote.discount_percent, quote.discount_periods, quote.discount_reason)


def _way(subscription: Subscription, order: Order, *, on: date) -> Way:
    """Play one way and read its documents. Raises what the engine refuses (drawing.REFUSALS)."""
    issued = Invoice.objects.filter(subscription=subscription).count()
    beyond: list[Line] = []
    go_on = partial(
        _go_on, subscription_id=subscription.pk, on=on, until=issued + BILLS_TOLD, beyond=beyond
    )
    documents = preview(*drawing.deeds(subscription, order, on=on), go_on)
    return Way(
        when=order.when,
        commitment=order.commitment,
        effective_on=order.effective_on,
        bills=tuple(_bill(document) for document in documents[:BILLS_TOLD]),
        due_today=_due_on(documents, on),
        year_cents=_year_cents(documents, beyond, order.effective_on),
        committed_until=_committed_until(documents, order),
        spare_learners=_spare(subscription, order),
    )


def _go_on(*, subscription_id: int, on: date, until: int, beyond: list[Line]) -> None:
    """Renew until so many documents are issued, then gather what another year would ask for."""
    subscription = Subscription.objects.get(pk=subscription_id)
    while Invoice.objects.filter(subscription=subscription).count() < until:
        drawing.renew_next(subscription, on=on)
    subscription.refresh_from_db()
    since = subscription.renews_on
    subscription.renews_on = add_months(since, MONTHS_TOLD)
    [draft] = drafts([subscription], since=since)
    beyond += draft.lines


def _bill(document: Drawn) -> Bill:
    return Bill(document.issued_on, document.net_cents, document.gross_cents)


def _due_on(documents: tuple[Drawn, ...], on: date) -> Bill | None:
    """Return what is invoiced on a day, documents summed; None for nothing."""
    today = [document for document in documents if document.issued_on == on]
    if not today:
        return None
    return Bill(
        on,
        sum(document.net_cents for document in today),
        sum(document.gross_cents for document in today),
    )


def _year_cents(documents: tuple[Drawn, ...], beyond: list[Line], effective_on: date) -> int:
    """Return what the first twelve full months cost, HT, from the first full period on."""
    full = [
        line
        for document in documents
        for line in document.lines
        if line.kind == PERIOD and line.starts_on >= effective_on
    ]
    ends_before = add_months(min(line.starts_on for line in full), MONTHS_TOLD)
    return sum(line.net_cents for line in (*full, *beyond) if line.starts_on < ends_before)


def _committed_until(documents: tuple[Drawn, ...], order: Order) -> date | None:
    """Return the last day of the year that a way commits to; None by the month."""
    if order.commitment == Commitment.MONTHLY:
        return None
    begun = [
        line.ends_before
        for document in documents
        for line in document.lines
        if line.starts_on == order.effective_on
    ]
    return max(begun) - timedelta(days=1)


def _spare(subscription: Subscription, order: Order) -> int | None:
    """Return how many more learners fit the plan on the day it takes effect."""
    if order.plan.learners is None:
        return None
    usage = subscriptions.usage(subscription.organization, order.effective_on)
    return order.plan.learners - usage.learners


COMPARED = frozenset(
    {State.NEW, State.NEEDS_DETAILS, State.PRICED, State.QUOTED, State.EXPIRED, State.ACCEPTED}
)


@dataclass(frozen=True, slots=True)
class WaysPage:
    """The ways to what a request asks for."""

    reference: str
    title: str
    plan: str
    ways: tuple[Way, ...]
    may_choose: bool
    open_beside: str  # the other change under way, instead of which one would choose
    tariff_on: date
    on: date


def ways_page(membership: Membership, reference: str, *, on: date, told: Told) -> WaysPage:
    """Return the ways to the change that a member asked for or follows.

    Raises Request.DoesNotExist, also once there is nothing left to choose, and NotActive.
    """
    request = readable(membership.organization).get(reference=reference)
    if not may_follow(membership, request) or not is_compared(request):
        raise Request.DoesNotExist(reference)
    asked = request.requester_id == membership.user_id
    who = workflow.capacities(membership.role, is_requester=asked)
    moves = workflow.moves(kind=request.kind, state=request.state, who=who)
    may_ask = workflow.Move.ASK_AGAIN in moves
    beside = open_beside(request) if may_ask else ""
    sent = Quote.objects.filter(request=request, status__in=["sent", "accepted"]).first()
    return WaysPage(
        reference=request.reference,
        title=request.customer_title,
        plan=request.plan.name,
        ways=ways(membership.organization, wish_of(request, on=on), on=on, told=told, quoted=sent),
        may_choose=may_ask and not beside,
        open_beside=beside,
        tariff_on=drawing.price_list_in_force(request.plan.component.seller_id, on).effective_on,
        on=on,
    )


def is_compared(request: Request) -> bool:
    """Say whether a request still has ways to choose from."""
    return request.kind == Kind.PLAN_CHANGE and request.state in COMPARED


def wish_of(request: Request, *, on: date) -> Wish:
    """Return what a plan change asks for, without the options that were taken meanwhile."""
    commitment = Commitment(request.commitment)
    return Wish(request.plan, commitment, when=request.when, options=still_wanted(request, on=on))
