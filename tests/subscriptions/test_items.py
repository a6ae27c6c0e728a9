from datetime import date

import pytest

from subscriptions import items
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.models import Invoice, Item
from subscriptions.renewal import renew
from tests import world

pytestmark = pytest.mark.django_db

JANUARY_31 = date(2026, 1, 31)


def take(subscription, *codes: str, on: date, operation: str = "first click"):
    return items.add_items(
        subscription_id=subscription.pk,
        components=[world.option(code) for code in codes],
        on=on,
        operation=operation,
    )


@pytest.mark.parametrize(
    ("on", "euros"),
    [
        (date(2026, 1, 31), "25.00"),  # the whole period, already billed for the plan
        (date(2026, 2, 14), "12.50"),  # 14 of 28 days
        (date(2026, 2, 27), "0.89"),  # 1 of 28 days: 0.892857…
    ],
)
def test_add_items_bills_the_days_left_today_included(ravel, told, on, euros):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    invoice = take(subscription, "e-signature", on=on)

    assert told(invoice) == [("option:e-signature", "charge", on.isoformat(), "2026-02-28", euros)]


def test_add_items_on_the_unbilled_echeance_joins_the_period_invoice(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    invoice = take(subscription, "e-signature", on=date(2026, 2, 28))

    assert told(invoice) == [
        ("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00"),
        ("option:e-signature", "period", "2026-02-28", "2026-03-31", "25.00"),
    ]


def test_add_items_bills_late_periods_first(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    take(subscription, "e-signature", on=date(2026, 4, 10))

    assert [told(invoice) for invoice in Invoice.objects.order_by("pk")][1:] == [
        [("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00")],
        [("plan:equipe", "period", "2026-03-31", "2026-04-30", "119.00")],
        [("option:e-signature", "charge", "2026-04-10", "2026-04-30", "16.67")],
    ]


def test_the_same_operation_again_returns_its_invoice(ravel):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    first = take(subscription, "e-signature", on=date(2026, 2, 14))
    again = take(subscription, "e-signature", on=date(2026, 2, 14))

    assert again == first
    assert Item.objects.filter(component__code="e-signature").count() == 1


def test_an_option_already_held_is_refused(ravel):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)
    take(subscription, "e-signature", on=date(2026, 2, 14))

    with pytest.raises(AlreadySubscribed):
        take(subscription, "e-signature", on=date(2026, 2, 15), operation="second click")


def test_an_option_that_the_plan_includes_is_refused(ravel):
    plan = world.plan("equipe")
    plan.includes.add(world.option("e-signature"))
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    with pytest.raises(AlreadySubscribed):
        take(subscription, "e-signature", on=date(2026, 2, 14))


def test_an_ended_option_runs_to_the_echeance_and_is_billed_no_more(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31, options=("e-signature",))

    ended = items.end_item(
        subscription_id=subscription.pk,
        component=world.option("e-signature"),
        on=date(2026, 2, 10),
    )
    invoice = renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert ended.ends_before == date(2026, 2, 28)
    assert told(invoice) == [("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00")]


def test_an_ended_option_can_be_kept_until_its_last_day(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31, options=("e-signature",))
    component = world.option("e-signature")
    items.end_item(subscription_id=subscription.pk, component=component, on=date(2026, 2, 10))

    items.keep_item(subscription_id=subscription.pk, component=component, on=date(2026, 2, 27))

    assert len(told(renew(subscription_id=subscription.pk, on=date(2026, 2, 28)))) == 2


def test_ending_what_is_not_held_is_refused(ravel):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)

    with pytest.raises(NotApplicable):
        items.end_item(
            subscription_id=subscription.pk,
            component=world.option("e-signature"),
            on=date(2026, 2, 10),
        )


@pytest.mark.parametrize("status", ["past_due", "suspended", "cancelled", "expired"])
def test_nothing_is_added_to_a_subscription_that_is_not_active(ravel, status):
    subscription, _invoice = world.subscribed(ravel, on=JANUARY_31)
    subscription.status = status
    subscription.save(update_fields=["status"])

    with pytest.raises(NotActive):
        take(subscription, "e-signature", on=date(2026, 2, 10))
