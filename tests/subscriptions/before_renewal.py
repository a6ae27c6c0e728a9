"""What may happen before an échéance: each case told as a function, then all of them."""

from datetime import date, timedelta
from decimal import Decimal

from accounts import services as accounts
from accounts.roles import Role
from learners.models import Enrollment, Learner, TrainingSession
from subscriptions import selectors
from subscriptions.items import add_items, end_item
from subscriptions.models import (
    BillingIdentity,
    Discount,
    NegotiatedPrice,
)
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term, change_now
from tests import world

START = date(2026, 1, 31)
MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL
OTHER = {MONTHLY: ANNUAL, ANNUAL: MONTHLY}
OPTIONS = ["company-space", "e-signature", "edof-export"]


def enroll(organization, learners: int, on: date) -> None:
    """Put learners in one session of a day, as an import does."""
    session = TrainingSession.objects.create(
        organization=organization, code=f"S{on}", title="Session", starts_on=on, ends_on=on
    )
    people = Learner.objects.bulk_create(
        Learner(organization=organization, email=f"{n}-{on}@exemple.fr") for n in range(learners)
    )
    Enrollment.objects.bulk_create(
        Enrollment(
            organization=organization,
            session=session,
            learner=learner,
            counts_on=on,
            status="enrolled",
        )
        for learner in people
    )


# Each case: what happens after the first day, told as a function of organization, subscription, day


def nothing(organization, subscription, on):
    """The subscription goes on."""


def takes_an_option(organization, subscription, on):
    add_items(
        subscription_id=subscription.pk,
        components=[world.option("e-signature")],
        on=on,
        operation="option",
    )


def ends_an_option(organization, subscription, on):
    end_item(subscription_id=subscription.pk, component=world.option("company-space"), on=on)


def upgrades(organization, subscription, on):
    change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=on,
        operation="upgrade",
    )


def waits(*, plan: str | None = None, other_commitment: bool = False, options=()):
    def order(organization, subscription, on):
        bound = selectors.commitment_span(subscription, on).commitment
        change = Change(
            plan=world.plan(plan) if plan else None,
            commitment=OTHER[bound] if other_commitment else None,
            components=tuple(world.option(code) for code in options),
        )
        change_at_term(subscription_id=subscription.pk, change=change, on=on)

    return order


def downgrades_to_a_plan_that_includes_an_option(organization, subscription, on):
    world.plan("indep-plus").includes.add(world.option("company-space"))
    waits(plan="indep-plus")(organization, subscription, on)


def downgrades_with_too_many_learners(organization, subscription, on):
    enroll(organization, 201, on)
    waits(plan="indep-plus")(organization, subscription, on)


def orders_an_option_with_a_plan_that_is_refused(organization, subscription, on):
    enroll(organization, 201, on)
    waits(plan="indep-plus", options=["e-signature"])(organization, subscription, on)


def downgrades_with_learners_that_leave_in_time(organization, subscription, on):
    enroll(organization, 201, subscription.renews_on - timedelta(days=365))
    waits(plan="indep-plus")(organization, subscription, on)


def downgrades_with_too_many_trainers(organization, subscription, on):
    for number in range(4):
        user = world.person(f"Tara{number}")
        accounts.add_member(organization=organization, user=user, role=Role.TRAINER)
    waits(plan="indep-plus")(organization, subscription, on)


def has_a_discount_and_a_price_of_its_own(organization, subscription, on):
    Discount.objects.create(
        organization=organization,
        subscription=subscription,
        percent=Decimal("12.50"),
        starts_on=subscription.renews_on,
        periods=1,
    )
    NegotiatedPrice.objects.create(
        organization=organization,
        subscription=subscription,
        component=world.option("company-space"),
        commitment=selectors.commitment_span(subscription, on).commitment,
        amount_cents=2_333,
        first_on=on,
        last_on=subscription.renews_on,
    )


def had_a_discount_that_is_used_up(organization, subscription, on):
    Discount.objects.create(
        organization=organization,
        subscription=subscription,
        percent=Decimal("12.50"),
        starts_on=START,
        periods=1,
    )


def leaves_a_charge_too_small_to_be_invoiced(organization, subscription, on):
    NegotiatedPrice.objects.create(
        organization=organization,
        subscription=subscription,
        component=world.option("e-signature"),
        commitment=selectors.commitment_span(subscription, on).commitment,
        amount_cents=30,
        first_on=on,
        last_on=on,
    )
    takes_an_option(organization, subscription, on)
    assert subscription.waiting_lines.count() == 1


def lives_in_guadeloupe(organization, subscription, on):
    BillingIdentity.objects.create(
        organization=organization, legal_name="Ravel", postal_code="97110", country="FR"
    )


DEEDS = [
    nothing,
    takes_an_option,
    ends_an_option,
    upgrades,
    waits(plan="orga"),
    waits(plan="indep-plus"),
    waits(other_commitment=True),
    waits(plan="indep-plus", other_commitment=True),
    waits(plan="orga", other_commitment=True),
    waits(plan="orga", options=["e-signature"]),
    waits(other_commitment=True, options=["e-signature"]),
    orders_an_option_with_a_plan_that_is_refused,
    downgrades_to_a_plan_that_includes_an_option,
    downgrades_with_too_many_learners,
    downgrades_with_learners_that_leave_in_time,
    downgrades_with_too_many_trainers,
    has_a_discount_and_a_price_of_its_own,
    had_a_discount_that_is_used_up,
    leaves_a_charge_too_small_to_be_invoiced,
    lives_in_guadeloupe,
]
