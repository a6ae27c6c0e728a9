from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.contact_queue import Visitors
from support.measures import (
    WEEKS,
    DailyFigures,
    Delay,
    Delays,
    daily_figures,
    delays,
    delays_by_kind,
    delays_by_week,
)
from support.models import InboundMail, Request
from tests.proving import examples
from tests.support.answered import answered, moment
from tests.support.conftest import RENEWS_ON, TODAY
from tests.support.visitors import wrote

SINCE, BEFORE = date(2026, 11, 9), date(2026, 11, 23)


def within() -> Delays:
    return delays(since=SINCE, before=BEFORE)


def test_nothing_is_measured_of_a_desk_without_requests(staff):
    assert within() == Delays(Delay(0, None, None), Delay(0, None, None))
    assert delays_by_kind(since=SINCE, before=BEFORE) == {}


def test_delays_are_those_of_half_and_of_nine_in_ten(staff):
    for number in range(1, 11):
        answered(
            staff.ravel,
            replied=("2026-11-12 10:00", 10 * number),
            done=("2026-11-13 10:00", 100 * number),
        )

    assert within() == Delays(Delay(10, 50, 90), Delay(10, 500, 900))


@settings(
    max_examples=examples(15, 200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12))
def test_at_least_half_waited_no_longer_than_the_median(staff, minutes):
    Request.objects.update(replied_at=None, replied_minutes=None)
    for each in minutes:
        answered(staff.ravel, replied=("2026-11-12 10:00", each))

    told = within().reply

    assert told.count == len(minutes)
    for delay, part in ((told.median, 0.5), (told.most, 0.9)):
        assert delay in minutes
        assert sum(each <= delay for each in minutes) >= part * len(minutes)
        assert sum(each < delay for each in minutes) < part * len(minutes)


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        ("2026-11-08 23:59", 0),
        ("2026-11-09 00:00", 1),
        ("2026-11-22 23:59", 1),
        ("2026-11-23 00:00", 0),
    ],
)
def test_days_begin_and_end_at_midnight_in_paris(staff, at, counted):
    answered(staff.ravel, replied=(at, 10), done=(at, 10))

    assert (within().reply.count, within().completion.count) == (counted, counted)


@pytest.mark.parametrize(
    ("state", "minutes", "counted"),
    [
        ("closed", 60, 1),
        ("refused", 60, 1),
        ("withdrawn", None, 0),  # the customer's own end
        ("withdrawn", 60, 0),  # even if a clock had measured it
    ],
)
def test_what_the_customer_withdrew_is_no_completion(staff, state, minutes, counted):
    answered(
        staff.ravel,
        kind="contact",
        requester=staff.people["alice"],
        replied=("2026-11-12 10:00", 10),
        done=("2026-11-13 10:00", minutes),
        state=state,
    )

    assert within().completion.count == counted
    assert within().reply.count == 1  # somebody did answer


def test_a_quote_that_expired_is_no_completion(staff):
    request = staff.ask()
    staff.price(request)
    staff.send(request)
    Request.objects.filter(pk=request.pk).update(
        state="expired", due_at=None, clock_from=None, waiting_since=None
    )
    Request.objects.filter(pk=request.pk).update(done_at="2026-11-13 10:00+01", done_minutes=60)

    assert within().completion == Delay(0, None, None)


def test_each_kind_has_its_delays(staff):
    answered(staff.ravel, done=("2026-11-13 10:00", 30))
    for minutes in (10, 20, 90):
        answered(
            staff.elsewhere,
            kind="contact",
            requester=staff.people["charlie"],
            replied=("2026-11-12 10:00", minutes),
        )

    assert delays_by_kind(since=SINCE, before=BEFORE) == {
        "message": Delays(Delay(3, 20, 90), Delay(0, None, None)),
        "tâche": Delays(Delay(0, None, None), Delay(1, 30, 30)),
    }


def test_weeks_run_from_monday_and_none_is_missing(staff):
    answered(staff.ravel, replied=("2026-09-27 23:59", 5))  # a Sunday, nine weeks ago
    answered(staff.ravel, replied=("2026-09-28 00:00", 10))
    answered(staff.ravel, replied=("2026-11-22 23:59", 20), done=("2026-11-23 00:00", 40))

    weeks = delays_by_week(on=TODAY)

    assert [(week.monday, week.delays) for week in weeks if week.delays != Delays()] == [
        (date(2026, 9, 28), Delays(reply=Delay(1, 10, 10))),
        (date(2026, 11, 16), Delays(reply=Delay(1, 20, 20))),
        (date(2026, 11, 23), Delays(completion=Delay(1, 40, 40))),
    ]
    assert len(weeks) == WEEKS + 1
    assert all((after.monday - week.monday).days == 7 for week, after in pairwise(weeks))


def test_measures_take_few_queries_whatever_was_asked(staff, django_assert_num_queries):
    for number in range(40):
        answered(staff.ravel, replied=("2026-11-12 10:00", number))

    with django_assert_num_queries(4):
        within()
        delays_by_kind(since=SINCE, before=BEFORE)
        delays_by_week(on=TODAY)


def test_an_idle_desk_has_nothing_to_be_told(staff):
    answered(staff.ravel, done=("2026-11-13 10:00", 30))

    figures = daily_figures(on=TODAY, at=moment("2026-11-23 10:00"))

    assert figures == DailyFigures(0, 0, without_reply=0, quarantined=0, visitors=Visitors(0, 0))
    assert not figures


def test_what_waits_is_counted_in_three_queries(staff, django_assert_num_queries):
    asked = staff.ask()
    noon = moment("2026-12-02 12:00")
    Request.objects.filter(pk=asked.pk).update(due_at=noon)
    for number, status in enumerate(("quarantined", "joined", "ignored")):
        InboundMail.objects.create(message_id=str(number), raw=b"?", status=status)

    wrote(at=moment("2026-12-01 11:00"))
    wrote(at=moment("2026-12-01 12:00"))

    with django_assert_num_queries(3):
        told = daily_figures(on=RENEWS_ON - timedelta(days=8), at=noon + timedelta(seconds=1))

    waits = {"without_reply": 1, "quarantined": 1}
    assert told == DailyFigures(1, 1, **waits, visitors=Visitors(2, 2))
    assert daily_figures(on=RENEWS_ON - timedelta(days=9), at=noon) == DailyFigures(
        0, 0, **waits, visitors=Visitors(2, 1)
    )
