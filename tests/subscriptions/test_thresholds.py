import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscriptions.thresholds import Level, reached, told_after
from tests.proving import examples

QUIET, NEAR, CLOSE, REACHED, OVER = Level


@pytest.mark.parametrize(
    ("count", "limit", "level"),
    [
        (0, 500, QUIET),
        (399, 500, QUIET),
        (400, 500, NEAR),
        (449, 500, NEAR),
        (450, 500, CLOSE),
        (499, 500, CLOSE),
        (500, 500, REACHED),
        (501, 500, OVER),
        (160, 201, QUIET),  # 80 % is 160.8
        (161, 201, NEAR),
        (0, 0, QUIET),
        (1, 0, OVER),
        (1, 1, REACHED),
    ],
)
def test_a_level_is_reached_by_the_whole_threshold(count, limit, level):
    assert reached(count, limit) == level


@pytest.mark.parametrize(
    ("told", "count", "after"),
    [
        (NEAR, 399, NEAR),
        (NEAR, 376, NEAR),
        (NEAR, 375, QUIET),  # 75 % of 500
        (CLOSE, 426, CLOSE),
        (CLOSE, 425, NEAR),
        (CLOSE, 375, QUIET),
        (REACHED, 476, REACHED),
        (REACHED, 475, CLOSE),
        (OVER, 500, OVER),  # no longer over, told still
        (OVER, 476, OVER),
        (OVER, 475, CLOSE),
        (OVER, 0, QUIET),
        (NEAR, 501, OVER),  # a jump tells the highest
        (QUIET, 450, CLOSE),
    ],
)
def test_what_was_told_stays_until_the_count_falls_well_under(told, count, after):
    assert told_after(told, count=count, limit=500) == after


@settings(max_examples=examples(100, 2_000))
@given(limit=st.integers(0, 60), walk=st.lists(st.integers(0, 70), max_size=40))
def test_each_threshold_is_told_once_a_crossing(limit, walk):
    """A model of four lamps: one lights where its threshold is passed, and goes out 5 % under."""
    lamps = dict.fromkeys((NEAR, CLOSE, REACHED, OVER), False)
    told = QUIET
    for count in walk:
        for level, is_lit in lamps.items():
            passes = count > limit if level is OVER else 0 < count >= limit * level / 100
            lamps[level] = passes or (is_lit and count > limit * (min(level, 100) - 5) / 100)

        told = told_after(told, count=count, limit=limit)

        assert told == max((level for level, is_lit in lamps.items() if is_lit), default=QUIET)
