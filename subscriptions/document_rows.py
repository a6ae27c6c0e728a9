"""What a document and its lines state, as plain values, before and after they are rows."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from subscriptions import bulk
from subscriptions.models import Invoice, InvoiceLine

INVOICE_COLUMNS = (
    "organization_id",
    "seller_id",
    "subscription_id",
    "kind",
    "series",
    "sequence",
    "number",
    "issued_on",
    "due_on",
    "corrects_id",
    "net_cents",
    "vat_cents",
    "gross_cents",
    "credit_used_cents",
    "vat_ground",
    "previous_hash",
    "hash",
    "vat_totals",
    "seller_identity",
    "buyer_identity",
)


@dataclass(slots=True)
class LineRow:
    """One line as it is stored; the names are the columns of InvoiceLine."""

    organization_id: int
    subscription_id: int
    component_id: int
    kind: str
    operation: str
    commitment: str
    designation: str
    starts_on: date
    ends_before: date
    full_price_cents: int
    listed_cents: int
    discount_percent: Decimal
    days: int
    days_in_period: int
    price_list_id: int | None
    vat_rate: Decimal
    net_cents: int
    is_goodwill: bool = False
    position: int = 0
    invoice_id: int = 0


def insert_documents(documents: list[tuple[Invoice, list[LineRow]]]) -> None:
    """Store documents with their lines, in order, and give each invoice its id."""
    invoices = [invoice for invoice, _rows in documents]
    ids = bulk.insert(Invoice, invoices, INVOICE_COLUMNS, stamped=["created_at"])
    for (invoice, rows), identifier in zip(documents, ids, strict=True):
        invoice.pk, invoice._state.adding = identifier, False
        for row in rows:
            row.invoice_id = identifier
    lines = [row for _invoice, rows in documents for row in rows]
    bulk.insert(InvoiceLine, lines, tuple(LineRow.__dataclass_fields__))
