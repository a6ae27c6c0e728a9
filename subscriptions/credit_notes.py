"""Credit notes by staff: some days given back, or a whole document and what it billed (R12)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from accounts.services import record
from subscriptions import selectors
from subscriptions.billing import settle
from subscriptions.facts import issued_since
from subscriptions.holdings import lock
from subscriptions.invoicing import Draft, issue
from subscriptions.items import NotActive, NotApplicable
from subscriptions.lines import CHARGE, CREDIT, Line
from subscriptions.models import (
    Component,
    Invoice,
    InvoiceLine,
    Subscription,
)
from subscriptions.pricing import prorate
from subscriptions.undoing import undo


@transaction.atomic
def credit_days(
    *, subscription_id: int, days: int, on: date, reason: str, actor: User | None = None
) -> Invoice:
    """Give back so many days of the plan in the running period, at what it was billed.

    The credit stays on the account (R7). Raises NotActive, NotApplicable when the period was not
    billed, or so many days were not.
    """
    subscription = lock(subscription_id)
    if subscription.renews_on is None or subscription.renews_on <= on:
        raise NotActive(subscription.status)
    plan = selectors.running_plan(subscription, on)
    billed = [
        line
        for line in issued_since([subscription], since=on).get(subscription.pk, [])
        if line.component == plan.component_id and line.net_cents >= 0 and not line.is_goodwill
    ]
    if not billed or not 0 < days <= billed[-1].days_in_period:
        raise NotApplicable("days not billed")
    line = _days_back(billed[-1], days, on)
    if -line.net_cents > _net_billed(subscription, billed[-1]):
        raise NotApplicable("credits exceed what was billed")
    record(
        organization=subscription.organization,
        actor=actor,
        action="days credited",
        days=days,
        reason=reason,
    )
    draft = Draft(
        subscription=subscription,
        lines=(line,),
        operation=f"gesture {on} {_gestures(subscription) + 1}",
        is_goodwill=True,
    )
    return issue(draft, on=on)


def _days_back(billed: Line, days: int, on: date) -> Line:
    """Return the credit of so many days that begin on a day, or that end with the period."""
    left = billed.ends_before.toordinal() - on.toordinal()
    starts_on = on if days <= left else date.fromordinal(billed.ends_before.toordinal() - days)
    return Line(
        component=billed.component,
        kind=CREDIT,
        commitment=billed.commitment,
        starts_on=starts_on,
        ends_before=date.fromordinal(starts_on.toordinal() + days),
        full_price_cents=billed.full_price_cents,
        listed_cents=billed.listed_cents,
        discount_percent=billed.discount_percent,
        days=days,
        days_in_period=billed.days_in_period,
        net_cents=-prorate(
            billed.full_price_cents, days=days, days_in_period=billed.days_in_period
        ),
        price_list=billed.price_list,
        is_plan=True,
        vat_rate=billed.vat_rate,
    )


def _net_billed(subscription: Subscription, billed: Line) -> int:
    """Return what the plan was billed in its period, less what was given back of it (R6)."""
    period_starts_on = billed.ends_before - timedelta(days=billed.days_in_period)
    rows = InvoiceLine.objects.filter(
        subscription=subscription,
        component=billed.component,
        starts_on__gte=period_starts_on,
        ends_before__lte=billed.ends_before,
    )
    return rows.aggregate(net=Sum("net_cents", default=0))["net"]


def _gestures(subscription: Subscription) -> int:
    return (
        InvoiceLine.objects.filter(subscription=subscription, is_goodwill=True)
        .values("operation")
        .distinct()
        .count()
    )


@transaction.atomic
def cancel_document(
    *, invoice_id: int, on: date, reason: str, actor: User | None = None
) -> Invoice:
    """Credit a whole document, line by line, and undo the operation it billed (R12).

    A plan change returns to the former plan, an option is not held, a period is not entered: the
    subscription ends where it would have begun. What the former facts ask for and was not billed
    is invoiced at once. The credit stays on the account (R7).
    Raises NotApplicable for a credit note, a document cancelled before, or one that a later
    change or a later period rests upon.
    """
    invoice = Invoice.objects.select_related("subscription", "organization").get(pk=invoice_id)
    subscription = lock(invoice.subscription_id)
    if invoice.kind == Invoice.Kind.CREDIT_NOTE or _is_cancelled(invoice):
        raise NotApplicable("cancelled before")
    rows = list(invoice.lines.select_related("component").order_by("position"))
    undo(subscription, rows, on=on)
    subscription.refresh_from_db()
    record(
        organization=invoice.organization,
        actor=actor,
        action="document cancelled",
        document=invoice.number,
        reason=reason,
    )
    draft = Draft(
        subscription=subscription,
        lines=tuple(_mirror(row) for row in rows),
        operation=f"cancel {invoice.number}",
        corrects=invoice,
    )
    credit_note = issue(draft, on=on)
    if subscription.renews_on:
        since = min(row.starts_on for row in rows)
        settle(subscription, since=since, operation=f"after {credit_note.number}", issued_on=on)
    return credit_note


def _is_cancelled(invoice: Invoice) -> bool:
    return invoice.corrections.filter(lines__operation=f"cancel {invoice.number}").exists()


def _mirror(row: InvoiceLine) -> Line:
    """Return a line with the opposite sign, at the VAT rate of the original."""
    return Line(
        component=row.component_id,
        kind=CREDIT if row.net_cents >= 0 else CHARGE,
        commitment=row.commitment,
        starts_on=row.starts_on,
        ends_before=row.ends_before,
        full_price_cents=row.full_price_cents,
        listed_cents=row.listed_cents,
        discount_percent=row.discount_percent,
        days=row.days,
        days_in_period=row.days_in_period,
        net_cents=-row.net_cents,
        price_list=row.price_list_id,
        is_plan=row.component.kind == Component.Kind.PLAN,
        vat_rate=row.vat_rate,
    )
