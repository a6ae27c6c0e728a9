"""What a change would be billed: the engine's own documents, drawn and rolled back (R6, R7, R9)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from accounts.models import Organization, User
from subscriptions import selectors as subscriptions
from subscriptions.agreements import keep_promise
from subscriptions.billing import Parked
from subscriptions.invoicing import CARRIED
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable, active
from subscriptions.lines import PERIOD
from subscriptions.models import Component, Invoice, PendingChange, PriceList, Subscription
from subscriptions.next_invoice import next_invoice
from subscriptions.pending import is_cheaper
from subscriptions.periods import add_months
from subscriptions.plan_changes import Change, OverLimit, change_at_term, change_now
from subscriptions.preview import Drawn, preview
from subscriptions.renewal import renew
from subscriptions.standing import Standing, standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support.models import Quote, When
from support.wishes import Order, Wish

MONTHS_COMPARED = 12
MONTHS_AHEAD = 12  # every renewal before a change is drawn with it
Deed = Callable[[], object]


class OverLimits(Exception):
    """The plan could not hold what is counted on the day it takes effect (R8).

    `figures` maps learners, trainers, administrators to (count, limit).
    """

    def __init__(self, figures: dict[str, tuple[int, int]]):
        self.figures = figures
        super().__init__(figures)


class ChangeWaits(Exception):
    """Another change waits for the échéance; the day is the message."""


REFUSALS = (
    AlreadySubscribed,
    ChangeWaits,
    NoPrice,
    NotActive,
    NotApplicable,
    OverLimit,
    OverLimits,
    Parked,
    VatUnresolved,
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The first document of a change, and a full period before and after it, HT.

    Both are for one period when the commitment stays, else for twelve months.
    """

    document: Drawn
    before_cents: int
    after_cents: int
    months: int

    @property
    def surcharge_cents(self) -> int:
        return self.after_cents - self.before_cents


def running(organization: Organization) -> Subscription:
    """Return the subscription that a change is for. Raises NotActive."""
    subscription = Subscription.objects.select_related("organization").get(
        organization=organization
    )
    if subscription.status != Subscription.Status.ACTIVE:
        raise NotActive(subscription.status)
    return subscription


def change_of(subscription: Subscription, order: Order, *, override: bool) -> Change:
    """Return an order as the engine takes it."""
    options = Component.objects.filter(
        seller=subscription.seller_id, kind=Component.Kind.OPTION, code__in=order.options
    )
    return Change(
        plan=order.plan,
        commitment=order.commitment,
        components=tuple(options.order_by("pk")),
        override=override,
        reduction=order.reduction,
    )


def draw(subscription: Subscription, order: Order, *, on: date) -> Drawing:
    """Draw what an order would bill first, and what a full period costs before and after.

    Raises what the engine refuses (NotApplicable, AlreadySubscribed, NotActive, NoPrice,
    VatUnresolved), OverLimits, and ChangeWaits for a change now that another one would undo.
    """
    current = standing(subscription.organization, on)
    was = current.commitment
    months = was.months if was == order.commitment else MONTHS_COMPARED
    now = order.when == When.NOW
    documents = _documents(subscription, order, on)
    document = _of_the_change(documents) if now else documents[-1]
    if order.reduction:  # what lasts is compared, the discount is told beside it
        documents = _documents(subscription, replace(order, reduction=None), on)
    lasting = _of_the_change(documents) if now else documents[-1]
    after = _full_period(lasting) or _full_period(documents[-1])
    return Drawing(
        document=document,
        before_cents=_coming_period(current) * months // was.months,
        after_cents=after * months // order.commitment.months,
        months=months,
    )


def _documents(subscription: Subscription, order: Order, on: date) -> tuple[Drawn, ...]:
    """Return what an order issues, up to the next full period's invoice."""
    return preview(*deeds(subscription, order, on=on), partial(renew_next, subscription, on=on))


def _coming_period(current: Standing) -> int:
    """Return the next full period's price if nothing changed, HT."""
    coming = next_invoice(replace(current, pending=None), None)
    return sum(line.net_cents for line in coming.lines if not line.is_carried)


def deeds(subscription: Subscription, order: Order, *, on: date) -> tuple[Deed, ...]:
    """Return what is done for an order, the periods that begin before it billed first.

    A change now issues its document; one left for the échéance is billed with the next period.
    Raises NotActive and VatUnresolved for a subscription set aside, which bills nothing (R23),
    OverLimits, and ChangeWaits for a change now that another one would undo.
    """
    active(subscription)
    before = partial(_renew_before, subscription, order.effective_on, on=on)
    if order.when == When.TERM:
        _require_room(subscription, order)
        return (before, partial(order_at_term, subscription, order, on=on))
    waiting = subscriptions.waiting_change(subscription)
    if waiting:
        raise ChangeWaits(waiting.effective_on)
    begins_later = order.effective_on >= subscription.renews_on
    dated = max(on, order.effective_on) if begins_later else on
    return (before, partial(change, subscription, order, on=dated, operation="preview"))


