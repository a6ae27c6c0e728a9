"""Each deed of staff as the service that does it, and what it will issue, by the same service."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from uuid import UUID

from accounts.models import User
from subscriptions import agreements, credit_notes, overruns, plan_changes, services
from subscriptions.billing import Parked
from subscriptions.chain import IssueDateGoesBack
from subscriptions.models import Invoice, Plan, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from subscriptions.preview import Drawn, preview
from subscriptions.releases import release
from subscriptions.renewal import is_due, renew
from subscriptions.staff_rights import Deed
from subscriptions.tariffs import NoPrice
from subscriptions.trials import end_trial
from subscriptions.vat import VatUnresolved

UNBILLABLE = (Parked, NoPrice, VatUnresolved, IssueDateGoesBack)
SHAPES_NEXT = frozenset(
    {
        Deed.RELEASE,
        Deed.AGREE_PRICE,
        Deed.ADD_DISCOUNT,
        Deed.CANCEL_AT_TERM,
        Deed.WITHDRAW_PENDING,
    }
)


class AlreadyRecorded(Exception):
    """This transfer stands on this invoice already."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered, in plain values; `key` is the form's, so that two clicks are one."""

    subscription: Subscription
    deed: Deed
    key: UUID
    reason: str
    details: dict = field(default_factory=dict)
    about: Invoice | None = None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an order will issue: at once, or with the next period.

    `unbillable` is what will keep that next period from being billed.
    """

    documents: tuple[Drawn, ...]
    comes_next: bool = False
    unbillable: Exception | None = None

    @property
    def fingerprint(self) -> str:
        """The documents in short: what is confirmed must be what was shown."""
        return ",".join(
            f"{each.kind}:{each.net_cents}:{each.gross_cents}" for each in self.documents
        )


def run(order: Order, *, on: date, actor: User) -> object:
    """Do what was ordered; whatever the service refuses, it raises here."""
    return RUNS[order.deed](order, on, actor)


def foresee(order: Order, *, on: date, actor: User) -> Foreseen:
    """Return what an order would issue on a day, by doing it and undoing it."""
    deed = partial(run, order, on=on, actor=actor)
    last = partial(_Ran, order.subscription.pk)
    if order.deed not in SHAPES_NEXT:
        return Foreseen(preview(deed, last))
    try:
        following = partial(_bill_next, order.subscription.pk, on)
        return Foreseen(preview(deed, following, last), comes_next=True)
    except UNBILLABLE as refusal:
        return Foreseen(preview(deed, last), comes_next=True, unbillable=refusal)


@dataclass(frozen=True, slots=True)
class _Ran:
    """Tells the preview whose documents to read."""

    subscription_id: int


def _bill_next(subscription_id: int, on: date) -> Invoice | None:
    """Bill the next period, on its first day or today when that is past."""
    subscription = Subscription.objects.get(pk=subscription_id)
    if subscription.status == Subscription.Status.TRIALING:
        return end_trial(subscription_id=subscription_id, on=max(on, subscription.trial_ends_on))
    day = max(on, subscription.renews_on or on)
    return renew(subscription_id=subscription_id, on=day) if is_due(subscription, day) else None


def _plan(order: Order) -> Plan:
    return Plan.objects.select_related("component").get(
        component__seller=order.subscription.seller_id, component__code=order.details["plan"]
    )


def _release(order: Order, on: date, actor: User) -> object:
    return release(subscription_id=order.subscription.pk, reason=order.reason, actor=actor)


def _agree_price(order: Order, on: date, actor: User) -> object:
    return agreements.agree_price(
        subscription_id=order.subscription.pk,
        price=agreements.Agreed(
            plan=_plan(order),
            amount_cents=order.details["amount_cents"],
            first_on=date.fromisoformat(order.details["first_on"]),
            last_on=date.fromisoformat(order.details["last_on"]),
        ),
        reason=order.reason,
        actor=actor,
    )


def _add_discount(order: Order, on: date, actor: User) -> object:
    return agreements.add_discount(
        organization=order.subscription.organization,
        percent=Decimal(order.details["percent"]),
        periods=order.details["periods"],
        on=on,
        reason=order.reason,
        actor=actor,
    )


def _credit_days(order: Order, on: date, actor: User) -> object:
    return credit_notes.credit_days(
        subscription_id=order.subscription.pk,
        days=order.details["days"],
        on=on,
        reason=order.reason,
        actor=actor,
    )


def _cancel_document(order: Order, on: date, actor: User) -> object:
    return credit_notes.cancel_document(
        invoice_id=order.about.pk, on=on, reason=order.reason, actor=actor
    )


def _record_payment(order: Order, on: date, actor: User) -> object:
    if order.about.payments.filter(reference=order.details["reference"]).exists():
        raise AlreadyRecorded(order.details["reference"])
    return services.record_payment(
        invoice=order.about,
        amount_cents=order.details["amount_cents"],
        received_on=date.fromisoformat(order.details["received_on"]),
        reference=order.details["reference"],
        actor=actor,
    )


def _change_now(order: Order, on: date, actor: User) -> object:
    commitment = order.details["commitment"]
    change = Change(
        plan=_plan(order) if order.details["plan"] else None,
        commitment=Commitment(commitment) if commitment else None,
        override=order.details["override"],
    )
    return plan_changes.change_now(
        subscription_id=order.subscription.pk,
        change=change,
        on=on,
        operation=f"staff {order.key}",
        actor=actor,
    )


def _cancel_at_term(order: Order, on: date, actor: User) -> object:
    return plan_changes.cancel_at_term(subscription_id=order.subscription.pk, on=on, actor=actor)


def _withdraw_pending(order: Order, on: date, actor: User) -> object:
    return plan_changes.withdraw_pending(subscription_id=order.subscription.pk, on=on, actor=actor)


def _extend_grace(order: Order, on: date, actor: User) -> object:
    return overruns.extend_grace(
        organization=order.subscription.organization,
        until=date.fromisoformat(order.details["until"]),
        on=on,
        reason=order.reason,
        actor=actor,
    )


RUNS: dict[Deed, Callable[[Order, date, User], object]] = {
    Deed.RELEASE: _release,
    Deed.AGREE_PRICE: _agree_price,
    Deed.ADD_DISCOUNT: _add_discount,
    Deed.CREDIT_DAYS: _credit_days,
    Deed.CANCEL_DOCUMENT: _cancel_document,
    Deed.RECORD_PAYMENT: _record_payment,
    Deed.CHANGE_NOW: _change_now,
    Deed.CANCEL_AT_TERM: _cancel_at_term,
    Deed.WITHDRAW_PENDING: _withdraw_pending,
    Deed.EXTEND_GRACE: _extend_grace,
}
