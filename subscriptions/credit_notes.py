"""Credit notes by staff: some days given back, or a whole document and what it billed (R12)."""

from datetime import date

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from accounts.services import record
from subscriptions import selectors
from subscriptions.billing import settle
from subscriptions.facts import issued_since
from subscriptions.holdings import lock, offer_seats
from subscriptions.invoicing import Draft, issue
from subscriptions.items import NotActive, NotApplicable
from subscriptions.lines import CHARGE, CREDIT, Line
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Invoice,
    InvoiceLine,
    Item,
    Period,
    Subscription,
)
from subscriptions.pricing import prorate


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
        if line.component == plan.component_id and line.net_cents >= 0
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
    """Return what the running segment was billed, less what was given back of it (R6)."""
    rows = InvoiceLine.objects.filter(
        subscription=subscription,
        component=billed.component,
        starts_on__gte=billed.starts_on,
        ends_before__lte=billed.ends_before,
    )
    return rows.aggregate(net=Sum("net_cents"))["net"]


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
    _undo(subscription, rows)
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


def _undo(subscription: Subscription, rows: list[InvoiceLine]) -> None:
    """Take back the facts that the document's operation wrote."""
    operation = next(row.operation for row in rows if row.kind != InvoiceLine.Kind.CARRIED)
    opened = Item.objects.filter(subscription=subscription, opened_by=operation)
    if not opened.exists() or operation.startswith("subscription "):
        _leave_period(subscription, rows)
        return
    if opened.exclude(ended_by="").exists():
        raise NotApplicable("changed since")
    _reopen_commitment(subscription, operation)
    opened.delete()
    Item.objects.filter(subscription=subscription, ended_by=operation).update(
        ends_before=None, ended_by=""
    )
    plan = Item.objects.filter(
        subscription=subscription, kind=Component.Kind.PLAN, ends_before=None
    ).select_related("component__plan")
    offer_seats(subscription, plan.get().component.plan)


def _reopen_commitment(subscription: Subscription, operation: str) -> None:
    """Return to the commitment that an operation left, its running period whole again."""
    opened = CommitmentSpan.objects.filter(subscription=subscription, opened_by=operation)
    if not opened.exists():
        return
    span = opened.get()
    if Period.objects.filter(commitment_span=span, number__gt=0).exists():
        raise NotApplicable("a later period is billed")
    Period.objects.filter(commitment_span=span).delete()
    span.delete()
    former = CommitmentSpan.objects.get(subscription=subscription, ended_by=operation)
    former.ends_before, former.ended_by = None, ""
    former.save(update_fields=["ends_before", "ended_by"])
    _make_whole(subscription, former, span.anchor_on)


def _make_whole(subscription: Subscription, span: CommitmentSpan, cut_on: date) -> None:
    """Give a cut period its natural end back, and the échéance with it."""
    number, days = selectors.natural_period(span, cut_on)
    Period.objects.filter(commitment_span=span, starts_on=days.starts_on).delete()
    Period.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        commitment_span=span,
        number=number,
        starts_on=days.starts_on,
        ends_before=days.ends_before,
    )
    subscription.renews_on = days.ends_before
    subscription.save(update_fields=["renews_on"])


def _leave_period(subscription: Subscription, rows: list[InvoiceLine]) -> None:
    """End the subscription where a cancelled period would have begun."""
    starts_on = min(row.starts_on for row in rows)
    if Period.objects.filter(subscription=subscription, starts_on__gt=starts_on).exists():
        raise NotApplicable("a later period is billed")
    changed = Item.objects.filter(subscription=subscription, starts_on__gt=starts_on)
    if changed.exists():
        raise NotApplicable("changed since")
    Period.objects.filter(subscription=subscription, starts_on=starts_on).delete()
    CommitmentSpan.objects.filter(subscription=subscription, anchor_on=starts_on).delete()
    for facts in (
        Item.objects.filter(subscription=subscription),
        CommitmentSpan.objects.filter(subscription=subscription),
    ):
        facts.filter(ends_before=None).update(ends_before=starts_on, ended_by="document cancelled")
    subscription.status, subscription.renews_on = Subscription.Status.CANCELLED, None
    subscription.save(update_fields=["status", "renews_on"])
