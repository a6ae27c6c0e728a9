from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learners.rolling_year import DAYS_COUNTED, first_day_counted, is_counted, leaves_on
from tests.proving import examples

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2025, 12, 31), date(2025, 1, 1)),  # an ordinary year, whole
        (date(2024, 12, 31), date(2024, 1, 2)),  # a leap year is a day longer than the window
        (date(2024, 2, 29), date(2023, 3, 2)),
        (date(2025, 2, 28), date(2024, 3, 1)),
        (date(2025, 3, 1), date(2024, 3, 2)),
        (date(1, 1, 1), date(1, 1, 1)),  # no day before the calendar's first
    ],
)
def test_first_day_counted_is_364_days_before(day, first):
    assert first_day_counted(day) == first


@pytest.mark.parametrize(
    ("starts_on", "day"),
    [
        (date(2025, 1, 1), date(2026, 1, 1)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_leaves_on_is_365_days_later(starts_on, day):
    assert leaves_on(starts_on) == day


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2025, 5, 31), False),  # the day before the session
        (date(2025, 6, 1), True),  # today included
        (date(2026, 5, 31), True),  # the 365th day
        (date(2026, 6, 1), False),
    ],
)
def test_is_counted_from_the_first_day_for_365_days(on, expected):
    assert is_counted(date(2025, 6, 1), on=on) is expected


@settings(max_examples=examples(50, 1000), deadline=None)
@given(DAYS)
def test_a_session_is_counted_on_exactly_365_days(starts_on):
    around = [starts_on + timedelta(days=n) for n in range(-400, 800)]

    counted = [day for day in around if is_counted(starts_on, on=day)]

    assert len(counted) == DAYS_COUNTED
    assert (counted[0], counted[-1] + timedelta(days=1)) == (starts_on, leaves_on(starts_on))


@settings(max_examples=examples(50, 1000), deadline=None)
@given(DAYS, DAYS)
def test_is_counted_is_the_sentence_of_r14(starts_on, on):
    assert is_counted(starts_on, on=on) == (on - timedelta(days=365) < starts_on <= on)
