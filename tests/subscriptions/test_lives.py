from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Max
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as some

from subscriptions import agreements, items, plan_changes
from subscriptions.account_credit import balance
from subscriptions.credit_notes import credit_days
from subscriptions.models import Invoice
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from subscriptions.preview import draw, preview
from tests import world
from tests.proving import examples
from tests.subscriptions.lives import REFUSALS, Life, Step, anchors, catalogue, live, steps
from tests.subscriptions.watch import Watch, unsound

SHOWN = {"change", "override", "late", "commit", "take", "credit"}  # deeds that a page previews


@pytest.fixture
def seller(staff):
    return catalogue()


@settings(
    max_examples=examples(15, 300),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(anchors, some.sampled_from(Commitment), steps)
def test_each_life_is_billed_right_through_the_services(
    seller, opened_on: date, commitment: Commitment, story: list[Step]
):
    with transaction.atomic():
        life = begin(opened_on, commitment)
        watch = Watch(life.subscription)

        def do(life: Life, name: str, deed) -> None:
            note(f"{life.today} {name} {deed}")
            watch.look()
            as_previewed(name, deed)
            assert watch.look() == {}
            assert balance(life.organization) >= 0

        live(life, story, do)

        assert watch.look() == {}
        assert unsound(seller, today=life.today) == []
        assert rerun(life) == []
        transaction.set_rollback(True)


def now(life: Life, on: date, **what) -> Invoice | None:
    return plan_changes.change_now(
        **life.key, change=Change(**what), on=on, operation=f"order of {on}"
    )


def test_options_ordered_for_term_wait_for_the_end_of_a_new_commitment(seller):
    """R7: the échéance they were ordered for is no more; billed from it, they would be early."""
    life = begin(date(2025, 1, 7), Commitment.MONTHLY)
    watch = Watch(life.subscription)
    api = world.option("api-access")
    plan_changes.change_at_term(
        **life.key,
        change=Change(plan=world.plan("indep-plus"), components=(api,)),
        on=date(2025, 1, 8),
    )

    document = now(life, date(2025, 1, 9), commitment=Commitment.ANNUAL)
    life.night(date(2026, 1, 9))

    assert [line.component.code for line in document.lines.all()] == ["equipe", "equipe"]
    assert watch.look() == {}
    assert {line.component.code: line.net_cents for line in last(life).lines.all()} == {
        "indep-plus": 59000,
        "api-access": 39000,
    }


def test_a_plan_swallows_an_option_that_was_ordered_for_term(seller):
    life = begin(date(2025, 1, 7), Commitment.MONTHLY)
    watch = Watch(life.subscription)
    plan_changes.change_at_term(
        **life.key,
        change=Change(plan=world.plan("orga"), components=(world.option("e-signature"),)),
        on=date(2025, 1, 8),
    )

    now(life, date(2025, 1, 9), plan=world.plan("leader"))  # it includes e-signature
    life.night(date(2025, 2, 7))

    assert [line.component.code for line in last(life).lines.all()] == ["orga"]
    assert watch.look() == {}


def test_a_late_change_swallows_an_option_taken_since(seller):
    """R18, R10: held for no day at all, it is given back whole."""
    life = begin(date(2025, 1, 7), Commitment.MONTHLY)
    watch = Watch(life.subscription)
    items.add_items(
        **life.key,
        components=[world.option("e-signature")],
        on=date(2025, 1, 20),
        operation="take",
    )

    document = plan_changes.change_now(
        **life.key,
        change=Change(plan=world.plan("leader")),
        on=date(2025, 1, 10),
        operation="late",
        issued_on=date(2025, 1, 25),
    )

    credits = document.lines.filter(component=world.option("e-signature"))
    assert list(credits.values_list("starts_on", "net_cents")) == [(date(2025, 1, 20), -1452)]
    assert watch.look() == {}


def test_a_discount_for_the_next_period_is_for_the_year_that_begins_before_it(seller):
    """The next period billed is the annual one: it would have waited a year for its month."""
    life = begin(date(2025, 1, 7), Commitment.MONTHLY)
    watch = Watch(life.subscription)
    agreements.add_discount(
        organization=life.organization,
        percent=Decimal(10),
        periods=1,
        on=date(2025, 1, 10),
        reason="geste",
    )

    now(life, date(2025, 1, 20), commitment=Commitment.ANNUAL)
    life.night(date(2026, 1, 20))

    years = life.subscription.lines.filter(kind="period", commitment="annual").order_by("pk")
    assert list(years.values_list("net_cents", flat=True)) == [107100, 119000]
    assert watch.look() == {}


def test_monthly_annual_and_monthly_again_on_one_day_costs_the_month(seller):
    life = begin(date(2025, 1, 7), Commitment.MONTHLY)
    watch = Watch(life.subscription)

    plan_changes.change_now(
        **life.key,
        change=Change(commitment=Commitment.ANNUAL),
        on=date(2025, 1, 7),
        operation="a year",
    )
    plan_changes.change_now(
        **life.key,
        change=Change(commitment=Commitment.MONTHLY, override=True),
        on=date(2025, 1, 7),
        operation="a month",
    )
    life.night(date(2025, 2, 7))

    assert sum(life.subscription.lines.values_list("net_cents", flat=True)) == 2 * 11900
    assert watch.look() == {}
    assert unsound(seller, today=date(2025, 2, 7)) == []


def test_a_year_taken_back_gives_a_gesture_made_on_it_once(seller):
    """R6, R18: with the gesture, the credits of the year are what it was billed, not more."""
    life = begin(date(2024, 1, 1), Commitment.ANNUAL)
    life.night(date(2025, 1, 1))
    watch = Watch(life.subscription)
    credit_days(**life.key, days=37, on=date(2025, 1, 26), reason="panne")

    plan_changes.change_now(
        **life.key,
        change=Change(commitment=Commitment.MONTHLY, override=True),
        on=date(2024, 12, 19),
        operation="late",
        issued_on=date(2025, 1, 26),
    )

    year = life.subscription.lines.filter(commitment="annual", starts_on__gte=date(2025, 1, 1))
    assert [line.net_cents for line in year.order_by("pk")] == [119000, -12063, -106937]
    assert watch.look() == {}
    life.night(date(2025, 1, 26))
    assert watch.look() == {}
    assert unsound(seller, today=date(2025, 1, 26)) == []


def last(life: Life) -> Invoice:
    return life.subscription.invoices.latest("pk")


def begin(opened_on: date, commitment: Commitment) -> Life:
    organization = world.organization()
    subscription, _invoice = world.subscribed(organization, on=opened_on, commitment=commitment)
    return Life(organization, subscription, opened_on)


def as_previewed(name: str, deed) -> None:
    """Do a deed, or meet its refusal; what it issues is what its preview showed, to the cent."""
    last = Invoice.objects.aggregate(last=Max("pk"))["last"]
    try:
        with transaction.atomic():
            shown = preview(deed) if name in SHOWN else None
            deed()
    except REFUSALS:
        return
    if shown is not None:
        issued = Invoice.objects.filter(pk__gt=last).order_by("pk")
        assert shown == tuple(draw(each) for each in issued)


def rerun(life: Life) -> list[Invoice]:
    """Return what a second night of the same day issues."""
    last = Invoice.objects.aggregate(last=Max("pk"))["last"]
    life.night(life.today)
    return list(Invoice.objects.filter(pk__gt=last))
