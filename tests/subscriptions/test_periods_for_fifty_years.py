"""Periods from any anchor, over fifty years (R3)."""

import itertools
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from subscriptions.periods import Commitment, add_months, number_on, period
from tests.proving import examples

YEARS = 50


proved = settings(max_examples=examples(100, 10_000), deadline=None)


anchors = st.dates(date(2000, 1, 1), date(2049, 12, 31))


commitments = st.sampled_from(Commitment)


@proved
@given(anchors, commitments)
def test_periods_are_contiguous_and_cover_fifty_years_from_any_anchor(anchor, commitment):
    count = YEARS * 12 // commitment.months

    periods = [period(anchor, commitment, number) for number in range(count)]

    assert periods[0].starts_on == anchor
    assert all(left.ends_before == right.starts_on for left, right in itertools.pairwise(periods))
    assert periods[-1].ends_before == _clamped(anchor.year + YEARS, anchor.month, anchor.day)
    assert sum(one.days for one in periods) == (periods[-1].ends_before - anchor).days
    assert {one.days for one in periods} <= ({28, 29, 30, 31} | {365, 366})


@proved
@given(anchors, st.integers(-600, 600))
def test_add_months_moves_the_month_and_only_clamps_the_day(anchor, months):
    month_index = anchor.month - 1 + months

    moved = add_months(anchor, months)

    assert moved == _clamped(anchor.year + month_index // 12, month_index % 12 + 1, anchor.day)


@proved
@given(anchors, commitments, st.integers(0, 366 * YEARS))
def test_every_day_is_in_the_one_period_of_its_number(anchor, commitment, days_later):
    on = anchor + timedelta(days=days_later)

    number = number_on(anchor, commitment, on)

    assert on in period(anchor, commitment, number)
    assert on not in period(anchor, commitment, number + 1)
    assert number == 0 or on not in period(anchor, commitment, number - 1)


@proved
@given(anchors, commitments, st.integers(0, 600), st.data())
def test_days_spent_and_days_left_make_the_whole_period(anchor, commitment, number, data):
    whole = period(anchor, commitment, number)
    spent = data.draw(st.integers(0, whole.days - 1))

    left = whole.days_left(whole.starts_on + timedelta(days=spent))

    assert spent + left == whole.days


def _clamped(year, month, day):
    """The day of a month, found by trying: no arithmetic shared with the code under test."""
    for clamped in range(day, 27, -1):
        try:
            return date(year, month, clamped)
        except ValueError:
            continue
    return date(year, month, day)
