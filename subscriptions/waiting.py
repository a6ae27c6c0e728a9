"""Charges too small to be invoiced alone: kept, then carried by the next invoice (R13)."""

from collections import defaultdict

from subscriptions.designations import designation
from subscriptions.lines import PERIOD
from subscriptions.models import Invoice, WaitingLine
from subscriptions.pricing import below_invoicing_minimum

COPIED = (
    "component_id",
    "operation",
    "commitment",
    "designation",
    "starts_on",
    "ends_before",
    "full_price_cents",
    "listed_cents",
    "discount_percent",
    "days",
    "days_in_period",
    "price_list_id",
    "net_cents",
)


def carry(drafts: list) -> None:
    """Give each organization's first invoice to come the lines that wait for it."""
    rows = defaultdict(list)
    organizations = {draft.subscription.organization_id for draft in drafts}
    waiting = WaitingLine.objects.among("organization", organizations).filter(carried_by=None)
    for row in waiting.order_by("pk"):
        rows[row.organization_id].append(row)
    for draft in drafts:
        if sum(line.net_cents for line in draft.lines) >= 0 and draft.corrects is None:
            draft.carried = rows.pop(draft.subscription.organization_id, [])


def is_too_small(draft, invoice: Invoice) -> bool:
    """Tell whether a charge, with what waits already, stays under the minimum with VAT."""
    if any(line.kind == PERIOD for line in draft.lines) or draft.is_goodwill or draft.corrects:
        return False
    return below_invoicing_minimum(invoice.gross_cents)


def keep(draft, names: dict[int, str]) -> None:
    """Keep a draft's lines for the next invoice."""
    WaitingLine.objects.bulk_create(
        WaitingLine(
            organization=draft.subscription.organization,
            subscription=draft.subscription,
            component_id=line.component,
            operation=draft.operation,
            designation=designation(names[line.component], line.kind, line.commitment),
            price_list_id=line.price_list,
            **{
                name: getattr(line, name)
                for name in COPIED
                if name not in {"component_id", "operation", "designation", "price_list_id"}
            },
        )
        for line in draft.lines
    )


def mark_carried(documents: list[tuple]) -> None:
    """Tie the lines that waited to the invoice that carries them."""
    for draft, invoice in documents:
        if draft.carried:
            WaitingLine.objects.filter(pk__in=[row.pk for row in draft.carried]).update(
                carried_by=invoice
            )
