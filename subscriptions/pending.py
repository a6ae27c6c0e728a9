"""What waits for the échéance: carried out there, or refused by the quota gate (R7, R8)."""

from datetime import date, timedelta

from learners.forecast import first_day_within
from learners.selectors import history
from subscriptions import reductions, selectors
from subscriptions.facts import price_book
from subscriptions.holdings import end, open_commitment, replace_plan
from subscriptions.models import Item, PendingChange, Plan, Subscription, SupportNotice
from subscriptions.periods import Commitment
from subscriptions.pricing import is_downgrade


def apply_pending(subscription: Subscription, *, told_on: date) -> None:
    """Carry out the change that waits for the échéance, or refuse it by the quota gate (R7, R8).

    `told_on` is the real day, on which support is told of a refusal.
    """
    change = selectors.waiting_change(subscription)
    if change is None or change.effective_on > subscription.renews_on:
        return
    on, operation = subscription.renews_on, operation_of(change)
    if change.kind == PendingChange.Kind.CANCELLATION:
        end(subscription, on=on, operation=operation)
    else:
        over = downgrade_over_limits(subscription, change.plan, on) if change.plan else {}
        if over:
            refuse(subscription, change, over=over, told_on=told_on)
            return
        if change.plan:
            replace_plan(subscription, change.plan, on=on, operation=operation)
        if change.commitment:
            commitment = Commitment(change.commitment)
            open_commitment(subscription, commitment, on=on, operation=operation)
    close(change, PendingChange.State.APPLIED, on=on)


def downgrade_over_limits(subscription: Subscription, plan: Plan, on: date) -> dict:
    """Return what a cheaper plan could not hold; a larger one has no gate (R8)."""
    return over_limits(subscription, plan, on) if is_cheaper(subscription, plan, on) else {}


def is_cheaper(subscription: Subscription, plan: Plan, on: date) -> bool:
    """Compare list prices at the commitment in force, discounts and agreements ignored (R7)."""
    running = selectors.running_plan(subscription, on)
    commitment = Commitment(selectors.commitment_span(subscription, on).commitment)
    book = price_book(subscription.seller_id)
    return is_downgrade(
        *(book.listed_cents(each.component_id, commitment, on) for each in (running, plan))
    )


def over_limits(subscription: Subscription, plan: Plan, on: date) -> dict:
    """Return what the plan could not hold on the day it takes effect, counted live (R8)."""
    return selectors.exceeds(selectors.usage(subscription.organization, on), plan)


def refuse(subscription: Subscription, change: PendingChange, *, over: dict, told_on: date) -> None:
    """Refuse a change that the counts forbid: the plan stays, support is told the figures (R8)."""
    withdraw(change, PendingChange.State.REFUSED, on=told_on)
    SupportNotice.objects.get_or_create(
        organization=subscription.organization,
        kind=SupportNotice.Kind.DOWNGRADE_REFUSED,
        raised_on=told_on,
        defaults={
            "details": {
                "plan": change.plan.code,
                "over": over,
                "fits_on": first_fitting_day(subscription, change.plan, told_on),
            }
        },
    )


def first_fitting_day(subscription: Subscription, plan: Plan, on: date) -> str | None:
    """Return the first day of the year ahead on which the learners known today fit a plan (R8)."""
    if plan.learners is None:
        return None
    coming = history(subscription.organization, until=on + timedelta(days=365))
    first = first_day_within(((day.on, day.count) for day in coming), plan.learners)
    return first and first.isoformat()


def close(change: PendingChange, state: str, *, on: date) -> None:
    """Close a waiting change; it stays readable."""
    change.state, change.settled_on = state, on
    change.save(update_fields=["state", "settled_on"])


def withdraw(change: PendingChange, state: str, *, on: date) -> None:
    """Close a change that will not be; what was ordered with it was never held nor reduced."""
    close(change, state, on=on)
    operation = operation_of(change)
    Item.objects.filter(subscription=change.subscription_id, opened_by=operation).delete()
    reductions.of_operation(change.subscription_id, operation).delete()


def close_what_is_done(
    subscription: Subscription, *, since: date, operation: str, told_on: date
) -> None:
    """Close the change that waits when an operation has done all of it from a day on (R7).

    The discount promised with it is kept: it begins with the first whole period of what is done,
    and goes with it.
    """
    waiting = selectors.waiting_change(subscription)
    if waiting is None or waiting.kind == PendingChange.Kind.CANCELLATION:
        return
    awaited = operation_of(waiting)
    held = selectors.running_plan(subscription, subscription.renews_on)
    span = selectors.running_commitment(subscription)
    is_done = waiting.plan in (None, held) and waiting.commitment in ("", span.commitment)
    if not is_done or Item.objects.filter(subscription=subscription, opened_by=awaited).exists():
        return
    close(waiting, PendingChange.State.REPLACED, on=told_on)
    reductions.of_operation(subscription.pk, awaited).update(
        starts_on=reductions.first_full_period(subscription, since), opened_by=operation
    )


def put_off(change: PendingChange, *, until: date) -> None:
    """Let what was ordered with a change begin on another day (R7)."""
    operation = operation_of(change)
    Item.objects.filter(subscription=change.subscription_id, opened_by=operation).update(
        starts_on=until
    )
    reductions.of_operation(change.subscription_id, operation).update(starts_on=until)


def operation_of(change: PendingChange) -> str:
    """Return the operation by which a pending change opens and ends facts."""
    return f"pending {change.pk}"
