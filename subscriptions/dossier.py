"""One subscription as staff read it: what is held, agreed, issued, waiting, done. Nothing moves."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from subscriptions import issued, journal, overruns
from subscriptions.actions import Standing as Buttons
from subscriptions.issued import InvoiceRow
from subscriptions.journal import Told
from subscriptions.models import (
    AccountCredit,
    CommitmentSpan,
    Discount,
    Invoice,
    Item,
    NegotiatedPrice,
    Overrun,
    PendingChange,
    Period,
    StaffOrder,
    Subscription,
    WaitingLine,
)
from subscriptions.next_invoice import NextInvoice, awaits_gate, next_invoice
from subscriptions.selectors import usage
from subscriptions.standing import Standing, standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved

SHOWN = 12


@dataclass(frozen=True, slots=True)
class EnteredPeriod:
    """A period as people count them, from 1, both days included."""

    number: int
    starts_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Dossier:
    """The page of a subscription; the latest rows of each kind."""

    subscription: Subscription
    standing: Standing
    next_invoice: NextInvoice | None
    commitments: list[CommitmentSpan]
    items: list[Item]
    periods: list[EnteredPeriod]
    changes: list[PendingChange]
    prices: list[NegotiatedPrice]
    discounts: list[Discount]
    credits: list[AccountCredit]  # with `left_cents`
    waiting: list[WaitingLine]
    documents: tuple[InvoiceRow, ...]
    document_count: int
    orders: list[StaffOrder]
    overrun: Overrun | None  # that runs (R20)
    journal: list[Told]

    @property
    def credit_cents(self) -> int:
        """What is left on the account, with VAT (R7)."""
        return self.standing.credit_cents

    @property
    def buttons(self) -> Buttons:
        """What decides which deeds are shown."""
        pending = self.standing.pending
        return Buttons(
            status=self.subscription.status,
            is_parked=bool(self.subscription.parked_because),
            pending=pending.kind if pending else "",
            is_over=self.overrun is not None,
        )


def dossier(subscription_id: int, *, on: date) -> Dossier:
    """Return all that staff read of a subscription. Raises Subscription.DoesNotExist."""
    subscription = Subscription.objects.select_related("organization", "trial_plan__component").get(
        pk=subscription_id
    )
    now = standing(subscription.organization, on)
    mine = {"subscription": subscription}
    documents = Invoice.objects.filter(**mine)
    return Dossier(
        subscription=subscription,
        standing=now,
        next_invoice=_next(subscription, now),
        commitments=list(CommitmentSpan.objects.filter(**mine).order_by("-anchor_on")),
        items=list(
            Item.objects.filter(**mine)
            .select_related("component")
            .order_by(F("ends_before").desc(nulls_first=True), "-kind", "starts_on")
        ),
        periods=_periods(subscription),
        changes=list(
            PendingChange.objects.filter(**mine)
            .select_related("plan__component")
            .order_by("-pk")[:SHOWN]
        ),
        prices=list(
            NegotiatedPrice.objects.filter(**mine).select_related("component").order_by("-pk")
        ),
        discounts=list(Discount.objects.filter(**mine).order_by("-pk")),
        credits=_credits(subscription),
        waiting=list(WaitingLine.objects.filter(**mine, carried_by=None).order_by("pk")),
        documents=issued.latest(documents, most=SHOWN, on=on),
        document_count=documents.count(),
        orders=_orders(subscription),
        overrun=overruns.running(subscription.organization),
        journal=journal.latest(subscription.organization, most=2 * SHOWN),
    )


def _next(subscription: Subscription, now: Standing) -> NextInvoice | None:
    """Return the next invoice; None when none comes or it cannot be told yet."""
    counted = usage(subscription.organization, subscription.renews_on) if awaits_gate(now) else None
    try:
        return next_invoice(now, counted)
    except (NoPrice, VatUnresolved):
        return None


def _periods(subscription: Subscription) -> list[EnteredPeriod]:
    rows = Period.objects.filter(subscription=subscription).order_by("-starts_on")[:SHOWN]
    return [
        EnteredPeriod(row.number + 1, row.starts_on, row.ends_before - timedelta(days=1))
        for row in rows
    ]


def _credits(subscription: Subscription) -> list[AccountCredit]:
    return list(
        AccountCredit.objects.filter(organization=subscription.organization)
        .select_related("credit_note")
        .annotate(left_cents=F("amount_cents") - Coalesce(Sum("uses__amount_cents"), 0))
        .order_by("-pk")[:SHOWN]
    )


def _orders(subscription: Subscription) -> list[StaffOrder]:
    rows = StaffOrder.objects.filter(subscription=subscription)
    return list(
        rows.select_related("asked_by", "decided_by", "issued", "about").order_by("-pk")[:SHOWN]
    )
