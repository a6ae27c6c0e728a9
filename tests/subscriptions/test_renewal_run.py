from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Count

from accounts.tenancy import staff_context
from subscriptions import agreements, renewal_run, trials
from subscriptions.models import (
    BillingIdentity,
    Invoice,
    NumberSeries,
    Period,
    Subscription,
    SupportNotice,
)
from subscriptions.periods import Commitment
from tests import world

START = date(2026, 1, 31)


def several(count: int, *, on: date = START) -> list[Subscription]:
    """Return so many subscriptions, each of its own organization."""
    world.put_on_sale()
    return [
        world.subscribed(
            world.organization(f"Organisme {n}", f"o{n}", owner=world.person(f"Owner{n}")),
            on=on,
            options=("e-signature",),
        )[0]
        for n in range(count)
    ]


def run(on: date, **options) -> renewal_run.Outcome:
    return renewal_run.run(on=on, **options)


@pytest.fixture
def five(db):
    with staff_context():
        return several(5)


def test_a_run_bills_each_due_period_once_by_chunks(five):
    first = run(date(2026, 2, 28), chunk=2)
    again = run(date(2026, 2, 28), chunk=2)

    assert (first.issued, again.issued) == (5, 0)
    with staff_context():
        numbers = Invoice.objects.order_by("sequence").values_list("number", flat=True)
        assert list(numbers) == [f"F2026-{n:06d}" for n in range(1, 11)]


def test_a_late_run_bills_in_the_order_of_the_periods(five):
    run(date(2026, 4, 2), chunk=2)

    with staff_context():
        starts = list(
            Invoice.objects.order_by("sequence").values_list("lines__starts_on", flat=True)
        )
        assert starts == sorted(starts)
        assert Period.objects.count() == 5 * 3


def test_the_one_that_cannot_be_billed_is_parked_and_the_others_go_through(five):
    with staff_context():
        BillingIdentity.objects.create(
            organization=five[2].organization, legal_name="Muster GmbH", country="DE"
        )

    outcome = run(date(2026, 2, 28))

    assert outcome.issued == 4
    assert list(outcome.parked) == [five[2].pk]
    with staff_context():
        notice = SupportNotice.objects.get()
        assert (notice.kind, notice.organization) == ("vat_unresolved", five[2].organization)


def test_a_price_beyond_the_bounds_parks_the_subscription(five):
    with staff_context():
        agreements.agree_price(
            subscription_id=five[0].pk,
            price=agreements.Agreed(
                plan=world.plan("equipe"),
                amount_cents=1_000_000,
                first_on=START,
                last_on=date(2027, 1, 1),
            ),
            reason="une erreur de saisie",
        )

    outcome = run(date(2026, 2, 28))

    assert outcome.issued == 4
    assert "3 fois le tarif" in outcome.parked[five[0].pk]


def test_a_trial_becomes_paid_on_its_last_day_or_expires(db):
    with staff_context():
        seller = world.put_on_sale()
        chosen = world.organization()
        other = world.organization("Atelier", "atelier", owner=world.person("Charlie"))
        trials.start_trial(
            organization=chosen,
            seller=seller,
            on=START,
            days=14,
            plan=world.plan("orga"),
            commitment=Commitment.ANNUAL,
        )
        trials.start_trial(organization=other, seller=seller, on=START, days=14)

    early = run(date(2026, 2, 13))
    late = run(date(2026, 2, 16))

    assert (early.issued, late.issued) == (0, 1)
    with staff_context():
        invoice = Invoice.objects.get()
        assert invoice.issued_on == date(2026, 2, 16)
        assert invoice.lines.get().starts_on == date(2026, 2, 14)
        assert invoice.net_cents == 239000
        status = dict(Subscription.objects.values_list("organization__slug", "status"))
        assert status == {"ravel": "active", "atelier": "expired"}


def test_a_discount_runs_for_its_periods_and_is_rounded_on_the_full_price(five):
    with staff_context():
        agreements.add_discount(
            organization=five[0].organization,
            percent=Decimal("33.33"),
            periods=2,
            on=date(2026, 2, 3),
            reason="geste",
        )

    run(date(2026, 5, 1))

    with staff_context():
        plan_lines = five[0].lines.filter(component__kind="plan").order_by("starts_on")
        assert list(plan_lines.values_list("net_cents", flat=True)) == [11900, 7934, 7934, 11900]


def test_the_command_bills_today_only_and_rehearses_any_day(five, time_machine):
    time_machine.move_to(date(2026, 2, 20))
    told = StringIO()

    with pytest.raises(CommandError, match="porte la date du jour"):
        call_command("renew_subscriptions", "--on", "2026-02-28")
    call_command("renew_subscriptions", "--dry-run", "--on", "2026-02-28", stdout=told)

    assert "5 factures émises, 0 abonnements terminés, 0 mis de côté." in told.getvalue()
    assert "o3\t144.00 HT\t172.80 TTC" in told.getvalue()
    with staff_context():
        assert Invoice.objects.count() == 5


@pytest.mark.seeded(by=lambda: seed_forty())
def test_four_workers_leave_no_gap_and_no_double(committed_db):
    failures = []

    def work():
        try:
            renewal_run.run(on=START + timedelta(days=40), chunk=7)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
    with staff_context():
        sequences = list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True))
        per_subscription = Period.objects.values("subscription").annotate(periods=Count("pk"))
        assert sequences == list(range(1, 81))
        assert {row["periods"] for row in per_subscription} == {2}
        assert NumberSeries.objects.get().last == 80


def seed_forty():
    with staff_context():
        several(40)
