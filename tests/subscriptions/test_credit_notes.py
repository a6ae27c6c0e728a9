"""A whole document undone, then the life goes on (R12)."""

from datetime import date

import pytest

from subscriptions import agreements, items
from subscriptions.account_credit import balance
from subscriptions.items import NotApplicable
from subscriptions.models import Invoice, Item, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_now
from subscriptions.selectors import running_plan
from tests import world
from tests.subscriptions.corrections import (
    END,
    FEBRUARY_14,
    START,
    cancel,
    gesture,
    renewed,
    upgrade,
)
from tests.subscriptions.watch import Watch, unsound

pytestmark = pytest.mark.django_db


def take(subscription: Subscription, code: str, on: date) -> Invoice:
    return items.add_items(
        subscription_id=subscription.pk,
        components=[world.option(code)],
        on=on,
        operation=f"take {code} {on}",
    )


def include(code: str, option: str) -> None:
    world.plan(code).includes.add(world.option(option))


def test_cancel_an_option_takes_it_back_from_its_first_day(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    credit_note = cancel(take(subscription, "e-signature", FEBRUARY_14), date(2026, 2, 20))

    assert told(credit_note) == [
        ("option:e-signature", "credit", "2026-02-14", "2026-02-28", "-12.50")
    ]
    assert not Item.objects.filter(component=world.option("e-signature")).exists()
    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_an_option_can_be_taken_again_on_the_day_it_was_cancelled(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    cancel(take(subscription, "e-signature", FEBRUARY_14), FEBRUARY_14)

    again = items.add_items(
        subscription_id=subscription.pk,
        components=[world.option("e-signature")],
        on=FEBRUARY_14,
        operation="again",
    )

    assert again.net_cents == 1250
    assert watch.look() == {}


def test_cancel_a_change_of_plan_returns_to_the_former_plan(ravel, told):
    include("orga", "e-signature")
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)

    credit_note = cancel(upgrade(subscription, "orga", FEBRUARY_14), date(2026, 2, 20))

    assert told(credit_note) == [
        ("plan:equipe", "charge", "2026-02-14", "2026-02-28", "59.50"),
        ("option:e-signature", "charge", "2026-02-14", "2026-02-28", "12.50"),
        ("plan:orga", "credit", "2026-02-14", "2026-02-28", "-119.50"),
    ]
    assert renewed(subscription, END).net_cents == 11900 + 2500
    assert watch.look() == {}


def test_cancel_a_change_keeps_the_end_of_an_option_it_had_swallowed(ravel):
    """The customer had ended it: cancelling the change does not subscribe them again."""
    include("orga", "e-signature")
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)
    items.end_item(subscription_id=subscription.pk, component=world.option("e-signature"), on=START)

    cancel(upgrade(subscription, "orga", FEBRUARY_14), date(2026, 2, 20))

    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_cancel_a_change_that_was_renewed_since_corrects_each_period(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    changed = upgrade(subscription, "orga", FEBRUARY_14)
    renewed(subscription, END)

    cancel(changed, date(2026, 3, 5))

    assert running_plan(subscription, date(2026, 3, 5)) == world.plan("equipe")
    assert renewed(subscription, date(2026, 3, 31)).net_cents == 11900
    assert watch.look() == {}
    assert unsound(subscription.seller, today=date(2026, 3, 31)) == []


def test_cancel_refuses_a_change_that_a_later_change_rests_upon(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    first = upgrade(subscription, "orga", FEBRUARY_14)
    upgrade(subscription, "leader", date(2026, 2, 20))

    with pytest.raises(NotApplicable):
        cancel(first, date(2026, 2, 21))


@pytest.mark.parametrize("on", [START, FEBRUARY_14, END])
def test_cancel_monthly_to_annual_returns_to_the_month(ravel, on):
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)
    changed = upgrade(subscription, None, on, commitment=Commitment.ANNUAL)

    cancel(changed, on)

    subscription.refresh_from_db()
    assert subscription.renews_on == (date(2026, 3, 31) if on == END else END)
    assert renewed(subscription, subscription.renews_on).net_cents == 11900 + 2500
    assert watch.look() == {}
    assert unsound(subscription.seller, today=on) == []


def test_cancel_monthly_to_annual_keeps_the_end_of_an_option(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    items.end_item(subscription_id=subscription.pk, component=world.option("e-signature"), on=START)
    watch = Watch(subscription)

    cancel(upgrade(subscription, None, FEBRUARY_14, commitment=Commitment.ANNUAL), FEBRUARY_14)

    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_cancel_a_commitment_changed_over_several_months_bills_them_once(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    renewed(subscription, END)
    renewed(subscription, date(2026, 3, 31))
    late = change_now(
        subscription_id=subscription.pk,
        change=Change(commitment=Commitment.ANNUAL),
        on=FEBRUARY_14,
        operation="late",
        issued_on=date(2026, 4, 5),
    )
    assert watch.look() == {}

    cancel(late, date(2026, 4, 6))
    while subscription.renews_on <= date(2026, 4, 30):
        renewed(subscription, date(2026, 4, 30))
        subscription.refresh_from_db()

    assert watch.look() == {}
    assert not Invoice.objects.filter(lines=None).exists()
    assert unsound(subscription.seller, today=date(2026, 4, 30)) == []


def test_cancel_the_first_document_ends_the_subscription_where_it_began(ravel):
    subscription, invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)

    credit_note = cancel(invoice, FEBRUARY_14)

    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)
    assert credit_note.net_cents == -14400
    assert watch.look() == {}


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_cancelled_on_its_first_day_can_be_taken_up_again(ravel, times):
    """R11 names one period line for the day: what is billed again is a charge."""
    subscription, invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    for _time in range(times):
        cancel(invoice, START)
        _subscription, invoice = world.subscribed(ravel, on=START)

    assert [line.kind for line in invoice.lines.all()] == ["charge"]
    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}
    assert unsound(subscription.seller, today=END) == []


def test_cancel_a_renewal_ends_the_subscription_on_its_echeance(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    cancel(renewed(subscription, END), date(2026, 3, 2))

    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)
    assert balance(ravel) == 14280
    assert watch.look() == {}


def test_cancel_a_renewal_that_carries_a_small_line_gives_both_back(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=START,
            last_on=date(2027, 1, 1),
        ),
        reason="accord",
    )
    assert upgrade(subscription, "orga", date(2026, 2, 27)) is None
    renewal = renewed(subscription, END)

    credit_note = cancel(renewal, END)

    assert credit_note.net_cents == -renewal.net_cents
    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)


def test_cancel_refuses_a_renewal_that_a_change_of_the_same_day_rests_upon(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    renewal = renewed(subscription, END)
    upgrade(subscription, "orga", END)

    with pytest.raises(NotApplicable):
        cancel(renewal, END)


def test_cancel_refuses_an_earlier_period_and_a_document_cancelled_before(ravel):
    subscription, invoice = world.subscribed(ravel, on=START)
    renewal = renewed(subscription, END)
    with pytest.raises(NotApplicable):
        cancel(invoice, END)

    credit_note = cancel(renewal, END)

    for again in (renewal, credit_note):
        with pytest.raises(NotApplicable):
            cancel(again, END)


def test_cancel_after_a_gesture_is_refused(ravel):
    """R6: what the gesture gave back is not given back twice."""
    subscription, invoice = world.subscribed(ravel, on=START)
    gesture(subscription, 3)

    with pytest.raises(NotApplicable):
        cancel(invoice, date(2026, 2, 20))
