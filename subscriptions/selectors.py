"""Read what is held, at what price, against which limits, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, Sum

from accounts.models import Organization
from accounts.selectors import seats
from learners.selectors import count_on
from subscriptions import lines
from subscriptions.models import (
    BillingIdentity,
    CommitmentSpan,
    Component,
    Invoice,
    InvoiceLine,
    Item,
    PendingChange,
    Period,
    Plan,
    Price,
    Subscription,
)
from subscriptions.periods import Commitment, number_on, period
from subscriptions.periods import Period as Span
from subscriptions.vat import Place


def prices_in_force(
    components: Iterable[Component], commitment: Commitment, on: date
) -> dict[int, lines.Price]:
    """Return the full-period price of each component by its id, in force on a day (R5).

    The latest list in force that states it wins; a component on quote is absent.
    """
    rows = (
        Price.objects.filter(
            component__in=components, commitment=commitment, price_list__effective_on__lte=on
        )
        .order_by("component_id", "-price_list__effective_on")
        .distinct("component_id")
        .values_list("component_id", "amount_cents", "price_list_id")
    )
    return {component: lines.Price(amount, price_list) for component, amount, price_list in rows}


def price_cents(component: Component, commitment: Commitment, on: date) -> int | None:
    """Return a component's price in force on a day, HT; None when it is sold on quote."""
    price = prices_in_force([component], commitment, on).get(component.pk)
    return price.amount_cents if price else None


def plans_on_sale(seller) -> list[Plan]:
    """Return the seller's plans, from the smallest to the largest."""
    return list(
        Plan.objects.filter(component__seller=seller).select_related("component").order_by("rank")
    )


def holdings(items: Iterable[Item]) -> list[lines.Holding]:
    """Return items as the plain facts that the rules take."""
    return [
        lines.Holding(
            component=item.component_id,
            starts_on=item.starts_on,
            ends_before=item.ends_before,
            is_plan=item.kind == Component.Kind.PLAN,
        )
        for item in items
    ]


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


def stored_period(subscription: Subscription, on: date) -> Period:
    """Return the period, entered and stored, that contains a day. Raises Period.DoesNotExist."""
    return Period.objects.select_related("commitment_span").get(
        subscription=subscription, starts_on__lte=on, ends_before__gt=on
    )


def waiting_change(subscription: Subscription) -> PendingChange | None:
    """Return the one change that waits for the échéance (R7)."""
    return (
        PendingChange.objects.filter(subscription=subscription, state=PendingChange.State.WAITING)
        .select_related("plan__component")
        .first()
    )


def billed(subscription: Subscription, item: Item, on: date) -> lines.Billed:
    """Return what a running item was billed for the period that contains a day (R6).

    The price is the one of its last charge, and the credits already given are taken off.
    Raises InvoiceLine.DoesNotExist when nothing was billed.
    """
    entered = stored_period(subscription, on)
    rows = InvoiceLine.objects.filter(
        subscription=subscription,
        component=item.component,
        starts_on__gte=max(item.starts_on, entered.starts_on),
        ends_before__lte=entered.ends_before,
    )
    charge = rows.exclude(kind=InvoiceLine.Kind.CREDIT).latest("starts_on", "pk")
    return lines.Billed(
        component=item.component_id,
        full_price_cents=charge.full_price_cents,
        billed_cents=rows.aggregate(total=Sum("net_cents"))["total"],
        period=Span(entered.starts_on, entered.ends_before),
        commitment=Commitment(charge.commitment),
        price_list=charge.price_list_id,
    )


def billing_identity(organization: Organization) -> BillingIdentity:
    """Return who is billed; before anything was filled in, the organization's name in France."""
    return BillingIdentity.objects.for_organization(organization).first() or BillingIdentity(
        organization=organization, legal_name=organization.name
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


def period_lines(
    subscription: Subscription, span: CommitmentSpan, days: Span
) -> tuple[lines.Line, ...]:
    """Return the lines of a full period of all that is held on its first day (R4, R5)."""
    commitment = Commitment(span.commitment)
    items = running_items(subscription, days.starts_on)
    prices = prices_in_force([item.component_id for item in items], commitment, days.starts_on)
    return lines.period_lines(holdings(items), prices, period=days, commitment=commitment)


def due(on: date):
    """Return the subscriptions whose next period has begun by a day, the earliest first (R11)."""
    return Subscription.objects.filter(
        status__in=[Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE],
        renews_on__lte=on,
        parked_because="",
    ).order_by("renews_on", "pk")


def next_period(span: CommitmentSpan, starts_on: date) -> tuple[int, Span]:
    """Return the number and the days of the period that begins on a boundary of a commitment."""
    number = number_on(span.anchor_on, Commitment(span.commitment), starts_on)
    return number, period(span.anchor_on, Commitment(span.commitment), number)


def last_invoices(organization: Organization, most: int = 3) -> list[Invoice]:
    """Return the latest documents with what was paid on each (`paid_cents`)."""
    return list(
        Invoice.objects.for_organization(organization)
        .annotate(paid_cents=Sum("payments__amount_cents", default=0))
        .order_by("-issued_on", "-pk")[:most]
    )
