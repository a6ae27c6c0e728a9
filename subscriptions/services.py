"""Deeds on a subscription: open it, record the money it receives."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from subscriptions.billing import settle
from subscriptions.holdings import hold, lock, open_commitment, replace_plan
from subscriptions.items import AlreadySubscribed
from subscriptions.models import Component, Invoice, Payment, Plan, Subscription
from subscriptions.periods import Commitment


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

    Raises AlreadySubscribed, NoPrice (the plan is sold on quote), VatUnresolved.
    """
    subscription = _opened(organization, plan.component.seller_id, on)
    open_commitment(subscription, commitment, on=on)
    replace_plan(subscription, plan, on=on)
    hold(subscription, components, on=on)
    record(organization=organization, actor=actor, action="subscribed", plan=plan.code)
    return settle(
        subscription, since=on, operation=f"subscription {subscription.pk} {on}", issued_on=on
    )


def _opened(organization: Organization, seller_id: int, on: date) -> Subscription:
    """Return the organization's subscription, new or taken up again, active from a day."""
    subscription, _created = Subscription.objects.select_for_update(of=("self",)).get_or_create(
        organization=organization,
        defaults={
            "seller_id": seller_id,
            "status": Subscription.Status.ACTIVE,
            "renews_on": on,
        },
    )
    if not _created:
        if subscription.status != Subscription.Status.CANCELLED:
            raise AlreadySubscribed(organization.slug)
        subscription.status, subscription.renews_on = Subscription.Status.ACTIVE, on
        subscription.save(update_fields=["status", "renews_on"])
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
    if amount_cents > invoice.gross_cents - paid:
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
