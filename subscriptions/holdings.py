"""Write the facts that decide what is owed: what is held, under which commitment, until when.

Each fact keeps the operation that opened and ended it, so that cancelling the document of an
operation can undo it.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Greatest

from accounts.services import limit_seats, record
from subscriptions import overruns
from subscriptions.models import CommitmentSpan, Component, Item, Plan, Subscription
from subscriptions.periods import Commitment

BY_CUSTOMER = "customer"  # who ended an option at its échéance; kept when it ends sooner


def lock(subscription_id: int) -> Subscription:
    """Return a subscription, locked to the end of the transaction."""
    return (
        Subscription.objects.select_related("organization", "seller")
        .select_for_update(of=("self",))
        .get(pk=subscription_id)
    )


def hold(
    subscription: Subscription, components: Iterable[Component], *, on: date, operation: str
) -> None:
    """Open a segment for each component."""
    Item.objects.bulk_create(
        Item(
            organization=subscription.organization,
            subscription=subscription,
            component=component,
            kind=component.kind,
            starts_on=on,
            opened_by=operation,
        )
        for component in components
    )


def replace_plan(subscription: Subscription, plan: Plan, *, on: date, operation: str) -> None:
    """End the running plan and the options the new one includes (R10); open its own segment."""
    replaced = Q(kind=Component.Kind.PLAN) | Q(component__in=plan.includes.all())
    stop(Item.objects.filter(replaced, subscription=subscription), on=on, operation=operation)
    hold(subscription, [plan.component], on=on, operation=operation)
    offer_limits(subscription, plan, on=on)


def stop(items: QuerySet[Item], *, on: date, operation: str) -> None:
    """End what is held on a day or later; what would begin later is held for no day at all."""
    items.filter(Q(ends_before=None) | Q(ends_before__gt=on)).update(
        ends_before=Greatest(Value(on), F("starts_on")),
        ended_by=Case(When(ended_by=BY_CUSTOMER, then=F("ended_by")), default=Value(operation)),
    )


def offer_limits(subscription: Subscription, plan: Plan, *, on: date) -> None:
    """Write down the limits of a plan held from a day on, where others obey them (R20)."""
    offer_seats(subscription, plan)
    overruns.follow_plan(organization=subscription.organization, limit=plan.learners, on=on)


def offer_seats(subscription: Subscription, plan: Plan) -> None:
    """Write down the seats of a plan where invitations read them (R20)."""
    limit_seats(
        organization=subscription.organization,
        trainers=plan.trainers,
        administrators=plan.administrators,
    )


def open_commitment(
    subscription: Subscription, commitment: Commitment, *, on: date, operation: str
) -> None:
    """Begin a new commitment, its periods anchored on its first day (R9).

    One that was opened the very same day never was.
    """
    running = CommitmentSpan.objects.filter(subscription=subscription, ends_before=None)
    running.filter(anchor_on=on).delete()
    running.update(ends_before=on, ended_by=operation)
    CommitmentSpan.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        commitment=commitment,
        anchor_on=on,
        opened_by=operation,
    )


def end(subscription: Subscription, *, on: date, operation: str) -> None:
    """End a subscription on its échéance: nothing more is billed, the data stay."""
    ended = {"ends_before": on, "ended_by": operation}
    Item.objects.filter(subscription=subscription, ends_before=None).update(**ended)
    CommitmentSpan.objects.filter(subscription=subscription, ends_before=None).update(**ended)
    subscription.status, subscription.renews_on = Subscription.Status.CANCELLED, None
    subscription.save(update_fields=["status", "renews_on"])
    overruns.follow_plan(organization=subscription.organization, limit=None, on=on)
    record(
        organization=subscription.organization, actor=None, action="subscription ended", on=str(on)
    )
