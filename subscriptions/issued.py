"""What was issued to an organization, page by page, and what is left to pay of it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Page, Paginator
from django.db.models import F, Max, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear

from accounts.models import Organization
from subscriptions import lateness
from subscriptions.lateness import Payable
from subscriptions.models import Invoice, Payment, Subscription

PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """A document in a list, cents with VAT."""

    pk: int
    number: str
    issued_on: date
    due_on: date
    starts_on: date
    last_on: date
    gross_cents: int
    left_cents: int
    state: Payable


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """A page of an organization's documents, the latest first, and the years to choose from."""

    years: tuple[int, ...]
    year: int | None
    rows: tuple[InvoiceRow, ...]
    page: Page
    first_on: date | None  # when the first invoice will come, while there is none


def invoices_page(
    organization: Organization, *, year: int | None, page: str, on: date
) -> InvoicesPage:
    """Return a page of documents, of one year or of all."""
    documents = Invoice.objects.for_organization(organization)
    years = documents.annotate(year=ExtractYear("issued_on")).order_by("-year")
    years = tuple(years.values_list("year", flat=True).distinct())
    if year:
        documents = documents.filter(issued_on__year=year)
    found = Paginator(with_paid(documents).order_by("-issued_on", "-pk"), PER_PAGE).get_page(page)
    return InvoicesPage(
        years=years,
        year=year,
        rows=tuple(_row(invoice, on) for invoice in found),
        page=found,
        first_on=None if years else _first_on(organization),
    )


def with_paid(documents: QuerySet) -> QuerySet:
    """Add to documents what was paid on them and the days they bill."""
    return documents.annotate(
        paid_cents=_paid_cents(),
        starts_on=Min("lines__starts_on"),
        ends_before=Max("lines__ends_before"),
    )


def late(documents: QuerySet, *, on: date) -> QuerySet:
    """Return those of which something was still awaited after their due date (R21)."""
    past_due = documents.filter(due_on__lt=on, gross_cents__gte=0)
    return past_due.filter(gross_cents__gt=F("credit_used_cents") + _paid_cents())


def _paid_cents() -> Coalesce:
    paid = Payment.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
    return Coalesce(Subquery(paid.annotate(total=Sum("amount_cents")).values("total")), 0)


def latest(documents: QuerySet, *, most: int, on: date) -> tuple[InvoiceRow, ...]:
    """Return the latest of some documents."""
    found = with_paid(documents).order_by("-issued_on", "-pk")[:most]
    return tuple(_row(invoice, on) for invoice in found)


def _row(invoice: Invoice, on: date) -> InvoiceRow:
    return InvoiceRow(
        pk=invoice.pk,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        starts_on=invoice.starts_on,
        last_on=invoice.ends_before - timedelta(days=1),
        gross_cents=invoice.gross_cents,
        left_cents=left_cents(invoice, invoice.paid_cents),
        state=state(invoice, invoice.paid_cents, on),
    )


def left_cents(invoice: Invoice, paid_cents: int) -> int:
    """Return what is still awaited, with VAT; nothing for a credit note."""
    return max(invoice.to_pay_cents - paid_cents, 0)


def state(invoice: Invoice, paid_cents: int, on: date) -> Payable:
    """Return where a document stands on a day."""
    return lateness.payable(
        gross_cents=invoice.gross_cents,
        credit_used_cents=invoice.credit_used_cents,
        paid_cents=paid_cents,
        due_on=invoice.due_on,
        on=on,
    )


def _first_on(organization: Organization) -> date | None:
    """Return when an account without any document gets its first one, if that is known."""
    subscription = Subscription.objects.filter(organization=organization).first()
    if subscription is None:
        return None
    if subscription.status == Subscription.Status.TRIALING:
        return subscription.trial_ends_on if subscription.trial_plan_id else None
    return subscription.renews_on
