"""Issue documents: lines in, numbered invoices and credit notes out, frozen from then on (R12).

Documents are issued by the batch, one or five hundred in the same few statements, and take their
numbers last: the counter's row stays locked to the end of the transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db import transaction

from accounts.models import Organization
from subscriptions import account_credit, waiting
from subscriptions.chain import number_documents
from subscriptions.designations import designation
from subscriptions.document_rows import LineRow, insert_documents
from subscriptions.lines import CREDIT, Line
from subscriptions.models import (
    BillingIdentity,
    Component,
    Invoice,
    Subscription,
    WaitingLine,
)
from subscriptions.periods import due_on
from subscriptions.vat import Place, Treatment, mentions, totals, treatment

CARRIED = "carried"
BUYER = tuple(
    field.attname
    for field in BillingIdentity._meta.concrete_fields
    if field.attname not in {"id", "organization_id"}
)
NOTHING_FILLED_IN = {name: getattr(BillingIdentity(), name) for name in BUYER}
PLACE = tuple(Place.__dataclass_fields__)


@dataclass(slots=True)
class Draft:
    """A document to issue: whose, for what, and the credit note's original."""

    subscription: Subscription
    lines: tuple[Line, ...]
    operation: str
    corrects: Invoice | None = None
    is_goodwill: bool = False
    carried: list = field(default_factory=list)


@transaction.atomic
def issue(draft: Draft, *, on: date) -> Invoice | None:
    """Issue one document; None when it is so small that its lines wait (R13).

    Raises VatUnresolved (R17), IssueDateGoesBack.
    """
    return issue_all([draft], on=on)[0]


@transaction.atomic
def issue_all(drafts: list[Draft], *, on: date) -> list[Invoice | None]:
    """Issue documents in their order; None stands where lines wait instead (R13).

    A negative sum makes a credit note (R6), kept as account credit (R7). It is the sum with VAT:
    where two rates meet in one document, what is to be paid back decides, for that is what the
    account keeps. Lines that waited stand on the next invoice of their organization. Raises
    VatUnresolved, IssueDateGoesBack.
    """
    buyers = _buyers({draft.subscription.organization_id for draft in drafts})
    names = _names(line.component for draft in drafts for line in draft.lines)
    waits = waiting.by_organization(buyers)
    issued = []
    for draft in drafts:
        vat = _vat(draft, buyers[draft.subscription.organization_id])
        rows = [_row(draft, line, names[line.component], vat) for line in draft.lines]
        if not _gives_back(draft, rows):
            draft.carried = waits.pop(draft.subscription.organization_id, [])
        invoice, rows = _document(draft, rows, vat, on)
        small = waiting.is_too_small(draft, invoice)
        issued.append(None if small else (draft, invoice, rows))
        if small:
            waiting.keep(draft, names, vat)
    _write([each for each in issued if each])
    return [each[1] if each else None for each in issued]


def _write(documents: list[tuple[Draft, Invoice, list[LineRow]]]) -> None:
    """Settle by credit, number, insert: the number is taken last."""
    invoices = [invoice for _draft, invoice, _rows in documents]
    numbered = [(invoice, rows) for _draft, invoice, rows in documents]
    account_credit.use(invoices)
    number_documents(numbered)
    insert_documents(numbered)
    waiting.mark_carried([(draft, invoice) for draft, invoice, _rows in documents])
    account_credit.record(invoices)


def _names(components: Iterable) -> dict[int, str]:
    rows = Component.objects.filter(pk__in=set(components))
    return dict(rows.values_list("pk", "name"))


def _buyers(organizations: Iterable[int]) -> dict[int, dict]:
    """Return who is billed for each organization; its own name in France before anything else."""
    buyers = {
        row.pop("organization_id"): row
        for row in BillingIdentity.objects.among("organization", organizations).values(
            "organization_id", *BUYER
        )
    }
    unknown = [key for key in organizations if key not in buyers]
    names = Organization.objects.filter(pk__in=unknown).values_list("pk", "name")
    buyers |= {key: {**NOTHING_FILLED_IN, "legal_name": name} for key, name in names}
    return buyers


@dataclass
class Vat:
    """The VAT of a document's lines: what gives back keeps its original's rate and ground (R12)."""

    buyer: dict
    credited: Invoice | None

    @cached_property
    def of_the_day(self) -> Treatment:
        """The VAT of the customer's place. Raises VatUnresolved (R17)."""
        return treatment(Place(**{name: self.buyer[name] for name in PLACE}))

    def of(self, line: Line) -> tuple[Decimal, str]:
        """Return the rate of a line, and the law that grounds it when there is none."""
        if line.vat_rate is None:
            return self.of_the_day.rate, self.of_the_day.ground
        return (
            line.vat_rate,
            self.credited.vat_ground if self.credited and not line.vat_rate else "",
        )

    def of_waiting(self, waited: WaitingLine) -> tuple[Decimal, str]:
        """Return the same of a line that waited: as it was owed, whatever move came since (R13)."""
        if waited.vat_rate is None:
            return self.of_the_day.rate, self.of_the_day.ground
        return waited.vat_rate, waited.vat_ground


