"""Which discount a change would meet, and until when: as the engine bills it (R6)."""

from datetime import date
from decimal import Decimal

import pytest

from subscriptions.agreements import Running, running_discount
from subscriptions.models import Discount, InvoiceLine
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term
from subscriptions.reductions import Reduction
from subscriptions.renewal import renew
from tests import world

pytestmark = pytest.mark.django_db

START, RENEWS_ON = date(2026, 1, 9), date(2026, 2, 9)
MONTHLY, ANNUAL = Commitment


@pytest.fixture
def subscription(ravel):
    return world.subscribed(ravel, on=START)[0]


def agree(subscription, percent: int, periods: int, starts_on: date = START) -> None:
    Discount.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        percent=percent,
        periods=periods,
        starts_on=starts_on,
        reason="agreed",
    )


@pytest.mark.parametrize(
    ("agreed", "since", "commitment", "expected"),
    [
        ([], RENEWS_ON, MONTHLY, None),
        ([(10, 3)], RENEWS_ON, MONTHLY, (10, RENEWS_ON, date(2026, 4, 9))),
        ([(10, 3)], date(2026, 1, 20), MONTHLY, (10, RENEWS_ON, date(2026, 4, 9))),
        ([(10, 3)], date(2026, 3, 9), MONTHLY, (10, date(2026, 3, 9), date(2026, 4, 9))),
        ([(10, 3)], date(2026, 3, 10), MONTHLY, None),  # its last period is the running one
        ([(10, 1)], RENEWS_ON, MONTHLY, None),
        ([(10, 3), (5, 2)], RENEWS_ON, MONTHLY, (5, RENEWS_ON, date(2026, 3, 9))),  # the last wins
        ([(10, 3), (5, 1)], RENEWS_ON, MONTHLY, (10, RENEWS_ON, date(2026, 4, 9))),
        ([(10, 3)], RENEWS_ON, ANNUAL, (10, RENEWS_ON, date(2028, 2, 9))),  # two years are left
        ([(10, 3)], date(2026, 1, 20), ANNUAL, (10, date(2026, 1, 20), date(2028, 1, 20))),
        ([(10, 3)], date(2025, 12, 31), MONTHLY, None),  # nothing was held
    ],
)
def test_the_discount_that_a_change_meets(subscription, agreed, since, commitment, expected):
    for percent, periods in agreed:
        agree(subscription, percent, periods)

    found = running_discount(subscription, since=since, commitment=commitment)

    assert found == (expected and Running(Decimal(expected[0]), *expected[1:]))


def test_it_ends_when_the_engine_stops_to_bill_it(subscription):
    agree(subscription, 10, 4)

    told = running_discount(subscription, since=RENEWS_ON, commitment=MONTHLY)
    for month in range(2, 8):
        renew(subscription_id=subscription.pk, on=date(2026, month, 9))

    billed = InvoiceLine.objects.filter(discount_percent=10).latest("starts_on")
    assert told.ends_before == billed.ends_before


def test_the_discount_of_what_waits_gives_way(subscription):
    agree(subscription, 5, 12)
    reduction = Reduction(percent=Decimal(20), periods=12, reason="promised")
    change = Change(plan=world.plan("orga"), reduction=reduction)
    change_at_term(subscription_id=subscription.pk, change=change, on=date(2026, 1, 12))

    found = running_discount(subscription, since=RENEWS_ON, commitment=MONTHLY)

    assert found.percent == 5
