"""The plan that fits the year to come, and what it changes in the price."""

from datetime import date

import pytest

from subscriptions.advice import Advice, advice
from subscriptions.models import NegotiatedPrice
from subscriptions.periods import Commitment
from subscriptions.selectors import Usage
from subscriptions.standing import standing
from tests import world

MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL
START = date(2026, 11, 9)
TODAY = date(2026, 11, 23)
TERM = date(2026, 12, 9)


def expecting(learners: int, trainers: int = 1, administrators: int = 1) -> Usage:
    return Usage(learners, trainers, administrators, None, None, None)


def advised(organization, expected: Usage, on: date = TODAY) -> Advice | None:
    return advice(standing(organization, on), expected, on=on)


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (expecting(201), None),  # the plan held
        (expecting(500, 20, 6), None),  # equality is inside
        (expecting(501), "orga"),
        (expecting(1_501), "orga-plus"),
        (expecting(400, trainers=21), "orga-plus"),
        (expecting(400, administrators=7), "orga-plus"),
        (expecting(4_500), "leader"),
        (expecting(4_501), "sur-mesure"),
        (expecting(200, 3, 2), "indep-plus"),
        (expecting(200, trainers=4), None),  # the seats need the plan held
        (expecting(200, administrators=3), None),
    ],
)
def test_advice_is_the_smallest_plan_that_holds_each_count(ravel, expected, code):
    world.subscribed(ravel, on=START)

    found = advised(ravel, expected)

    assert (found and found.code) == code


def test_advice_of_a_larger_plan_tells_the_difference_from_the_price_billed(ravel):
    world.subscribed(ravel, on=START)

    assert advised(ravel, expecting(501)) == Advice(
        code="orga",
        name="ORGA",
        learners=1_500,
        is_smaller=False,
        commitment=MONTHLY,
        difference_cents=120_00,
        effective_on=TODAY,
    )


def test_advice_of_a_smaller_plan_waits_for_the_term(ravel):
    world.subscribed(ravel, on=START)

    assert advised(ravel, expecting(180)) == Advice(
        code="indep-plus",
        name="INDÉP+",
        learners=200,
        is_smaller=True,
        commitment=MONTHLY,
        difference_cents=-60_00,
        effective_on=TERM,
    )


def test_advice_counts_in_the_commitment_and_from_the_running_price(ravel):
    world.subscribed(ravel, on=date(2024, 3, 1), commitment=ANNUAL)  # 990 by the list of 2023

    larger = advised(ravel, expecting(501), on=date(2024, 11, 1))
    smaller = advised(ravel, expecting(180), on=date(2024, 11, 1))

    # 2 390 by the list of today; at the term both prices are those of the new list
    assert (larger.commitment, larger.difference_cents) == (ANNUAL, 1_400_00)
    assert (smaller.effective_on, smaller.difference_cents) == (date(2025, 3, 1), -600_00)


def test_advice_of_a_plan_on_quote_has_no_difference(ravel):
    world.subscribed(ravel, on=START)

    found = advised(ravel, expecting(4_501))

    assert (found.name, found.learners, found.difference_cents) == ("SUR-MESURE", None, None)


@pytest.mark.parametrize(("price_cents", "expected"), [(59_00, None), (59_01, -1)])
def test_advice_of_a_smaller_plan_stays_silent_unless_it_costs_less(ravel, price_cents, expected):
    subscription, _invoice = world.subscribed(ravel, on=START)
    NegotiatedPrice.objects.create(
        organization=ravel,
        subscription=subscription,
        component=world.plan("equipe").component,
        commitment=MONTHLY,
        amount_cents=price_cents,
        first_on=TERM,
        last_on=TERM,
    )

    found = advised(ravel, expecting(180))

    assert (found and found.difference_cents) == expected


def test_advice_takes_one_query(ravel, django_assert_num_queries):
    world.subscribed(ravel, on=START)
    current = standing(ravel, TODAY)

    with django_assert_num_queries(1):
        advice(current, expecting(501), on=TODAY)
