"""Take back what the operation of a cancelled document wrote: its facts, its period (R12)."""

from datetime import date

from django.db.models import Sum

from subscriptions import reductions, selectors
from subscriptions.holdings import BY_CUSTOMER, offer_limits
from subscriptions.items import NotApplicable
from subscriptions.models import (
    CommitmentSpan,
    Component,
    InvoiceLine,
    Item,
    PendingChange,
    Period,
    Subscription,
    WaitingLine,
)
from subscriptions.pending import put_off, withdraw
from subscriptions.periods import Commitment, period

OPENS_A_PERIOD = ("subscription ", "period ")


def undo(subscription: Subscription, rows: list[InvoiceLine], *, on: date) -> None:
    """Take back the facts that the operation of these lines wrote, from its first day.

    A plan change returns to the former plan, a commitment to the former one with its period
    whole, an option is not held, a period is not entered: the subscription ends where it would
    have begun. Raises NotApplicable when a later change, a later period or a gesture rests upon
    it, or when nothing was written.
    """
    _refuse_what_was_given_back(rows)
    own = [row for row in rows if row.kind != InvoiceLine.Kind.CARRIED]
    operation = own[0].operation
    if operation.startswith(OPENS_A_PERIOD):
        _leave_period(subscription, own, on)
        return
    opened = Item.objects.filter(subscription=subscription, opened_by=operation)
    spans = CommitmentSpan.objects.filter(subscription=subscription, opened_by=operation)
    if not opened.exists() and not spans.exists():
        raise NotApplicable("nothing to undo")
    changed = opened.exclude(ended_by__in=["", BY_CUSTOMER])
    if changed.exists() or spans.exclude(ends_before=None).exists():
        raise NotApplicable("changed since")
    opened.delete()
    reductions.of_operation(subscription.pk, operation).delete()
    if spans.exists():
        _reopen_commitment(spans.get(), own)
    _hold_again(subscription, operation, own, on)


def _refuse_what_was_given_back(rows: list[InvoiceLine]) -> None:
    """Refuse to credit lines of which a gesture gave back a part already (R6)."""
    for row in rows:
        gestures = InvoiceLine.objects.filter(
            subscription=row.subscription_id,
            component=row.component_id,
            is_goodwill=True,
            starts_on__gte=row.starts_on,
            starts_on__lt=row.ends_before,
        )
        if row.net_cents > 0 and gestures.exists():
            raise NotApplicable("credits exceed what was billed")


def _hold_again(
    subscription: Subscription, operation: str, rows: list[InvoiceLine], on: date
) -> None:
    """Hold what the operation ended; an option its customer had ended, until that échéance."""
    items = Item.objects.filter(subscription=subscription)
    items.filter(ended_by=operation).update(ends_before=None, ended_by="")
    credited = [row for row in rows if row.kind == InvoiceLine.Kind.CREDIT]
    for component in {row.component_id for row in credited}:
        days = [row for row in credited if row.component_id == component]
        items.filter(
            component=component,
            ended_by=BY_CUSTOMER,
            ends_before=min(row.starts_on for row in days),
        ).update(ends_before=max(row.ends_before for row in days))
    running = items.filter(kind=Component.Kind.PLAN, ends_before=None)
    plan = running.select_related("component__plan").get().component.plan
    offer_limits(subscription, plan, on=on)


def _reopen_commitment(span: CommitmentSpan, rows: list[InvoiceLine]) -> None:
    """Return to the commitment that an operation left, its periods whole again."""
    periods = Period.objects.filter(commitment_span=span)
    if periods.filter(number__gt=0).exists():
        raise NotApplicable("a later period is billed")
    periods.delete()
    former = CommitmentSpan.objects.filter(
        subscription=span.subscription_id, ended_by=span.opened_by
    ).first() or _replaced_on_its_first_day(span)
    cut_on = span.anchor_on
    span.delete()
    former.ends_before, former.ended_by = None, ""
    former.save()
    credited = [row.ends_before for row in rows if row.commitment == former.commitment]
    _make_whole(former, cut_on, max(credited, default=cut_on))


def _replaced_on_its_first_day(span: CommitmentSpan) -> CommitmentSpan:
    """Return, as it was, the commitment that another one replaced on its very first day."""
    [commitment] = set(Commitment) - {Commitment(span.commitment)}
    billed = InvoiceLine.objects.filter(
        subscription=span.subscription_id, commitment=commitment, starts_on=span.anchor_on
    )
    return CommitmentSpan(
        organization_id=span.organization_id,
        subscription_id=span.subscription_id,
        commitment=commitment,
        anchor_on=span.anchor_on,
        opened_by=billed.earliest("pk").operation,
    )


def _make_whole(span: CommitmentSpan, cut_on: date, until: date) -> None:
    """Give a cut period its natural end back, enter those left after it, move the échéance."""
    subscription = span.subscription
    number, days = selectors.natural_period(span, cut_on)
    Period.objects.filter(commitment_span=span, starts_on=days.starts_on).delete()
    _enter(span, number, days)
    while days.ends_before < until:
        number += 1
        days = period(span.anchor_on, Commitment(span.commitment), number)
        _enter(span, number, days)
    Subscription.objects.filter(pk=subscription.pk).update(renews_on=days.ends_before)
    waiting = selectors.waiting_change(subscription)
    if waiting:
        put_off(waiting, until=days.ends_before)
        waiting.effective_on = days.ends_before
        waiting.save(update_fields=["effective_on"])


def _enter(span: CommitmentSpan, number: int, days) -> None:
    Period.objects.create(
        organization_id=span.organization_id,
        subscription_id=span.subscription_id,
        commitment_span=span,
        number=number,
        starts_on=days.starts_on,
        ends_before=days.ends_before,
    )


def _leave_period(subscription: Subscription, rows: list[InvoiceLine], on: date) -> None:
    """End the subscription where a cancelled period would have begun."""
    starts_on = min(row.starts_on for row in rows)
    if Period.objects.filter(subscription=subscription, starts_on__gt=starts_on).exists():
        raise NotApplicable("a later period is billed")
    waiting = selectors.waiting_change(subscription)
    if waiting:
        withdraw(waiting, PendingChange.State.WITHDRAWN, on=on)
    if _rest_upon(subscription, rows, starts_on):
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


def _rest_upon(subscription: Subscription, rows: list[InvoiceLine], starts_on: date) -> bool:
    """Tell whether something else was taken, or billed, since the first day of a period."""
    later = {"subscription": subscription, "starts_on__gte": starts_on}
    others = (
        InvoiceLine.objects.filter(is_goodwill=False, **later)
        .exclude(invoice=rows[0].invoice_id)
        .values("component", "commitment", "ends_before")
        .annotate(net=Sum("net_cents"))
        .exclude(net=0)
    )
    taken = Item.objects.filter(subscription=subscription, starts_on__gt=starts_on)
    waits = WaitingLine.objects.filter(carried_by=None, **later)
    return others.exists() or taken.exists() or waits.exists()
