"""Press « Souscrire »; what becomes of an option held stands in `endings`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import partial

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.roles import COMMITS_MONEY
from options import emails, selectors
from options.models import Option
from options.policy import Action, Decision, Reason, Situation, decide
from subscriptions import items, renewal
from subscriptions.billing import Parked
from subscriptions.models import Invoice, InvoiceLine, Item, Subscription, WaitingLine
from subscriptions.places import asking_support
from subscriptions.preview import Drawn, preview
from subscriptions.standing import Standing, standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support import interests
from support.models import Request
from support.services import note_option_interest

TAKEN = (Action.TAKEN, Action.ENDING, Action.INCLUDED)


class Pressed(Enum):
    """What pressing « Souscrire » did."""

    SUBSCRIBED = "subscribed"
    ASKED_SUPPORT = "asked_support"
    ALREADY = "already"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What pressing did, with the invoice it issued or the request it wrote."""

    pressed: Pressed
    invoice: Invoice | None = None
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The price somebody agreed to: the full period's and, when known, the sum due today, HT."""

    full_price_cents: int
    net_cents: int | None = None


NOTHING_SHOWN = Shown(full_price_cents=-1)  # no invoice says this price


class NotOffered(Exception):
    """This person cannot take this option now; `decision` says why."""

    def __init__(self, decision: Decision):
        self.decision = decision
        super().__init__(str(decision))


class PriceChanged(Exception):
    """The invoice would not say the price that was shown; nothing was issued."""


class KeyReused(Exception):
    """The operation has already billed something else."""


class Undone(Exception):
    """The operation subscribed to the option, and was undone since."""


def press_subscribe(
    *,
    membership: Membership,
    option: Option,
    today: date,
    operation: str,
    shown: Shown | None = None,
) -> Outcome:
    """Open the option and invoice its share, or tell support, as the person's role decides.

    The same operation again answers the same invoice. Anyone whose role commits no money may
    press as often as they like: one request counts the clicks. `shown` is checked against the
    invoice itself. The invoice is None when the share is so small that it waits (R13).
    Raises NotOffered, PriceChanged, KeyReused, Undone; support is told of a VAT in doubt (R17).
    """
    with asking_support(organization=membership.organization, on=today):
        return _pressed(membership, option, today, operation, shown)


def _pressed(
    membership: Membership, option: Option, today: date, operation: str, shown: Shown | None
) -> Outcome:
    membership = locked(membership=membership)
    if _is_done(membership, option, operation):
        _require_held(membership, operation)
        return _subscribed(membership, option, operation, shown)
    current = standing(membership.organization, today)
    facts = _facts(membership, option, current, today)
    decision = decide(facts)
    if decision.action in TAKEN:
        return Outcome(Pressed.ALREADY)
    if decision.action is Action.ASK_SUPPORT:
        request = note_option_interest(
            membership=membership,
            option=option.component,
            on=today,
            owner_subscribes=facts.is_sold_alone,
        )
        return Outcome(Pressed.ASKED_SUPPORT, request=request)
    if decision.action is not Action.SUBSCRIBE:
        raise NotOffered(decision)
    try:
        _add(membership, option, current, today, operation)
    except items.AlreadySubscribed:
        return Outcome(Pressed.ALREADY)
    outcome = _subscribed(membership, option, operation, shown)
    interests.close_answered(organization=membership.organization, on=today, by=membership.user)
    emails.option_subscribed(
        organization=membership.organization,
        option=option,
        invoice=outcome.invoice,
        operation=operation,
        on=today,
    )
    return outcome


def locked(*, membership: Membership) -> Membership:
    """Return the membership as it is now, locked, so that a role taken away bites at once."""
    known = (
        Membership.objects.select_related("organization", "user")
        .select_for_update(of=("self",))
        .filter(pk=membership.pk, is_active=True)
        .first()
    )
    if known is None:
        raise NotOffered(Decision(Action.HIDDEN))
    return known


def _facts(membership: Membership, option: Option, current: Standing | None, on: date) -> Situation:
    prices = selectors.prices_on([option.component], current, on)
    return selectors.situation(membership, option, current, has_price=bool(prices))


