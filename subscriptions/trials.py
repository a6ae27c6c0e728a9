"""Trials: opened without a price, converted by their owner or by their last day (R22)."""

from datetime import date, timedelta

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from subscriptions.holdings import lock, offer_seats
from subscriptions.items import AlreadySubscribed, NotActive
from subscriptions.models import Discount, Invoice, Plan, Seller, Subscription
from subscriptions.periods import Commitment
from subscriptions.services import begin, opened

TRIAL_DAYS = 14
DATA_KEPT_DAYS = 60  # after a trial that no plan followed


@transaction.atomic
def start_trial(
    *,
    organization: Organization,
    seller: Seller,
    on: date,
    days: int = TRIAL_DAYS,
    plan: Plan | None = None,
    commitment: Commitment | None = None,
) -> Subscription:
    """Open a trial; a chosen plan becomes paid on day `days`, without one it expires then (R22).

    Raises AlreadySubscribed.
    """
    if Subscription.objects.for_organization(organization).exists():
        raise AlreadySubscribed(organization.slug)
    subscription = Subscription.objects.create(
        organization=organization,
        seller=seller,
        status=Subscription.Status.TRIALING,
        trial_ends_on=on + timedelta(days=days),
        trial_plan=plan,
        trial_commitment=commitment or "",
    )
    Discount.objects.filter(organization=organization, subscription=None).update(
        subscription=subscription
    )
    if plan:
        offer_seats(subscription, plan)
    record(organization=organization, actor=None, action="trial started", days=days)
    return subscription


@transaction.atomic
def choose_plan(
    *, subscription_id: int, plan: Plan, commitment: Commitment, actor: User | None = None
) -> Subscription:
    """Choose what a trial becomes on its last day. Raises NotActive when no trial runs."""
    subscription = lock(subscription_id)
    if subscription.status != Subscription.Status.TRIALING:
        raise NotActive(subscription.status)
    subscription.trial_plan, subscription.trial_commitment = plan, commitment
    subscription.save(update_fields=["trial_plan", "trial_commitment"])
    record(
        organization=subscription.organization, actor=actor, action="plan chosen", plan=plan.code
    )
    return subscription


@transaction.atomic
def convert_trial(
    *, subscription_id: int, on: date, actor: User | None = None, issued_on: date | None = None
) -> Invoice:
    """Turn a trial into the plan that was chosen for it, from a day on (R9).

    `issued_on` dates the invoice when the nightly job comes later than the trial's last day.
    Raises NotActive when no trial runs or no plan was chosen, NoPrice, VatUnresolved.
    """
    subscription = lock(subscription_id)
    if subscription.status != Subscription.Status.TRIALING or subscription.trial_plan is None:
        raise NotActive(subscription.status)
    plan, commitment = subscription.trial_plan, Commitment(subscription.trial_commitment)
    subscription = opened(subscription.organization, subscription.seller_id, renews_on=on)
    record(
        organization=subscription.organization,
        actor=actor,
        action="trial converted",
        plan=plan.code,
    )
    return begin(subscription, plan, commitment, issued_on=issued_on or on)


@transaction.atomic
def end_trial(*, subscription_id: int, on: date) -> Invoice | None:
    """End a trial whose last day has come: paid when a plan was chosen, else expired (R22).

    Twice is harmless: the row is locked, then asked again. Raises NotActive, NoPrice,
    VatUnresolved.
    """
    subscription = lock(subscription_id)
    if subscription.status != Subscription.Status.TRIALING or subscription.trial_ends_on > on:
        raise NotActive(subscription.status)
    if subscription.trial_plan:
        return convert_trial(
            subscription_id=subscription_id, on=subscription.trial_ends_on, issued_on=on
        )
    subscription.status = Subscription.Status.EXPIRED
    subscription.save(update_fields=["status"])
    record(organization=subscription.organization, actor=None, action="trial expired")
    return None
