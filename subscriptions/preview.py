"""A preview is the real command, read and rolled back; never a second computation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Max

from subscriptions.models import Invoice, InvoiceLine


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line as it would be issued."""

    component: str
    name: str
    designation: str
    kind: str
    starts_on: date
    ends_before: date
    days: int
    days_in_period: int
    full_price_cents: int
    listed_cents: int
    net_cents: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A document as it would be issued, without its number."""

    kind: str
    issued_on: date
    due_on: date
    lines: tuple[DrawnLine, ...]
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_totals: tuple[dict, ...]


class _RolledBack(Exception):
    """Carries the documents out of the savepoint."""


def preview(*deeds: Callable[[], object]) -> tuple[Drawn, ...]:
    """Run deeds in a savepoint, read the documents they issue, and undo it all.

    Give each deed with its arguments bound, `partial(services.add_items, subscription_id=…)`.
    Whatever a deed refuses, it raises here too.
    """
    try:
        with transaction.atomic():
            last = Invoice.objects.aggregate(last=Max("pk"))["last"] or 0
            issued = [deed() for deed in deeds]
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise _RolledBack(_drawn_since(last, _subscription(deeds, issued)))
    except _RolledBack as outcome:
        return outcome.args[0]


def _subscription(deeds: tuple, issued: list) -> int | None:
    """Return whose documents are read: that of the last row returned, else of the last deed.

    A deed returns no row when what it bills waits for the next invoice (R13).
    """
    rows = [row.subscription_id for row in issued if hasattr(row, "subscription_id")]
    bound = [getattr(deed, "keywords", {}).get("subscription_id") for deed in deeds]
    return next((each for each in reversed([*bound, *rows]) if each is not None), None)


def _drawn_since(last: int, subscription_id: int | None) -> tuple[Drawn, ...]:
    """Return the documents of a subscription issued after one id."""
    documents = (
        Invoice.objects.filter(pk__gt=last, subscription=subscription_id)
        .prefetch_related("lines__component")
        .order_by("pk")
    )
    return tuple(draw(document) for document in documents)


def draw(invoice: Invoice) -> Drawn:
    """Return a document with its lines in order."""
    return Drawn(
        kind=invoice.kind,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        lines=tuple(
            draw_line(line) for line in sorted(invoice.lines.all(), key=lambda line: line.position)
        ),
        net_cents=invoice.net_cents,
        vat_cents=invoice.vat_cents,
        gross_cents=invoice.gross_cents,
        vat_totals=tuple(invoice.vat_totals),
    )


def draw_line(line: InvoiceLine) -> DrawnLine:
    """Return a line with the numbers that explain it."""
    return DrawnLine(
        component=line.component.label,
        name=line.component.name,
        designation=line.designation,
        kind=line.kind,
        starts_on=line.starts_on,
        ends_before=line.ends_before,
        days=line.days,
        days_in_period=line.days_in_period,
        full_price_cents=line.full_price_cents,
        listed_cents=line.listed_cents,
        net_cents=line.net_cents,
    )
