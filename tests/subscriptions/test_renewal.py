from datetime import date, timedelta

import pytest

from learners.models import Enrollment, Learner, TrainingSession
from subscriptions.models import Invoice, Period, SupportNotice
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term
from subscriptions.renewal import NotDue, renew
from subscriptions.selectors import due
from tests import world

pytestmark = pytest.mark.django_db


def test_renew_keeps_the_anchor_day_after_february(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2026, 1, 31))

    for month_end in (date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)):
        renew(subscription_id=subscription.pk, on=month_end)

    assert [
        (period.starts_on, period.ends_before) for period in Period.objects.order_by("number")
    ] == [
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2026, 3, 31)),
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 4, 30), date(2026, 5, 31)),
    ]


def test_renew_three_times_in_a_day_bills_once(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2026, 1, 31))
    renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    for _again in range(2):
        with pytest.raises(NotDue):
            renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert [invoice.number for invoice in Invoice.objects.order_by("pk")] == [
        "F2026-000001",
        "F2026-000002",
    ]


def test_a_late_run_bills_each_missed_period_at_its_own_tariff(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=date(2024, 8, 15))
    late = date(2024, 10, 20)

    while due(late).exists():
        renew(subscription_id=subscription.pk, on=late)

    assert [told(invoice) for invoice in Invoice.objects.order_by("pk")][1:] == [
        [("plan:equipe", "period", "2024-09-15", "2024-10-15", "99.00")],
        [("plan:equipe", "period", "2024-10-15", "2024-11-15", "119.00")],
    ]
    assert {invoice.issued_on for invoice in Invoice.objects.order_by("pk")[1:]} == {late}


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 3, 31), date(2024, 10, 27)])
def test_an_annual_commitment_renews_on_its_anniversary(ravel, told, day):
    subscription, _invoice = world.subscribed(ravel, on=day, commitment=Commitment.ANNUAL)

    renew(
        subscription_id=subscription.pk,
        on=date(2025, day.month, min(day.day, 28)) + timedelta(days=5),
    )

    subscription.refresh_from_db()
    assert subscription.renews_on == date(2026, day.month, 28 if day.month == 2 else day.day)


@pytest.mark.parametrize(("learners", "plan_after"), [(500, "equipe"), (501, "orga")])
def test_a_downgrade_passes_at_the_limit_and_is_refused_above(ravel, told, learners, plan_after):
    subscription, _invoice = world.subscribed(ravel, on=date(2026, 1, 31), code="orga")
    enrolled(ravel, learners, on=date(2026, 1, 5))
    change_at_term(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("equipe")),
        on=date(2026, 2, 1),
    )

    invoice = renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    assert told(invoice)[0][0] == f"plan:{plan_after}"


def test_a_refused_downgrade_tells_support_the_counts_and_the_day_it_fits(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2026, 1, 31), code="orga")
    enrolled(ravel, 501, on=date(2026, 1, 5))
    pending = change_at_term(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("equipe")),
        on=date(2026, 2, 1),
    )

    renew(subscription_id=subscription.pk, on=date(2026, 2, 28))

    pending.refresh_from_db()
    notice = SupportNotice.objects.get()
    assert pending.state == "refused"
    assert (notice.kind, notice.raised_on) == ("downgrade_refused", date(2026, 2, 28))
    assert notice.details == {
        "plan": "equipe",
        "over": {"learners": [501, 500]},
        "fits_on": "2027-01-05",
    }


def test_a_parked_subscription_is_left_alone(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2026, 1, 31))
    subscription.parked_because = "pays inconnu"
    subscription.save(update_fields=["parked_because"])

    assert not due(date(2026, 3, 1)).exists()
    with pytest.raises(NotDue):
        renew(subscription_id=subscription.pk, on=date(2026, 3, 1))


def enrolled(organization, count: int, *, on: date) -> None:
    """Enrol so many learners in one session that starts on a day."""
    session = TrainingSession.objects.create(
        organization=organization, code="S1", title="Excel", starts_on=on, ends_on=on
    )
    learners = Learner.objects.bulk_create(
        Learner(organization=organization, email=f"a{number}@exemple.fr") for number in range(count)
    )
    Enrollment.objects.bulk_create(
        Enrollment(
            organization=organization,
            session=session,
            learner=learner,
            counts_on=on,
            status="enrolled",
        )
        for learner in learners
    )
