"""Numbers without a gap, and the hash chain that tells when a document was tampered with (R12)."""

import hashlib
import json
from collections.abc import Iterable
from itertools import groupby

from subscriptions.document_rows import LineRow
from subscriptions.models import Invoice, InvoiceLine, NumberSeries


class IssueDateGoesBack(Exception):
    """A document would be dated before the last one of its series (R12)."""


def number_documents(documents: list[tuple[Invoice, list[LineRow]]]) -> None:
    """Give documents of one seller and one day their numbers, in order, chained.

    Takes a range of each series in one statement, and locks its row until the commit: call it
    last. Raises IssueDateGoesBack.
    """
    for name, group in groupby(sorted(documents, key=_series_name), key=_series_name):
        batch = list(group)
        series = _locked(batch[0][0], name)
        issued_on = batch[0][0].issued_on
        if series.last_issued_on and issued_on < series.last_issued_on:
            raise IssueDateGoesBack(f"{issued_on} < {series.last_issued_on}")
        for invoice, rows in batch:
            series.last += 1
            _chain(invoice, rows, series)
        series.last_issued_on = issued_on
        series.save(update_fields=["last", "last_hash", "last_issued_on"])


def _series_name(document: tuple) -> str:
    """Return F2026 for an invoice, A2026 for a credit note of that Paris year."""
    invoice = document[0]
    letter = "A" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "F"
    return f"{letter}{invoice.issued_on.year}"


def _locked(invoice: Invoice, name: str) -> NumberSeries:
    NumberSeries.objects.bulk_create(
        [NumberSeries(seller=invoice.seller, name=name)], ignore_conflicts=True
    )
    return NumberSeries.objects.select_for_update().get(seller=invoice.seller, name=name)


def _chain(invoice: Invoice, rows: list[LineRow], series: NumberSeries) -> None:
    invoice.series, invoice.sequence = series.name, series.last
    invoice.number = f"{series.name}-{series.last:06d}"
    invoice.previous_hash = series.last_hash
    invoice.hash = series.last_hash = document_hash(invoice, rows)


HASHED = (
    "number",
    "kind",
    "issued_on",
    "due_on",
    "net_cents",
    "vat_cents",
    "gross_cents",
    "credit_used_cents",
    "vat_totals",
    "vat_ground",
    "seller_identity",
    "buyer_identity",
    "previous_hash",
)
HASHED_OF_LINE = (
    "position",
    "component_id",
    "kind",
    "operation",
    "commitment",
    "designation",
    "starts_on",
    "ends_before",
    "full_price_cents",
    "days",
    "days_in_period",
    "net_cents",
)


def document_hash(invoice: Invoice, rows: Iterable[InvoiceLine | LineRow]) -> str:
    """Return the SHA-256 of all that a document states, chained to the one before it."""
    stated = [getattr(invoice, name) for name in HASHED]
    for row in rows:
        stated.append([getattr(row, name) for name in HASHED_OF_LINE])
        stated.append(f"{row.vat_rate:.2f}")
    text = json.dumps(stated, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
