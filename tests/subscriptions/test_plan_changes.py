from datetime import date

import pytest

from accounts.models import SeatLimit
from subscriptions.items import AlreadySubscribed, NotApplicable
from subscriptions.models import Invoice, PendingChange
from subscriptions.periods import Commitment
from subscriptions.plan_changes import (
    Change,
    cancel_at_term,
    change_at_term,
    change_now,
    withdraw_pending,
)
from subscriptions.renewal import renew
from subscriptions.selectors import running_items, running_plan
from tests import world

pytestmark = pytest.mark.django_db

START = date(2026, 1, 31)  # first period: 28 days, to 28 February


def change(code: str | None = None, commitment: Commitment | None = None, *options: str) -> Change:
    return Change(
        plan=world.plan(code) if code else None,
        commitment=commitment,
        components=tuple(world.option(each) for each in options),
    )


def now(subscription, what: Change, on: date, operation: str = "an order") -> Invoice:
    return change_now(subscription_id=subscription.pk, change=what, on=on, operation=operation)


def test_an_upgrade_credits_the_old_and_charges_the_new_for_the_days_left(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)

    invoice = now(subscription, change("orga"), date(2026, 2, 10))

    assert told(invoice) == [
        ("plan:equipe", "credit", "2026-02-10", "2026-02-28", "-76.50"),  # 119 x 18/28
        ("plan:orga", "charge", "2026-02-10", "2026-02-28", "153.64"),  # 239 x 18/28
    ]
    subscription.refresh_from_db()
    assert subscription.renews_on == date(2026, 2, 28)


def test_an_upgrade_credits_the_price_at_which_it_was_billed(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=date(2024, 9, 10))  # 99 €, old list

    invoice = now(subscription, change("orga"), date(2024, 9, 25))

    assert told(invoice) == [
        ("plan:equipe", "credit", "2024-09-25", "2024-10-10", "-49.50"),  # 99 x 15/30
        ("plan:orga", "charge", "2024-09-25", "2024-10-10", "119.50"),  # 239, new list
    ]


def test_two_upgrades_in_a_month_credit_what_the_first_one_charged(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)
    now(subscription, change("orga"), date(2026, 2, 10), "first")

    invoice = now(subscription, change("leader"), date(2026, 2, 20), "second")

    assert told(invoice) == [
        ("plan:orga", "credit", "2026-02-20", "2026-02-28", "-68.29"),  # 239 x 8/28
        ("plan:leader", "charge", "2026-02-20", "2026-02-28", "136.86"),
    ]


def test_an_upgrade_on_the_day_it_was_billed_costs_the_difference_of_full_prices(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)

    assert now(subscription, change("orga"), START).net_cents == 23900 - 11900


def test_the_echeance_day_costs_the_same_before_and_after_the_nightly_job(ravel, told):
    before, _invoice = world.subscribed(ravel, on=START)
    other = world.organization("Atelier", "atelier", owner=world.person("Charlie"))
    after, _invoice = world.subscribed(other, on=START)
    echeance = date(2026, 2, 28)

    unbilled = now(before, change("orga"), echeance)
    nightly = renew(subscription_id=after.pk, on=echeance)
    corrected = now(after, change("orga"), echeance)

    assert told(unbilled) == [("plan:orga", "period", "2026-02-28", "2026-03-31", "239.00")]
    assert unbilled.net_cents == nightly.net_cents + corrected.net_cents


def test_plan_and_options_together_make_one_document(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)

    invoice = now(subscription, change("orga", None, "e-signature"), date(2026, 2, 14))

    assert told(invoice) == [
        ("plan:equipe", "credit", "2026-02-14", "2026-02-28", "-59.50"),
        ("plan:orga", "charge", "2026-02-14", "2026-02-28", "119.50"),
        ("option:e-signature", "charge", "2026-02-14", "2026-02-28", "12.50"),
    ]


def test_a_plan_that_includes_an_option_swallows_it_with_credit(ravel, told):
    world.plan("orga").includes.add(world.option("e-signature"))
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))

    invoice = now(subscription, change("orga"), date(2026, 2, 14))
    next_invoice = renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert told(invoice) == [
        ("plan:equipe", "credit", "2026-02-14", "2026-02-28", "-59.50"),
        ("option:e-signature", "credit", "2026-02-14", "2026-02-28", "-12.50"),
        ("plan:orga", "charge", "2026-02-14", "2026-02-28", "119.50"),
    ]
    assert told(next_invoice) == [("plan:orga", "period", "2026-02-28", "2026-03-31", "239.00")]


def test_monthly_to_annual_now_opens_a_new_anchor_and_one_document(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))

    invoice = now(subscription, change(None, Commitment.ANNUAL), date(2026, 2, 14))

    assert told(invoice) == [
        ("plan:equipe", "credit", "2026-02-14", "2026-02-28", "-59.50"),
        ("option:e-signature", "credit", "2026-02-14", "2026-02-28", "-12.50"),
        ("plan:equipe", "period", "2026-02-14", "2027-02-14", "1190.00"),
        ("option:e-signature", "period", "2026-02-14", "2027-02-14", "250.00"),
    ]
    subscription.refresh_from_db()
    assert subscription.renews_on == date(2027, 2, 14)


def test_monthly_to_annual_on_the_first_day_credits_the_whole_month(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)

    invoice = now(subscription, change(None, Commitment.ANNUAL), START)

    assert invoice.net_cents == 119000 - 11900


