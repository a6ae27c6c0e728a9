"""Deeds on a subscription: open it, record the money it receives."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from subscriptions.billing import settle
from subscriptions.holdings import hold, lock, open_commitment, replace_plan
from subscriptions.items import AlreadySubscribed, caught_up
from subscriptions.models import (
    Component,
    Discount,
    Invoice,
    InvoiceLine,
    Payment,
    PendingChange,
    Plan,
    Subscription,
)
from subscriptions.periods import Commitment

REOPENED = (
    Subscription.Status.TRIALING,
    Subscription.Status.EXPIRED,
    Subscription.Status.CANCELLED,
)


class ExceedsBalance(Exception):
    """More money than the invoice still awaits."""


@transaction.atomic
def subscribe(
    *,
    organization: Organization,
    plan: Plan,
    commitment: Commitment,
    on: date,
    components: Iterable[Component] = (),
    actor: User | None = None,
) -> Invoice:
    """Open a paid commitment on a day and invoice its first period (R4).

    A trial that runs or has ended converts (R9, R22); a cancelled subscription is taken up again.
    Raises AlreadySubscribed, NoPrice (the plan is sold on quote), VatUnresolved.
    """
    _end_what_was_cancelled(organization, on)
    subscription = opened(organization, plan.component.seller_id, renews_on=on)
    record(organization=organization, actor=actor, action="subscribed", plan=plan.code)
    return begin(subscription, plan, commitment, components, issued_on=on)


def _end_what_was_cancelled(organization: Organization, on: date) -> None:
    """Carry out a cancellation whose day has come, though the nightly job is late (R7)."""
    change = PendingChange.objects.for_organization(organization).filter(
        kind=PendingChange.Kind.CANCELLATION,
        state=PendingChange.State.WAITING,
        effective_on__lte=on,
    )
    for subscription_id in change.values_list("subscription_id", flat=True):
        caught_up(subscription_id, before=on + timedelta(days=1), issued_on=on)


def begin(
    subscription: Subscription,
    plan: Plan,
    commitment: Commitment,
    components: Iterable[Component] = (),
    *,
    issued_on: date,
) -> Invoice:
    """Write the first facts of a commitment from the échéance on, and bill its first period."""
    on = subscription.renews_on
    operation = _opening(subscription)
    included = set(plan.includes.all())
    options = [option for option in components if option not in included]
    open_commitment(subscription, commitment, on=on, operation=operation)
    replace_plan(subscription, plan, on=on, operation=operation)
    hold(subscription, options, on=on, operation=operation)
    return settle(subscription, since=on, operation=operation, issued_on=issued_on)


def _opening(subscription: Subscription) -> str:
    """Return the operation that opens a commitment; a day taken up again has its own (R11)."""
    name = f"subscription {subscription.pk} {subscription.renews_on}"
    lines = InvoiceLine.objects.filter(subscription=subscription, operation__startswith=name)
    times = lines.values("operation").distinct().count()
    return f"{name} {times + 1}" if times else name


def opened(organization: Organization, seller_id: int, *, renews_on: date) -> Subscription:
    """Return the organization's subscription, new or taken up again, active from a day."""
    active = {
        "status": Subscription.Status.ACTIVE,
        "renews_on": renews_on,
        "trial_ends_on": None,
        "trial_plan": None,
        "trial_commitment": "",
    }
    subscription, is_new = Subscription.objects.select_for_update(of=("self",)).get_or_create(
        organization=organization, defaults={"seller_id": seller_id, **active}
    )
    if is_new:
        Discount.objects.filter(organization=organization, subscription=None).update(
            subscription=subscription
        )
        return subscription
    if subscription.status not in REOPENED:
        raise AlreadySubscribed(organization.slug)
    for name, value in active.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(active))
    return subscription


@transaction.atomic
def record_payment(
    *,
    invoice: Invoice,
    amount_cents: int,
    received_on: date,
    reference: str,
    actor: User | None = None,
) -> Payment:
    """Record money received on an invoice, by hand (bank transfer). Raises ExceedsBalance."""
    lock(invoice.subscription_id)
    paid = sum(invoice.payments.values_list("amount_cents", flat=True))
    if amount_cents > invoice.to_pay_cents - paid:
        raise ExceedsBalance(invoice.number)
    record(
        organization=invoice.organization,
        actor=actor,
        action="payment recorded",
        invoice=invoice.number,
        amount_cents=amount_cents,
    )
    return Payment.objects.create(
        organization=invoice.organization,
        invoice=invoice,
        amount_cents=amount_cents,
        received_on=received_on,
        reference=reference,
    )
