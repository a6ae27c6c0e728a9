"""A count against its limit, its age, and since when it is exceeded."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.selectors import Seats
from digiforma.account_row import Counted
from digiforma.usage_panel import Level, Meter, is_stale, meter, over_since, usage_panel
from learners.selectors import DayCount

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SEATS = Seats(trainers=1, administrators=3, trainer_limit=20, administrator_limit=None)


def days(*counts: int, until: date = TODAY) -> list[DayCount]:
    first = until - timedelta(days=len(counts) - 1)
    return [DayCount(first + timedelta(days=place), count) for place, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("count", "limit", "expected"),
    [
        (0, 500, Meter(0, 500, Level.WITHIN, 0, "0%")),
        (312, 500, Meter(312, 500, Level.WITHIN, 62, "62.4%")),
        (399, 500, Meter(399, 500, Level.WITHIN, 79, "79.8%")),
        (400, 500, Meter(400, 500, Level.NEAR, 80, "80%")),
        (499, 500, Meter(499, 500, Level.NEAR, 99, "99.8%")),
        (500, 500, Meter(500, 500, Level.REACHED, 100, "100%")),
        (528, 500, Meter(528, 500, Level.OVER, 105, "94.7%")),
        (9, None, Meter(9, None, Level.UNLIMITED, 0, "")),
        (0, 0, Meter(0, 0, Level.REACHED, 100, "100%")),
        (1, 0, Meter(1, 0, Level.OVER, 100, "0%")),
    ],
)
def test_meter_tells_how_a_count_stands(count, limit, expected):
    assert meter(count, limit) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(412, (88, 0, 412)), (500, (0, 0, 500)), (528, (0, 28, 500))]
)
def test_meter_tells_what_is_left_or_too_much(count, expected):
    told = meter(count, 500)

    assert (told.left, told.over_by, told.top) == expected


@pytest.mark.parametrize(
    ("counts", "limit", "expected"),
    [
        ([1, 2, 3], 3, None),
        ([1, 2, 3], None, None),
        ([1, 2, 4], 3, TODAY),
        ([4, 3, 4, 5], 3, TODAY - timedelta(days=1)),  # the overrun that still runs
        ([4, 5, 6], 3, None),  # older than what is shown
    ],
)
def test_over_since_is_the_first_day_of_the_overrun_that_runs(counts, limit, expected):
    assert over_since(days(*counts), limit) == expected


@pytest.mark.parametrize(
    ("counted_on", "recorded_at", "expected"),
    [
        (TODAY, datetime(2026, 11, 23, 3, 12, tzinfo=UTC), False),
        (date(2026, 11, 22), datetime(2026, 11, 22, 3, tzinfo=UTC), False),
        (date(2026, 11, 21), datetime(2026, 11, 21, 3, tzinfo=UTC), True),
        # written this morning for a night that was missed: the day is as old as before
        (date(2026, 11, 20), datetime(2026, 11, 23, 3, tzinfo=UTC), True),
    ],
)
def test_a_count_is_stale_after_36_hours(counted_on, recorded_at, expected):
    assert is_stale(Counted(counted_on, 1, recorded_at), NOW) == expected


def test_panel_ends_the_year_on_the_stored_count():
    yesterday = TODAY - timedelta(days=1)
    stored = Counted(yesterday, 7, NOW - timedelta(hours=30))

    panel = usage_panel(
        stored, days(1, 2, 3, 9), outlook=None, learner_limit=5, seats=SEATS, at=NOW
    )

    assert panel.year == tuple(days(1, 2, 7, until=yesterday))
    assert (panel.learners.count, panel.learners.over_by, panel.over_since) == (7, 2, yesterday)
    assert (panel.is_today, panel.is_stale) == (False, False)
    assert panel.counts_from == date(2025, 11, 23)
    assert panel.trainers == meter(1, 20)
    assert panel.administrators == meter(3, None)


def test_panel_counts_live_when_no_night_ever_did():
    panel = usage_panel(None, days(1, 2, 9), outlook=None, learner_limit=5, seats=SEATS, at=NOW)

    assert panel.counted == Counted(TODAY, 9)
    assert (panel.is_today, panel.is_stale) == (True, False)


def test_panel_of_empty_days_has_no_chart():
    assert (
        usage_panel(None, days(0, 0), outlook=None, learner_limit=5, seats=SEATS, at=NOW).chart,
        usage_panel(None, days(0, 1), outlook=None, learner_limit=5, seats=SEATS, at=NOW).chart
        is None,
    ) == (None, False)