def _of_the_change(documents: tuple[Drawn, ...]) -> Drawn:
    """Return the document of a change now: its own, or the next full period's that carries it."""
    *_before, own, coming_next = (None, *documents)
    waits = any(line.kind == CARRIED for line in coming_next.lines)
    return coming_next if waits or own is None else own


def coming(subscription: Subscription, *, on: date) -> Drawn:
    """Return the next full period's invoice, with what it will carry (R13)."""
    return preview(partial(renew_next, subscription, on=on))[-1]


def _renew_before(subscription: Subscription, day: date, *, on: date) -> None:
    """Bill the periods that begin before a day, each on its own, those of a late night at once.

    Raises NotApplicable for a day that is too far ahead, NotActive when it all ends before.
    """
    while (renews_on := _renews_on(subscription)) and renews_on < day:
        if day > add_months(on, MONTHS_AHEAD):
            raise NotApplicable("too far ahead")
        renew_next(subscription, on=on)
    if renews_on is None:
        raise NotActive("ended before")


def renew_next(subscription: Subscription, *, on: date) -> Invoice | None:
    """Bill the next period on its first day, or on a later day when it began already."""
    return renew(subscription_id=subscription.pk, on=max(on, _renews_on(subscription)))


def _renews_on(subscription: Subscription) -> date | None:
    return Subscription.objects.values_list("renews_on", flat=True).get(pk=subscription.pk)


def change(
    subscription: Subscription,
    order: Order,
    *,
    on: date,
    operation: str,
    actor: User | None = None,
) -> Invoice | None:
    """Carry out an order on the day it takes effect, its document dated `on`.

    One left for an échéance that is past is owed at its own day, be it a cheaper plan (R18).
    """
    _hold_prices(subscription, order)
    return change_now(
        subscription_id=subscription.pk,
        change=change_of(subscription, order, override=order.when == When.TERM),
        on=order.effective_on,
        issued_on=on,
        operation=operation,
        actor=actor,
    )


def order_at_term(
    subscription: Subscription, order: Order, *, on: date, actor: User | None = None
) -> PendingChange:
    """Leave an order for the échéance (R7)."""
    _hold_prices(subscription, order)
    return change_at_term(
        subscription_id=subscription.pk,
        change=change_of(subscription, order, override=False),
        on=on,
        actor=actor,
    )


def _hold_prices(subscription: Subscription, order: Order) -> None:
    if order.promised:
        keep_promise(subscription_id=subscription.pk, quoted=order.promised, reason=order.reason)


def _require_room(subscription: Subscription, order: Order) -> None:
    """Raise OverLimits when the gate of R8 would refuse the plan at the échéance, as known now."""
    if order.plan == subscriptions.running_plan(subscription, subscription.renews_on):
        return
    usage = subscriptions.usage(subscription.organization, subscription.renews_on)
    over = subscriptions.exceeds(usage, order.plan)
    if over and is_cheaper(subscription, order.plan, subscription.renews_on):
        raise OverLimits(over)


def _full_period(document: Drawn) -> int:
    return sum(line.net_cents for line in document.lines if line.kind == PERIOD)


def basis(subscription: Subscription, *, on: date) -> dict:
    """Return what is held and ordered, as plain facts: a quote is stale once they differ (R19)."""
    current = standing(subscription.organization, on)
    waiting = current.pending
    return {
        "held": [[held.code, str(held.starts_on), str(held.ends_before)] for held in current.held],
        "commitment": [current.commitment, str(current.span.anchor_on)],
        "waiting": [waiting.kind, str(waiting.effective_on)] if waiting else None,
    }


def has_moved(quote: Quote, *, on: date) -> bool:
    """Say whether the subscription is no longer the one that a quote was made upon (R19)."""
    try:
        subscription = running(quote.organization)
    except NotActive:
        return True
    return quote.basis != basis(subscription, on=min(on, quote.effective_on))


def price_list_in_force(seller: int, on: date) -> PriceList:
    """Return the tariff that a change taking effect on a day reads first (R5)."""
    return PriceList.objects.filter(seller=seller, effective_on__lte=on).latest("effective_on")


def order_of_wish(subscription: Subscription, wish: Wish, *, on: date) -> Order:
    """Return a wish as an order: now takes effect on the day, the term on the échéance."""
    now = wish.when == When.NOW
    return Order(
        plan=wish.plan,
        commitment=wish.commitment,
        when=wish.when,
        effective_on=on if now else subscriptions.coming_term(subscription, on),
        options=wish.options,
    )
