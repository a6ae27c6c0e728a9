"""Read what is held, at what price, against which limits, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, Sum

from accounts.models import Organization
from accounts.selectors import seats
from learners.selectors import count_on
from subscriptions import lateness
from subscriptions.facts import price_book
from subscriptions.models import (
    BillingIdentity,
    CommitmentSpan,
    Component,
    Invoice,
    Item,
    PendingChange,
    Plan,
    Subscription,
)
from subscriptions.periods import Commitment, Period, number_on, period
from subscriptions.tariffs import NoPrice
from subscriptions.vat import Place


def price_cents(component: Component, commitment: Commitment, on: date) -> int | None:
    """Return a component's price in force on a day, HT; None when it is sold on quote."""
    try:
        price = price_book(component.seller_id).listed_price(component.pk, commitment, on)
    except NoPrice:
        return None
    return price.amount_cents


def plans_on_sale(seller) -> list[Plan]:
    """Return the seller's plans, from the smallest to the largest."""
    return list(
        Plan.objects.filter(component__seller=seller).select_related("component").order_by("rank")
    )


def running_items(subscription: Subscription, on: date) -> list[Item]:
    """Return the items held on a day, the plan first, with their components."""
    return list(
        Item.objects.filter(subscription=subscription, starts_on__lte=on)
        .filter(Q(ends_before=None) | Q(ends_before__gt=on))
        .select_related("component__plan")
        .order_by("-kind", "starts_on", "pk")
    )


def running_plan(subscription: Subscription, on: date) -> Plan:
    """Return the plan held on a day."""
    return running_items(subscription, on)[0].component.plan


def commitment_span(subscription: Subscription, on: date) -> CommitmentSpan:
    """Return the commitment that holds on a day."""
    return CommitmentSpan.objects.filter(subscription=subscription).get(
        Q(ends_before=None) | Q(ends_before__gt=on), anchor_on__lte=on
    )


def running_commitment(subscription: Subscription) -> CommitmentSpan:
    """Return the commitment that runs, whatever the day."""
    return CommitmentSpan.objects.get(subscription=subscription, ends_before=None)


def natural_period(span: CommitmentSpan, on: date) -> tuple[int, Period]:
    """Return the number and the days of the period of a commitment that contains a day (R3)."""
    commitment = Commitment(span.commitment)
    number = number_on(span.anchor_on, commitment, on)
    return number, period(span.anchor_on, commitment, number)


def coming_term(subscription: Subscription, on: date) -> date:
    """Return the first échéance after a day, whether or not the nightly job is late (R7)."""
    span = running_commitment(subscription)
    _number, days = natural_period(span, max(on, span.anchor_on))
    return days.ends_before


def waiting_change(subscription: Subscription) -> PendingChange | None:
    """Return the one change that waits for the échéance (R7)."""
    return (
        PendingChange.objects.filter(subscription=subscription, state=PendingChange.State.WAITING)
        .select_related("plan__component")
        .first()
    )


def place(identity: BillingIdentity) -> Place:
    """Return the customer's place, which decides the VAT (R17)."""
    return Place(
        country=identity.country,
        postal_code=identity.postal_code,
        vat_number=identity.vat_number,
        vat_checked=identity.vat_checked,
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """What is counted against what the plan allows; a limit of None is unlimited."""

    learners: int
    trainers: int
    administrators: int
    learner_limit: int | None
    trainer_limit: int | None
    administrator_limit: int | None


def usage(organization: Organization, on: date) -> Usage:
    """Return the learners counted on a day (R14) and the seats filled, against the limits."""
    filled = seats(organization)
    plan = Item.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=on),
        organization=organization,
        kind=Component.Kind.PLAN,
        starts_on__lte=on,
    ).values_list("component__plan__learners", flat=True)
    return Usage(
        learners=count_on(organization, on=on),
        trainers=filled.trainers,
        administrators=filled.administrators,
        learner_limit=plan.first(),
        trainer_limit=filled.trainer_limit,
        administrator_limit=filled.administrator_limit,
    )


def exceeds(usage: Usage, plan: Plan) -> dict[str, tuple[int, int]]:
    """Return each count that a plan could not hold, with its limit (R8); equality passes."""
    counted = {
        "learners": (usage.learners, plan.learners),
        "trainers": (usage.trainers, plan.trainers),
        "administrators": (usage.administrators, plan.administrators),
    }
    return {
        name: (count, limit)
        for name, (count, limit) in counted.items()
        if limit is not None and count > limit
    }


def due(on: date):
    """Return the subscriptions whose next period has begun by a day, the earliest first (R11)."""
    return Subscription.objects.filter(
        status__in=[Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE],
        renews_on__lte=on,
        parked_because="",
    ).order_by("renews_on", "pk")


def trials_ended(on: date):
    """Return the trials whose first paid day has come (R22)."""
    return Subscription.objects.filter(
        status=Subscription.Status.TRIALING, trial_ends_on__lte=on, parked_because=""
    ).order_by("trial_ends_on", "pk")


def with_waiting_change(subscriptions: Iterable[Subscription]) -> set[int]:
    """Return the ids of those for which a change waits."""
    return set(
        PendingChange.objects.among("subscription", [each.pk for each in subscriptions])
        .filter(state=PendingChange.State.WAITING)
        .values_list("subscription_id", flat=True)
    )


def late_fees(invoice: Invoice, on: date) -> lateness.LateFees | None:
    """Return what an invoice's lateness costs on a day, at the rate it prints; None in time (R16).

    Nothing bills it: staff may claim it.
    """
    if invoice.kind == Invoice.Kind.CREDIT_NOTE:
        return None
    return lateness.late_fees(
        invoice.to_pay_cents,
        [(payment.received_on, payment.amount_cents) for payment in invoice.payments.all()],
        due_on=invoice.due_on,
        percent=lateness.rate_on(settings.LATE_INTEREST_RATES, invoice.issued_on),
        on=on,
    )


def last_invoices(organization: Organization, most: int = 3) -> list[Invoice]:
    """Return the latest documents with what was paid on each (`paid_cents`)."""
    return list(
        Invoice.objects.for_organization(organization)
        .annotate(paid_cents=Sum("payments__amount_cents", default=0))
        .order_by("-issued_on", "-pk")[:most]
    )