@pytest.mark.parametrize(
    ("start_code", "start_commitment", "asked"),
    [
        ("orga", Commitment.MONTHLY, ("equipe", None)),
        ("orga", Commitment.MONTHLY, ("equipe", Commitment.ANNUAL)),  # dearer, yet cheaper plan
        ("equipe", Commitment.ANNUAL, (None, Commitment.MONTHLY)),
        ("equipe", Commitment.ANNUAL, ("orga", Commitment.MONTHLY)),
    ],
)
def test_a_downgrade_is_never_applied_now(ravel, start_code, start_commitment, asked):
    subscription, _invoice = world.subscribed(
        ravel, on=START, code=start_code, commitment=start_commitment
    )

    with pytest.raises(NotApplicable):
        now(subscription, change(*asked), date(2026, 2, 10))

    assert Invoice.objects.count() == 1


def test_the_plan_already_held_is_refused(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)

    with pytest.raises(AlreadySubscribed):
        now(subscription, change("equipe", Commitment.MONTHLY), date(2026, 2, 10))


def test_a_downgrade_waits_for_the_echeance_and_writes_the_new_seats(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START, code="orga-plus")

    pending = change_at_term(
        subscription_id=subscription.pk, change=change("equipe"), on=date(2026, 2, 10)
    )
    invoice = renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert pending.effective_on == date(2026, 2, 28)
    assert told(invoice) == [("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00")]
    limit = SeatLimit.objects.get(organization=ravel)
    assert (limit.trainers, limit.administrators) == (20, 6)


def test_a_later_order_replaces_the_one_that_waits(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START, code="leader")
    first = change_at_term(
        subscription_id=subscription.pk, change=change("equipe"), on=date(2026, 2, 10)
    )

    second = cancel_at_term(subscription_id=subscription.pk, on=date(2026, 2, 11))

    first.refresh_from_db()
    assert (first.state, first.settled_on) == ("replaced", date(2026, 2, 11))
    assert PendingChange.objects.get(state="waiting") == second


def test_a_cancellation_ends_the_subscription_on_its_echeance_without_invoice(ravel):
    subscription, first = world.subscribed(ravel, on=START)
    cancel_at_term(subscription_id=subscription.pk, on=date(2026, 2, 10))

    assert renew(subscription_id=subscription.pk, on=date(2026, 3, 5)) is None

    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)
    assert list(Invoice.objects.all()) == [first]


def test_a_withdrawn_cancellation_changes_nothing(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)
    cancel_at_term(subscription_id=subscription.pk, on=date(2026, 2, 10))

    withdraw_pending(subscription_id=subscription.pk, on=date(2026, 2, 27))
    invoice = renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert told(invoice) == [("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00")]


def test_annual_to_monthly_at_term_anchors_on_the_echeance(ravel, told):
    subscription, _invoice = world.subscribed(
        ravel, on=date(2024, 2, 29), commitment=Commitment.ANNUAL
    )
    change_at_term(
        subscription_id=subscription.pk,
        change=change(None, Commitment.MONTHLY),
        on=date(2024, 6, 1),
    )

    invoice = renew(subscription_id=subscription.pk, on=date(2025, 2, 28))

    assert told(invoice) == [("plan:equipe", "period", "2025-02-28", "2025-03-28", "119.00")]


def test_what_waits_is_never_left_on_a_day_gone_by(ravel):
    """Annual to monthly, agreed for February and processed in April (R18)."""
    subscription, _invoice = world.subscribed(
        ravel, on=START, code="orga", commitment=Commitment.ANNUAL
    )
    today = date(2026, 4, 20)
    order = change("equipe", None, "e-signature")
    waiting = change_at_term(subscription_id=subscription.pk, change=order, on=date(2026, 4, 10))

    change_now(
        subscription_id=subscription.pk,
        change=Change(commitment=Commitment.MONTHLY, override=True),
        on=date(2026, 2, 15),
        operation="told late",
        issued_on=today,
    )
    for _missed in ("March", "April"):
        renew(subscription_id=subscription.pk, on=today)
    waiting.refresh_from_db()
    put_off, plan_meanwhile = waiting.effective_on, running_plan(subscription, today).code
    renew(subscription_id=subscription.pk, on=date(2026, 5, 15))

    waiting.refresh_from_db()
    held = [item.component.code for item in running_items(subscription, date(2026, 5, 15))]
    assert (put_off, plan_meanwhile) == (date(2026, 5, 15), "orga")
    assert (waiting.state, held) == (PendingChange.State.APPLIED, ["equipe", "e-signature"])


def test_what_was_due_already_is_carried_out_at_the_first_new_echeance(ravel):
    """The night is late and the change comes before it: the order is not put off again."""
    subscription, _invoice = world.subscribed(ravel, on=START, code="orga")
    waiting = change_at_term(
        subscription_id=subscription.pk, change=change("equipe"), on=date(2026, 2, 10)
    )

    change_now(
        subscription_id=subscription.pk,
        change=Change(components=(world.option("e-signature"),)),
        on=date(2026, 2, 20),
        operation="told late",
        issued_on=date(2026, 3, 2),
    )

    waiting.refresh_from_db()
    assert (waiting.state, waiting.effective_on) == ("waiting", date(2026, 2, 28))
