from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from subscriptions import agreements, renewal_run, services, trials
from subscriptions.credit_notes import cancel_document
from subscriptions.items import AlreadySubscribed, NotActive
from subscriptions.models import BillingIdentity, Invoice, Period, Subscription, SupportNotice
from subscriptions.periods import Commitment
from tests import world
from tests.subscriptions.watch import Watch, unsound

pytestmark = pytest.mark.django_db

START = date(2026, 1, 31)
FEBRUARY_14 = date(2026, 2, 14)  # day 14, the first one paid
MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL


def started(organization, code: str | None = "orga", commitment: Commitment = MONTHLY, days=14):
    return trials.start_trial(
        organization=organization,
        seller=world.plan("equipe").component.seller,
        on=START,
        days=days,
        plan=world.plan(code) if code else None,
        commitment=commitment if code else None,
    )


def night(on: date) -> None:
    renewal_run.run(on=on, scope=transaction.atomic)


def billed() -> list[tuple]:
    """Return each invoice as (issued on, first day, end, euros)."""
    return [
        (str(row.issued_on), str(line.starts_on), str(line.ends_before), line.net_cents // 100)
        for row in Invoice.objects.order_by("pk")
        for line in row.lines.all()
    ]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 2, 13), []),
        (FEBRUARY_14, [("2026-02-14", "2026-02-14", "2026-03-14", 239)]),
        (date(2026, 2, 16), [("2026-02-16", "2026-02-14", "2026-03-14", 239)]),  # two nights late
        (
            date(2026, 4, 20),  # two periods were missed meanwhile: each its own invoice
            [
                ("2026-04-20", "2026-02-14", "2026-03-14", 239),
                ("2026-04-20", "2026-03-14", "2026-04-14", 239),
                ("2026-04-20", "2026-04-14", "2026-05-14", 239),
            ],
        ),
    ],
)
def test_a_trial_is_paid_from_its_last_day_however_late_the_job(ravel, on, expected):
    subscription = started(ravel)

    night(on)
    night(on)

    assert billed() == expected
    if expected:
        assert Watch(subscription).look() == {}
        assert unsound(subscription.seller, today=on) == []


def test_a_trial_of_the_31st_keeps_its_own_anchor(ravel):
    """R9: the anchor is the first day paid, not the first of the trial."""
    started(ravel, days=28)  # paid from 28 February

    night(date(2026, 3, 31))

    assert [row.starts_on for row in Period.objects.order_by("starts_on")] == [
        date(2026, 2, 28),
        date(2026, 3, 28),
    ]


def test_converted_early_it_is_paid_from_that_day_and_not_again(ravel):
    subscription = started(ravel, commitment=ANNUAL)

    invoice = trials.convert_trial(subscription_id=subscription.pk, on=date(2026, 2, 3))
    night(FEBRUARY_14)

    assert billed() == [("2026-02-03", "2026-02-03", "2027-02-03", 2390)]
    assert invoice.net_cents == 239000
    subscription.refresh_from_db()
    assert (subscription.status, subscription.trial_ends_on) == ("active", None)


def test_subscribing_during_a_trial_converts_it(ravel):
    subscription = started(ravel, code=None)

    world.subscribed(ravel, on=date(2026, 2, 5), code="equipe")
    night(FEBRUARY_14)

    assert billed() == [("2026-02-05", "2026-02-05", "2026-03-05", 119)]
    assert Subscription.objects.get() == subscription


def test_a_plan_chosen_on_the_way_is_the_one_paid(ravel):
    subscription = started(ravel)

    trials.choose_plan(
        subscription_id=subscription.pk, plan=world.plan("leader"), commitment=ANNUAL
    )
    night(FEBRUARY_14)

    assert billed() == [("2026-02-14", "2026-02-14", "2027-02-14", 4790)]


def test_without_a_plan_it_expires_and_choosing_one_restores_it(ravel):
    subscription = started(ravel, code=None)

    night(FEBRUARY_14)
    subscription.refresh_from_db()
    expired = subscription.status
    with pytest.raises(NotActive):
        trials.convert_trial(subscription_id=subscription.pk, on=FEBRUARY_14)
    world.subscribed(ravel, on=date(2026, 3, 1))

    assert expired == "expired"
    assert billed() == [("2026-03-01", "2026-03-01", "2026-04-01", 119)]


def test_one_trial_an_organization(ravel):
    started(ravel)

    with pytest.raises(AlreadySubscribed):
        started(ravel)


def test_a_discount_given_during_the_trial_is_for_the_first_period_paid(ravel):
    subscription = started(ravel)
    watch = Watch(subscription)
    agreements.add_discount(
        organization=ravel, percent=Decimal(50), periods=1, on=date(2026, 2, 3), reason="essai"
    )

    night(date(2026, 3, 14))

    assert [row[-1] for row in billed()] == [119, 239]  # 119.50, then the full price
    assert watch.look() == {}


def test_a_trial_whose_vat_cannot_be_told_is_set_aside_with_a_notice(ravel):
    subscription = started(ravel)
    BillingIdentity.objects.create(organization=ravel, legal_name="Muster GmbH", country="DE")

    night(FEBRUARY_14)
    night(FEBRUARY_14 + timedelta(days=1))

    subscription.refresh_from_db()
    assert subscription.status == "trialing"
    assert "VatUnresolved" in subscription.parked_because
    assert SupportNotice.objects.get().kind == "vat_unresolved"
    assert billed() == []


def test_choosing_a_plan_needs_a_trial(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)

    with pytest.raises(NotActive):
        trials.choose_plan(
            subscription_id=subscription.pk, plan=world.plan("orga"), commitment=MONTHLY
        )
    with pytest.raises(NotActive):
        trials.end_trial(subscription_id=subscription.pk, on=START)


def test_a_cancelled_conversion_can_be_subscribed_again(ravel):
    subscription = started(ravel)
    night(FEBRUARY_14)
    watch = Watch(subscription)

    cancel_document(invoice_id=Invoice.objects.get().pk, on=FEBRUARY_14, reason="erreur")
    again = services.subscribe(
        organization=ravel, plan=world.plan("equipe"), commitment=MONTHLY, on=FEBRUARY_14
    )

    assert again.net_cents == 11900
    assert again.to_pay_cents == 0  # the credit of the dearer plan pays it
    assert watch.look() == {}