@contextmanager
def _engine() -> Iterator[None]:
    """Say as NotOffered what the engine refuses, having locked and looked again.

    A renewal that could not be billed forbids too: its invoice cannot be shown (R5, R23).
    """
    try:
        yield
    except (items.NotActive, NoPrice, Parked):
        raise NotOffered(Decision(Action.HIDDEN)) from None
    except VatUnresolved as why:
        raise NotOffered(Decision(Action.DISABLED, Reason.VAT_UNRESOLVED)) from why


def _add(
    membership: Membership, option: Option, current: Standing, on: date, operation: str
) -> Invoice | None:
    with _engine():
        return items.add_items(
            subscription_id=current.subscription,
            components=[option.component],
            on=on,
            operation=operation,
            actor=membership.user,
        )


def _is_done(membership: Membership, option: Option, operation: str) -> bool:
    """Say whether the operation billed this option before. Raises KeyReused for another one's."""
    if membership.role not in COMMITS_MONEY:
        return False
    billed = set(_billed(membership, operation).values_list("component_id", flat=True))
    billed |= set(_waiting(membership, operation).values_list("component_id", flat=True))
    if billed and option.component_id not in billed:
        raise KeyReused(operation)
    return bool(billed)


def _require_held(membership: Membership, operation: str) -> None:
    """Raise Undone when what an operation opened was taken back."""
    items = Item.objects.for_organization(membership.organization)
    if not items.filter(opened_by=operation).exists():
        raise Undone(operation)


def _billed(membership: Membership, operation: str) -> QuerySet:
    lines = InvoiceLine.objects.for_organization(membership.organization)
    return lines.filter(operation=operation)


def _waiting(membership: Membership, operation: str) -> QuerySet:
    lines = WaitingLine.objects.for_organization(membership.organization)
    return lines.filter(operation=operation)


def _subscribed(
    membership: Membership, option: Option, operation: str, shown: Shown | None
) -> Outcome:
    """Return what an operation did. Raises PriceChanged unless it is what was shown."""
    billed = _billed(membership, operation).filter(component=option.component)
    line = billed.select_related("invoice").first()
    invoice = line.invoice if line else None
    stated = line or _waiting(membership, operation).get(component=option.component)
    if shown and stated.full_price_cents != shown.full_price_cents:
        raise PriceChanged(operation)
    net_cents = invoice.net_cents if invoice else 0
    if shown and shown.net_cents is not None and shown.net_cents != net_cents:
        raise PriceChanged(operation)
    return Outcome(Pressed.SUBSCRIBED, invoice=invoice)


@dataclass(frozen=True, slots=True)
class Terms:
    """What subscribing today will cost: the invoice issued at once, and the next one after it.

    `today` is None when the share is so small that it waits for the next one (R13).
    """

    today: Drawn | None
    coming: Drawn
    full_price_cents: int

    @property
    def net_cents(self) -> int:
        return self.today.net_cents if self.today else 0


def preview_subscribe(*, membership: Membership, option: Option, on: date) -> Terms:
    """Return the documents of subscribing and of the renewal that follows; nothing is kept.

    Raises NotOffered; support is told of a VAT in doubt (R17).
    """
    current = standing(membership.organization, on)
    add = partial(_add, membership, option, current, on, "preview")
    with asking_support(organization=membership.organization, on=on), _engine():
        *before, coming = preview(add, partial(_renew_next, current.subscription))
    today = before[-1] if before else None
    return Terms(today, coming, _full_price_cents(today, coming, option.component.label))


def _full_price_cents(today: Drawn | None, coming: Drawn, label: str) -> int:
    """Return the price of the share taken today, be it invoiced or left to wait (R13).

    A later period may have another one, of a list to come or after an agreement.
    """
    waits = [line for line in coming.lines if line.kind == InvoiceLine.Kind.CARRIED]
    stated = today.lines if today else waits
    return next(line.full_price_cents for line in stated if line.component == label)


def _renew_next(subscription_id: int) -> Invoice:
    subscription = Subscription.objects.get(pk=subscription_id)
    return renewal.renew(subscription_id=subscription_id, on=subscription.renews_on)
