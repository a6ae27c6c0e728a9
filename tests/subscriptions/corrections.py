"""Deeds that give money back, in short, on a subscription that began on 31 January."""

from datetime import date

from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.models import BillingIdentity, Invoice, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_now
from subscriptions.renewal import renew
from tests import world

START, FEBRUARY_14, END = date(2026, 1, 31), date(2026, 2, 14), date(2026, 2, 28)


def gesture(subscription: Subscription, days: int, on: date = FEBRUARY_14) -> Invoice:
    return credit_days(subscription_id=subscription.pk, days=days, on=on, reason="panne")


def cancel(document: Invoice, on: date) -> Invoice:
    return cancel_document(invoice_id=document.pk, on=on, reason="erreur")


def upgrade(
    subscription: Subscription,
    code: str | None,
    on: date,
    *,
    commitment: Commitment | None = None,
    override: bool = False,
) -> Invoice:
    change = Change(
        plan=world.plan(code) if code else None, commitment=commitment, override=override
    )
    return change_now(
        subscription_id=subscription.pk,
        change=change,
        on=on,
        operation=f"to {code} {commitment} {on}",
    )


def renewed(subscription: Subscription, on: date) -> Invoice:
    return renew(subscription_id=subscription.pk, on=on)


def move(organization, postal_code: str) -> None:
    """Move an organization within France, which may change its VAT (R17)."""
    BillingIdentity.objects.update_or_create(
        organization=organization,
        defaults={"legal_name": organization.name, "postal_code": postal_code},
    )
