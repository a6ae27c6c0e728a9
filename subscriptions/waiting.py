"""Charges too small to be invoiced alone: kept, then carried by the next invoice (R13)."""

from collections import defaultdict
from collections.abc import Iterable

from subscriptions.designations import designation
from subscriptions.lines import PERIOD, Line
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


def by_organization(organizations: Iterable[int]) -> dict[int, list[WaitingLine]]:
    """Return the lines that wait for each organization's next invoice, the oldest first."""
    rows = defaultdict(list)
    waits = WaitingLine.objects.filter(organization__in=organizations, carried_by=None)
    for row in waits.order_by("pk"):
        rows[row.organization_id].append(row)
    return rows


def is_too_small(draft, invoice: Invoice) -> bool:
    """Tell whether a charge, with what waits already, stays under the minimum with VAT."""
    if any(line.kind == PERIOD for line in draft.lines) or draft.is_goodwill or draft.corrects:
        return False
    return below_invoicing_minimum(invoice.gross_cents)


def keep(draft, names: dict[int, str], vat) -> None:
    """Keep a draft's lines for the next invoice, at the VAT at which they are owed."""
    WaitingLine.objects.bulk_create(_waiting(draft, line, names, vat) for line in draft.lines)


def _waiting(draft, line: Line, names: dict[int, str], vat) -> WaitingLine:
    rate, ground = vat.of(line)
    return WaitingLine(
        organization=draft.subscription.organization,
        subscription=draft.subscription,
        component_id=line.component,
        operation=draft.operation,
        designation=designation(names[line.component], line.kind, line.commitment),
        price_list_id=line.price_list,
        vat_rate=rate,
        vat_ground=ground,
        **{
            name: getattr(line, name)
            for name in COPIED
            if name not in {"component_id", "operation", "designation", "price_list_id"}
        },
    )


def mark_carried(documents: list[tuple]) -> None:
    """Tie the lines that waited to the invoice that carries them."""
    for draft, invoice in documents:
        if draft.carried:
            WaitingLine.objects.filter(pk__in=[row.pk for row in draft.carried]).update(
                carried_by=invoice
            )
