"""One issued document with every mention that it owes to the law, and what explains its lines."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from babel import Locale
from django.conf import settings

from accounts.models import Organization
from subscriptions import issued, lateness, selectors
from subscriptions.explanations import Stated, explain
from subscriptions.lateness import LateFees, Payable
from subscriptions.models import Invoice, InvoiceLine
from subscriptions.pricing import RECOVERY_FEE_CENTS

COUNTRIES = Locale("fr").territories
READ_TOGETHER = (
    "payments",
    "corrections",
    "lines__price_list",
    "credit_uses__credit__credit_note",
)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A line of a document with what explains it; cents before VAT."""

    designation: str
    starts_on: date
    last_on: date
    unit_cents: int
    quantity: str
    vat_ratio: Decimal
    net_cents: int
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VatAmount:
    """The VAT of one rate; `ratio` is a part of 1."""

    ratio: Decimal
    base_cents: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Reference:
    """Another document that this one names, and for how much, with VAT."""

    number: str
    issued_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Received:
    """A payment."""

    received_on: date
    amount_cents: int
    reference: str


@dataclass(frozen=True, slots=True)
class Document:
    """An issued invoice or credit note; amounts in cents."""

    number: str
    is_credit_note: bool
    issued_on: date
    due_on: date
    corrects: Reference | None
    corrections: tuple[Reference, ...]
    seller: dict[str, str]
    buyer: dict[str, str]
    country: str  # of the buyer; empty in France
    lines: tuple[DocumentLine, ...]
    vat_totals: tuple[VatAmount, ...]
    vat_ground: str
    net_cents: int
    vat_cents: int
    gross_cents: int
    credits: tuple[Reference, ...]  # account credit that settles it
    to_pay_cents: int
    payments: tuple[Received, ...]
    left_cents: int
    state: Payable
    late_ratio: Decimal  # the yearly rate of penalties that it prints
    recovery_cents: int
    late_fees: LateFees | None


def document(organization: Organization, number: str, *, on: date) -> Document:
    """Return one document of an organization. Raises Invoice.DoesNotExist."""
    return read(_complete(organization=organization, number=number), on=on)


def document_of(invoice_id: int, *, on: date) -> Document:
    """Return one document, for staff. Raises Invoice.DoesNotExist."""
    return read(_complete(pk=invoice_id), on=on)


def _complete(**which) -> Invoice:
    """Return a document with all that it shows, in the same queries whatever it holds."""
    return Invoice.objects.select_related("corrects").prefetch_related(*READ_TOGETHER).get(**which)


def read(invoice: Invoice, *, on: date) -> Document:
    """Return a complete document as its readers see it on a day."""
    payments = sorted(invoice.payments.all(), key=lambda row: (row.received_on, row.pk))
    paid_cents = sum(payment.amount_cents for payment in payments)
    return Document(
        number=invoice.number,
        is_credit_note=invoice.kind == Invoice.Kind.CREDIT_NOTE,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        corrects=_reference(invoice.corrects) if invoice.corrects else None,
        corrections=tuple(
            _reference(each, -each.gross_cents) for each in _by_id(invoice.corrections)
        ),
        seller=invoice.seller_identity,
        buyer=invoice.buyer_identity,
        country=_country(invoice.buyer_identity["country"]),
        lines=_lines(invoice),
        vat_totals=tuple(map(_vat_amount, invoice.vat_totals)),
        vat_ground=invoice.vat_ground,
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        gross_cents=invoice.gross_cents,
        credits=tuple(
            _reference(use.credit.credit_note, use.amount_cents)
            for use in _by_id(invoice.credit_uses)
        ),
        to_pay_cents=invoice.to_pay_cents,
        payments=tuple(
            Received(row.received_on, row.amount_cents, row.reference) for row in payments
        ),
        left_cents=issued.left_cents(invoice, paid_cents),
        state=issued.state(invoice, paid_cents, on),
        late_ratio=lateness.rate_on(settings.LATE_INTEREST_RATES, invoice.issued_on) / 100,
        recovery_cents=RECOVERY_FEE_CENTS,
        late_fees=selectors.late_fees(invoice, on),
    )


def _by_id(rows) -> list:
    return sorted(rows.all(), key=lambda row: row.pk)


def _reference(invoice: Invoice, amount_cents: int | None = None) -> Reference:
    amount_cents = invoice.gross_cents if amount_cents is None else amount_cents
    return Reference(invoice.number, invoice.issued_on, amount_cents)


def _country(code: str) -> str:
    return "" if code == "FR" else COUNTRIES.get(code, code)


def _vat_amount(total: dict) -> VatAmount:
    return VatAmount(Decimal(total["rate"]) / 100, total["base_cents"], total["amount_cents"])


def _lines(invoice: Invoice) -> tuple[DocumentLine, ...]:
    rows = sorted(invoice.lines.all(), key=lambda row: row.position)
    return tuple(_line(row, stated(row)) for row in rows)


def stated(row: InvoiceLine) -> Stated:
    """Return the numbers of a line that explain it."""
    return Stated(
        kind=row.kind,
        operation=row.operation,
        days=row.days,
        days_in_period=row.days_in_period,
        full_price_cents=row.full_price_cents,
        listed_cents=row.listed_cents,
        discount_percent=row.discount_percent,
        net_cents=row.net_cents,
        price_list_on=row.price_list.effective_on if row.price_list else None,
        is_goodwill=row.is_goodwill,
    )


def _line(row: InvoiceLine, numbers: Stated) -> DocumentLine:
    """Return a line whose unit price and quantity make its amount: a period, or a part of one."""
    unit_cents, quantity = row.net_cents, "1"
    if numbers.is_whole_share:
        unit_cents, quantity = row.full_price_cents, _quantity(numbers)
    return DocumentLine(
        designation=row.designation,
        starts_on=row.starts_on,
        last_on=row.ends_before - timedelta(days=1),
        unit_cents=unit_cents,
        quantity=quantity,
        vat_ratio=row.vat_rate / 100,
        net_cents=row.net_cents,
        explanation=explain(numbers),
    )


def _quantity(numbers: Stated) -> str:
    """Return « 1 » for a whole period, « 18/28 » for a part of it, after a minus for a credit."""
    sign = "\u2212" if numbers.net_cents < 0 else ""
    if numbers.days == numbers.days_in_period:
        return f"{sign}1"
    return f"{sign}{numbers.days}/{numbers.days_in_period}"
