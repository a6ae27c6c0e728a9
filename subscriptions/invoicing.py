"""Issue documents: lines in, a numbered invoice or credit note out, frozen from then on (R12)."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from subscriptions import selectors
from subscriptions.lines import CREDIT, PERIOD, Line
from subscriptions.models import Component, Invoice, InvoiceLine, NumberSeries, Subscription
from subscriptions.periods import Commitment, due_on
from subscriptions.vat import Treatment, totals, treatment

FIRST_NUMBER = 1


class IssueDateGoesBack(Exception):
    """A document would be dated before the last one of its series (R12)."""


@transaction.atomic
def issue(
    *, subscription: Subscription, lines: Iterable[Line], operation: str, on: date
) -> Invoice:
    """Number and write one document of these lines; a negative sum makes a credit note (R6).

    The number is taken last: the counter's row stays locked to the end of the transaction.
    Raises VatUnresolved (R17), IssueDateGoesBack.
    """
    lines = list(lines)
    identity = selectors.billing_identity(subscription.organization)
    vat = treatment(selectors.place(identity))
    net_cents = sum(line.net_cents for line in lines)
    kind = Invoice.Kind.CREDIT_NOTE if net_cents < 0 else Invoice.Kind.INVOICE
    invoice = Invoice(
        organization=subscription.organization,
        seller=subscription.seller,
        subscription=subscription,
        kind=kind,
        issued_on=on,
        due_on=due_on(on),
        corrects=_corrected(subscription, lines) if kind == Invoice.Kind.CREDIT_NOTE else None,
        seller_identity=settings.SELLER,
        buyer_identity=_buyer(identity),
        vat_ground=vat.ground,
    )
    _add_up(invoice, lines, vat)
    rows = _rows(invoice, lines, operation, vat)
    _number(invoice, rows)
    invoice.save(force_insert=True)
    for row in rows:
        row.invoice = invoice
    InvoiceLine.objects.bulk_create(rows)
    return invoice


def _corrected(subscription: Subscription, lines: list[Line]) -> Invoice:
    """Return the last invoice that billed what is credited (R6)."""
    components = [line.component for line in lines if line.kind == CREDIT]
    return Invoice.objects.filter(
        subscription=subscription, kind=Invoice.Kind.INVOICE, lines__component__in=components
    ).latest("issued_on", "pk")


def _buyer(identity) -> dict:
    return model_to_dict(identity, exclude=["id", "organization"])


def _add_up(invoice: Invoice, lines: list[Line], vat: Treatment) -> None:
    """Total a document: VAT per rate on the sum of the rounded lines (R1)."""
    vat_totals = totals((vat.rate, line.net_cents) for line in lines)
    invoice.net_cents = sum(line.net_cents for line in lines)
    invoice.vat_cents = sum(total.amount_cents for total in vat_totals)
    invoice.gross_cents = invoice.net_cents + invoice.vat_cents
    invoice.vat_totals = [
        {
            "rate": str(total.rate),
            "base_cents": total.base_cents,
            "amount_cents": total.amount_cents,
        }
        for total in vat_totals
    ]


def _rows(invoice: Invoice, lines: list[Line], operation: str, vat: Treatment) -> list[InvoiceLine]:
    names = dict(
        Component.objects.filter(pk__in={line.component for line in lines}).values_list(
            "pk", "name"
        )
    )
    return [
        InvoiceLine(
            organization=invoice.organization,
            subscription=invoice.subscription,
            component_id=line.component,
            kind=line.kind,
            operation=operation,
            commitment=line.commitment,
            position=position,
            designation=designation(names[line.component], line),
            starts_on=line.starts_on,
            ends_before=line.ends_before,
            full_price_cents=line.full_price_cents,
            days=line.days,
            days_in_period=line.days_in_period,
            price_list_id=line.price_list,
            vat_rate=vat.rate,
            net_cents=line.net_cents,
        )
        for position, line in enumerate(lines, start=FIRST_NUMBER)
    ]


def designation(name: str, line: Line) -> str:
    """Return what a line bills, as the invoice says it."""
    if line.kind == PERIOD:
        words = (
            _("%(name)s, abonnement annuel")
            if line.commitment == Commitment.ANNUAL
            else _("%(name)s, abonnement mensuel")
        )
    elif line.kind == CREDIT:
        words = _("%(name)s, part non utilisée")
    else:
        words = _("%(name)s, jusqu’à l’échéance")
    return words % {"name": name}


def _number(invoice: Invoice, rows: list[InvoiceLine]) -> None:
    """Take the next number of the series and chain the document to the one before (R12)."""
    letter = "A" if invoice.kind == Invoice.Kind.CREDIT_NOTE else "F"
    series = _locked_series(invoice, f"{letter}{invoice.issued_on.year}")
    if series.last_issued_on and invoice.issued_on < series.last_issued_on:
        raise IssueDateGoesBack(f"{invoice.issued_on} < {series.last_issued_on}")
    series.last += 1
    invoice.series, invoice.sequence = series.name, series.last
    invoice.number = f"{series.name}-{series.last:06d}"
    invoice.previous_hash = series.last_hash
    invoice.hash = document_hash(invoice, rows)
    series.last_hash, series.last_issued_on = invoice.hash, invoice.issued_on
    series.save(update_fields=["last", "last_hash", "last_issued_on"])


def _locked_series(invoice: Invoice, name: str) -> NumberSeries:
    NumberSeries.objects.bulk_create(
        [NumberSeries(seller=invoice.seller, name=name)], ignore_conflicts=True
    )
    return NumberSeries.objects.select_for_update().get(seller=invoice.seller, name=name)


HASHED = [
    "number",
    "kind",
    "issued_on",
    "due_on",
    "net_cents",
    "vat_cents",
    "gross_cents",
    "vat_totals",
    "vat_ground",
    "seller_identity",
    "buyer_identity",
    "previous_hash",
]
HASHED_OF_LINE = [
    "position",
    "component_id",
    "kind",
    "operation",
    "designation",
    "starts_on",
    "ends_before",
    "full_price_cents",
    "days",
    "days_in_period",
    "vat_rate",
    "net_cents",
]


def document_hash(invoice: Invoice, rows: Iterable[InvoiceLine]) -> str:
    """Return the SHA-256 of all that a document states, chained to the one before it."""
    stated = {name: getattr(invoice, name) for name in HASHED}
    stated["lines"] = [{name: getattr(row, name) for name in HASHED_OF_LINE} for row in rows]
    text = json.dumps(stated, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
