"""Enter the next period of a subscription and bill it (R4, R7, R8, R11)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.services import limit_seats, record
from learners.selectors import history
from subscriptions import invoicing, selectors
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Invoice,
    Item,
    PendingChange,
    Period,
    Plan,
    Subscription,
    SupportNotice,
)
from subscriptions.periods import Commitment


class NotDue(Exception):
    """The next period of this subscription has not begun."""


@transaction.atomic
def renew(*, subscription_id: int, on: date) -> Invoice | None:
    """Enter and bill the one next period that has begun by `on`; None when it ends there.

    The invoice is issued on `on`, for the period's own days at the price of its first day (R11).
    Twice is harmless: the row is locked, then asked again whether it is due.
    Raises NotDue, VatUnresolved, NoPrice.
    """
    subscription = lock(subscription_id)
    if not is_due(subscription, on):
        raise NotDue(subscription_id)
    apply_pending(subscription)
    if subscription.renews_on is None:
        return None
    return bill_next_period(subscription, on=on)


def lock(subscription_id: int) -> Subscription:
    """Return a subscription, locked to the end of the transaction."""
    return (
        Subscription.objects.select_related("organization", "seller")
        .select_for_update(of=("self",))
        .get(pk=subscription_id)
    )


def is_due(subscription: Subscription, on: date) -> bool:
    """Tell whether a period waits to be billed: `<=`, never `==` (R11)."""
    return (
        subscription.status in (Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE)
        and not subscription.parked_because
        and subscription.renews_on <= on
    )


def bill_next_period(
    subscription: Subscription, *, on: date, operation: str = "", before: tuple = ()
) -> Invoice:
    """Store the period that begins on `renews_on`, issue its invoice, move the échéance.

    `before` holds lines of the same operation that stand first, such as credits (R9).
    """
    starts_on = subscription.renews_on
    span = selectors.commitment_span(subscription, starts_on)
    number, days = selectors.next_period(span, starts_on)
    Period.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        commitment_span=span,
        number=number,
        starts_on=days.starts_on,
        ends_before=days.ends_before,
    )
    owed = selectors.period_lines(subscription, span, days)
    invoice = invoicing.issue(
        subscription=subscription,
        lines=[*before, *owed],
        operation=operation or f"period {subscription.pk} {starts_on}",
        on=on,
    )
    subscription.renews_on = days.ends_before
    subscription.save(update_fields=["renews_on"])
    return invoice


def apply_pending(subscription: Subscription) -> None:
    """Carry out the change that waits for the échéance, or refuse it by the quota gate (R7, R8)."""
    change = selectors.waiting_change(subscription)
    if change is None or change.effective_on > subscription.renews_on:
        return
    on = subscription.renews_on
    if change.kind == PendingChange.Kind.CANCELLATION:
        end(subscription, on=on)
    else:
        over = over_limits(subscription, change.plan, on) if change.plan else {}
        if over:
            refuse(subscription, change, over=over, on=on)
            return
        if change.plan:
            replace_plan(subscription, change.plan, on=on)
        if change.commitment:
            open_commitment(subscription, Commitment(change.commitment), on=on)
    settle(change, PendingChange.State.APPLIED, on=on)


def over_limits(subscription: Subscription, plan: Plan, on: date) -> dict:
    """Return what the plan could not hold on the day it takes effect, counted live (R8)."""
    return selectors.exceeds(selectors.usage(subscription.organization, on), plan)


def refuse(subscription: Subscription, change: PendingChange, *, over: dict, on: date) -> None:
    """Refuse a change that the counts forbid: the plan stays, support is told the figures (R8)."""
    settle(change, PendingChange.State.REFUSED, on=on)
    SupportNotice.objects.get_or_create(
        organization=subscription.organization,
        kind=SupportNotice.Kind.DOWNGRADE_REFUSED,
        raised_on=on,
        defaults={
            "details": {
                "plan": change.plan.code,
                "over": over,
                "fits_on": first_fitting_day(subscription, change.plan, on),
            }
        },
    )


def first_fitting_day(subscription: Subscription, plan: Plan, on: date) -> str | None:
    """Return the first day of the year ahead on which the learners known today fit a plan (R8)."""
    if plan.learners is None:
        return None
    coming = history(subscription.organization, until=on + timedelta(days=365))
    return next((day.on.isoformat() for day in coming if day.count <= plan.learners), None)


def settle(change: PendingChange, state: str, *, on: date) -> None:
    """Close a waiting change; it stays readable."""
    change.state, change.settled_on = state, on
    change.save(update_fields=["state", "settled_on"])


def end(subscription: Subscription, *, on: date) -> None:
    """End a subscription on its échéance: nothing more is billed, the data stay."""
    Item.objects.filter(subscription=subscription, ends_before=None).update(ends_before=on)
    CommitmentSpan.objects.filter(subscription=subscription, ends_before=None).update(
        ends_before=on
    )
    subscription.status, subscription.renews_on = Subscription.Status.CANCELLED, None
    subscription.save(update_fields=["status", "renews_on"])
    record(
        organization=subscription.organization, actor=None, action="subscription ended", on=str(on)
    )


def replace_plan(subscription: Subscription, plan: Plan, *, on: date) -> None:
    """End the running plan and the options the new one includes (R10); open its own segment."""
    replaced = Q(kind=Component.Kind.PLAN) | Q(component__in=plan.includes.all())
    running = Q(ends_before=None) | Q(ends_before__gt=on)
    Item.objects.filter(replaced, running, subscription=subscription).update(ends_before=on)
    hold(subscription, [plan.component], on=on)
    limit_seats(
        organization=subscription.organization,
        trainers=plan.trainers,
        administrators=plan.administrators,
    )


def hold(subscription: Subscription, components, *, on: date) -> list[Item]:
    """Open a segment for each component."""
    return Item.objects.bulk_create(
        Item(
            organization=subscription.organization,
            subscription=subscription,
            component=component,
            kind=component.kind,
            starts_on=on,
        )
        for component in components
    )


def open_commitment(subscription: Subscription, commitment: Commitment, *, on: date) -> None:
    """Begin a new commitment, its periods anchored on its first day (R9).

    One that was opened the very same day never was.
    """
    running = CommitmentSpan.objects.filter(subscription=subscription, ends_before=None)
    running.filter(anchor_on=on).delete()
    running.update(ends_before=on)
    CommitmentSpan.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        commitment=commitment,
        anchor_on=on,
    )