def _vat(draft: Draft, buyer: dict) -> Vat:
    return Vat(buyer, draft.corrects or _credited(draft))


def _gives_back(draft: Draft, rows: list[LineRow]) -> bool:
    some = any(row.net_cents < 0 for row in rows)
    return draft.corrects is not None or (some and _gross_cents(rows) < 0)


def _gross_cents(rows: list[LineRow]) -> int:
    vat_totals = totals((row.vat_rate, row.net_cents) for row in rows)
    return sum(total.base_cents + total.amount_cents for total in vat_totals)


def _document(
    draft: Draft, rows: list[LineRow], vat: Vat, on: date
) -> tuple[Invoice, list[LineRow]]:
    """Return a document and its lines, all but its number (R1). Raises VatUnresolved."""
    gives_back = _gives_back(draft, rows)
    rows = [*rows, *(_carried_row(draft, each, vat) for each in draft.carried)]
    for position, row in enumerate(rows, start=1):
        row.position = position
    vat_totals = totals((row.vat_rate, row.net_cents) for row in rows)
    net_cents = sum(row.net_cents for row in rows)
    vat_cents = sum(total.amount_cents for total in vat_totals)
    invoice = Invoice(
        organization_id=draft.subscription.organization_id,
        seller_id=draft.subscription.seller_id,
        subscription_id=draft.subscription.pk,
        kind=Invoice.Kind.CREDIT_NOTE if gives_back else Invoice.Kind.INVOICE,
        issued_on=on,
        due_on=due_on(on),
        corrects=vat.credited if gives_back else None,
        net_cents=net_cents,
        vat_cents=vat_cents,
        gross_cents=net_cents + vat_cents,
        vat_totals=[
            {
                "rate": str(total.rate),
                "base_cents": total.base_cents,
                "amount_cents": total.amount_cents,
            }
            for total in vat_totals
        ],
        vat_ground=_ground(draft, vat),
        seller_identity=settings.SELLER,
        buyer_identity=vat.buyer,
    )
    return invoice, rows


def _ground(draft: Draft, vat: Vat) -> str:
    """Return the legal mention of each line without VAT, once each."""
    own = [vat.of(line)[1] for line in draft.lines]
    carried = [vat.of_waiting(each)[1] for each in draft.carried]
    return mentions([*own, *carried])


def _credited(draft: Draft) -> Invoice | None:
    """Return the last invoice that billed what is credited, the plan before its options (R6).

    What a credit note charged, beside a larger credit, has none: then the last of all.
    """
    credited = [line for line in draft.lines if line.kind == CREDIT]
    if not credited:
        return None
    plans = [line.component for line in credited if line.is_plan]
    components = plans or [line.component for line in credited]
    invoices = Invoice.objects.filter(
        subscription=draft.subscription, kind=Invoice.Kind.INVOICE
    ).order_by("-issued_on", "-pk")
    return invoices.filter(lines__component__in=components).first() or invoices.first()


def _row(draft: Draft, line: Line, name: str, vat: Vat) -> LineRow:
    return LineRow(
        organization_id=draft.subscription.organization_id,
        subscription_id=draft.subscription.pk,
        component_id=line.component,
        kind=line.kind,
        operation=draft.operation,
        commitment=line.commitment,
        designation=designation(name, line.kind, line.commitment),
        starts_on=line.starts_on,
        ends_before=line.ends_before,
        full_price_cents=line.full_price_cents,
        listed_cents=line.listed_cents,
        discount_percent=line.discount_percent,
        days=line.days,
        days_in_period=line.days_in_period,
        price_list_id=line.price_list,
        vat_rate=vat.of(line)[0],
        net_cents=line.net_cents,
        is_goodwill=draft.is_goodwill,
    )


def _carried_row(draft: Draft, waited: WaitingLine, vat: Vat) -> LineRow:
    """Return a line that waited, as it stands on the invoice that carries it (R13)."""
    return LineRow(
        organization_id=draft.subscription.organization_id,
        subscription_id=draft.subscription.pk,
        kind=CARRIED,
        vat_rate=vat.of_waiting(waited)[0],
        **{name: getattr(waited, name) for name in waiting.COPIED},
    )
