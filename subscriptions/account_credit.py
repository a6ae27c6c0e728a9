"""Money that credit notes leave on the account, with VAT, for the next invoices (R7)."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from accounts.models import Organization
from subscriptions.models import AccountCredit, CreditUse, Invoice


def balance(organization: Organization) -> int:
    """Return what is left of an organization's credits, cents with VAT."""
    return sum(credit.left_cents for credit in _open_credits([organization.pk]))


def _open_credits(organizations: Iterable[int]):
    """Return the credits that are not used up, the oldest first, with `left_cents`."""
    return (
        AccountCredit.objects.among("organization", organizations)
        .annotate(left_cents=F("amount_cents") - Coalesce(Sum("uses__amount_cents"), 0))
        .filter(left_cents__gt=0)
        .order_by("pk")
    )


def use(invoices: list[Invoice]) -> None:
    """Settle new invoices by the credits of their organizations, the oldest first.

    Writes how much on each invoice, and keeps on it which credit, for `record` to store.
    """
    credits = defaultdict(list)
    for credit in _open_credits({invoice.organization_id for invoice in invoices}):
        credits[credit.organization_id].append(credit)
    for invoice in invoices:
        invoice.used_credits = []
        if invoice.kind == Invoice.Kind.INVOICE:
            _settle(invoice, credits[invoice.organization_id])


def _settle(invoice: Invoice, credits: list) -> None:
    for credit in credits:
        cents = min(credit.left_cents, invoice.to_pay_cents)
        if cents:
            credit.left_cents -= cents
            invoice.credit_used_cents += cents
            invoice.used_credits.append((credit, cents))


def record(invoices: list[Invoice]) -> None:
    """Store which credits the issued invoices used, and what new credit notes leave."""
    CreditUse.objects.bulk_create(
        CreditUse(
            organization=invoice.organization, credit=credit, invoice=invoice, amount_cents=cents
        )
        for invoice in invoices
        for credit, cents in invoice.used_credits
    )
    AccountCredit.objects.bulk_create(
        AccountCredit(
            organization=invoice.organization,
            credit_note=invoice,
            amount_cents=-invoice.gross_cents,
        )
        for invoice in invoices
        if invoice.kind == Invoice.Kind.CREDIT_NOTE
    )
