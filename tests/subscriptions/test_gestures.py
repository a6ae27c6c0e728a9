"""Days that staff give back: at what was billed, never more than it (R6, R12)."""

from datetime import date
from decimal import Decimal

import pytest

from subscriptions import agreements
from subscriptions.account_credit import balance
from subscriptions.items import NotActive, NotApplicable
from tests import world
from tests.subscriptions.corrections import (
    END,
    FEBRUARY_14,
    START,
    cancel,
    gesture,
    move,
    renewed,
    upgrade,
)
from tests.subscriptions.watch import Watch, unsound

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (3, ("plan:equipe", "credit", "2026-02-14", "2026-02-17", "-12.75")),  # 119 x 3/28
        (14, ("plan:equipe", "credit", "2026-02-14", "2026-02-28", "-59.50")),
        (15, ("plan:equipe", "credit", "2026-02-13", "2026-02-28", "-63.75")),  # ends with it
        (28, ("plan:equipe", "credit", "2026-01-31", "2026-02-28", "-119.00")),
    ],
)
def test_credit_days_gives_back_days_of_the_plan_and_keeps_them_as_credit(
    ravel, told, days, expected
):
    subscription, invoice = world.subscribed(ravel, on=START, options=("e-signature",))

    credit_note = gesture(subscription, days)

    assert told(credit_note) == [expected]
    assert (credit_note.kind, credit_note.corrects) == ("credit_note", invoice)
    assert balance(ravel) == -credit_note.gross_cents
    assert unsound(subscription.seller, today=FEBRUARY_14) == []


def test_credit_days_gives_back_the_price_and_the_vat_that_were_billed(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2024, 9, 10))  # 99 €, the old list
    move(ravel, "97400")

    credit_note = gesture(subscription, 10, on=date(2024, 9, 25))

    assert (credit_note.net_cents, credit_note.vat_cents) == (-3300, -660)
    assert credit_note.vat_totals == [{"rate": "20.00", "base_cents": -3300, "amount_cents": -660}]


def test_credit_days_gives_back_what_a_discount_left(ravel):
    agreements.add_discount(
        organization=ravel, percent=Decimal(50), periods=1, on=START, reason="lancement"
    )
    subscription, _invoice = world.subscribed(ravel, on=START)

    assert gesture(subscription, 28).net_cents == -5950


@pytest.mark.parametrize("days", [0, -1, 29])
def test_credit_days_refuses_days_that_the_period_has_not(ravel, days):
    subscription, _invoice = world.subscribed(ravel, on=START)

    with pytest.raises(NotApplicable):
        gesture(subscription, days)


def test_credit_days_never_gives_back_more_than_was_billed(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    gesture(subscription, 20)

    with pytest.raises(NotApplicable):
        gesture(subscription, 9)

    assert gesture(subscription, 8).net_cents == -3400


def test_credit_days_after_a_change_gives_back_the_new_plan_only(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    upgrade(subscription, "orga", date(2026, 2, 10))  # charged 18/28

    with pytest.raises(NotApplicable):
        gesture(subscription, 19)

    assert gesture(subscription, 18).net_cents == -15364


def test_a_change_after_a_gesture_gives_back_no_more_than_is_left(ravel, told):
    """R6: the credits on a segment never exceed what it was billed, a gesture included."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    gesture(subscription, 28, on=date(2026, 2, 1))

    document = upgrade(subscription, "orga", FEBRUARY_14)

    assert told(document) == [("plan:orga", "charge", "2026-02-14", "2026-02-28", "119.50")]
    assert unsound(subscription.seller, today=FEBRUARY_14) == []
    assert renewed(subscription, END).net_cents == 23900
    assert watch.subscription.renews_on == END


def test_credit_days_refuses_a_subscription_that_has_ended(ravel):
    subscription, invoice = world.subscribed(ravel, on=START)
    cancel(invoice, START)

    with pytest.raises(NotActive):
        gesture(subscription, 1)


def test_credit_days_refuses_a_plan_charge_that_waits_to_be_carried(ravel):
    """What was never invoiced has no document to correct (R13)."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=START,
            last_on=END,
        ),
        reason="accord",
    )
    assert upgrade(subscription, "orga", date(2026, 2, 27)) is None  # 4 cents: they wait

    with pytest.raises(NotApplicable):
        gesture(subscription, 1, on=date(2026, 2, 27))
