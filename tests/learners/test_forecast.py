"""What is known, what is estimated, and the runs of days above a limit."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from learners.forecast import (
    HORIZON_DAYS,
    Day,
    Overrun,
    Pace,
    Paces,
    first_day_within,
    forecast,
    known,
    month_ends,
    overruns,
    paces,
)
from learners.rolling_year import is_counted
from tests.proving import examples

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
STILL = Pace(0, 90)
PROVED = settings(max_examples=examples(40, 1000), deadline=None)

days_around = some.dates(date(2023, 11, 1), date(2028, 4, 1))
entries = some.dictionaries(days_around, some.integers(1, 40), max_size=30)
dates = some.sampled_from([TODAY, date(2024, 2, 29), date(2027, 2, 28), date(2028, 3, 1)])
paces_given = some.builds(Pace, entered=some.integers(0, 400), days=some.integers(60, 90))


def told(on: date, *entered: tuple[date, int]):
    return known(on, dict(entered), min((day for day, _units in entered), default=None))


def days(*totals: int) -> list[Day]:
    return [Day(TODAY + n * DAY, total, 0, 0) for n, total in enumerate(totals)]


@pytest.mark.parametrize(
    ("first_on", "expected"),
    [
        (None, None),
        (TODAY + DAY, None),  # nothing has begun
        (TODAY - 58 * DAY, None),  # 59 days with today
        (TODAY - 59 * DAY, Paces(Pace(7, 60), None)),
        (TODAY - 88 * DAY, Paces(Pace(7, 89), None)),
        (TODAY - 89 * DAY, Paces(Pace(7, 90), None)),
        (TODAY - 363 * DAY, Paces(Pace(7, 90), None)),
        (TODAY - 364 * DAY, Paces(Pace(7, 90), Pace(0, 90))),
    ],
)
def test_paces_wait_for_sixty_days_of_history_and_for_a_year(first_on, expected):
    assert paces(known(TODAY, {TODAY: 7}, first_on)) == expected


def test_known_counts_the_last_ninety_days_and_those_that_followed_a_year_ago():
    seen = told(
        TODAY,
        (TODAY - 365 * DAY, 1),
        (TODAY - 364 * DAY, 2),
        (TODAY - 275 * DAY, 4),
        (TODAY - 274 * DAY, 8),
        (TODAY - 90 * DAY, 16),
        (TODAY - 89 * DAY, 32),
        (TODAY, 64),
        (TODAY + DAY, 128),
    )

    assert (seen.entered_90_days_a_year_ago, seen.entered_90_days) == (2 + 4, 32 + 64)


@pytest.mark.parametrize(
    ("n", "coming", "expected"),
    [
        # the prototype's months at 1.7 a day
        (38, 46, 19),
        (69, 74, 43),
        (97, 88, 77),
        (128, 96, 122),
        (158, 96, 173),
        (0, 0, 0),
        (10, 40, 0),  # more is known than the pace expects
        (5, 8, 1),  # 8.5 less 8: a half goes up
    ],
)
def test_forecast_estimates_what_the_pace_adds_to_what_is_known(n, coming, expected):
    seen = told(TODAY, (TODAY, 30), *([(TODAY + DAY, coming)] if coming and n else []))

    day = forecast(seen, Pace(153, 90))[n]

    assert day == Day(TODAY + n * DAY, 30, coming, expected)
    assert day.total == 30 + coming + expected


@PROVED
@given(entries, dates)
def test_forecast_at_no_pace_is_what_is_known_by_brute_force(entered, on):
    foreseen = forecast(told(on, *entered.items()), STILL)

    def counted(day: date, *, until: date) -> int:
        return sum(n for c, n in entered.items() if is_counted(c, on=day) and c <= until)

    assert foreseen == tuple(
        Day(day, counted(day, until=on), counted(day, until=day) - counted(day, until=on), 0)
        for day in (on + n * DAY for n in range(HORIZON_DAYS + 1))
    )


@PROVED
@given(entries, dates, paces_given, some.integers(0, 50))
def test_forecast_never_falls_when_the_pace_rises(entered, on, pace, more):
    seen = told(on, *entered.items())

    slow, fast = forecast(seen, pace), forecast(seen, Pace(pace.entered + more, pace.days))

    assert all(a.total <= b.total and a.known == b.known for a, b in zip(slow, fast, strict=True))


@PROVED
@given(entries, dates, paces_given)
def test_forecast_is_within_half_a_learner_of_the_rule(entered, on, pace):
    for n, day in enumerate(forecast(told(on, *entered.items()), pace)):
        exact = max(Fraction(0), pace.per_day * n - day.coming)
        assert -Fraction(1, 2) <= exact - day.estimated < Fraction(1, 2)
        assert day.total == day.known + day.estimated


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ([498, 500, 500], []),  # equality is inside
        ([500, 501, 479, 480], [Overrun(TODAY + DAY, TODAY + 2 * DAY, 501, 501, 479)]),
        ([500, 501, 503], [Overrun(TODAY + DAY, None, 501, 503, None)]),
        (
            [501, 505, 500, 499, 502],
            [
                Overrun(TODAY, TODAY + 2 * DAY, 501, 505, 500),
                Overrun(TODAY + 4 * DAY, None, 502, 502, None),
            ],
        ),
    ],
)
def test_overruns_are_the_runs_of_days_above_a_limit(totals, expected):
    assert list(overruns(days(*totals), 500)) == expected


@PROVED
@given(some.lists(some.integers(0, 9), min_size=1, max_size=30), some.integers(0, 9))
def test_overruns_hold_each_day_above_the_limit_and_no_other(totals, limit):
    coming = days(*totals)

    found = overruns(coming, limit)

    inside = {
        day.on
        for day in coming
        for run in found
        if run.starts_on <= day.on and (run.ends_before is None or day.on < run.ends_before)
    }
    assert inside == {day.on for day in coming if day.total > limit}
    assert all(a.ends_before < b.starts_on for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("ends_before", "is_peak", "is_refused"),
    [
        (TODAY + DAY, True, False),
        (TODAY + 2 * DAY, False, False),
        (TODAY + 30 * DAY, False, False),  # it ends on the day the refusals would begin
        (TODAY + 31 * DAY, False, True),
        (None, False, True),
    ],
)
def test_an_overrun_is_a_peak_or_outlasts_the_grace(ends_before, is_peak, is_refused):
    overrun = Overrun(TODAY, ends_before, 501, 501, None)

    assert (overrun.lasts_a_day, overrun.is_refused(30)) == (is_peak, is_refused)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([501, 500, 502], TODAY + DAY), ([500], TODAY), ([501, 501], None), ([], None)],
)
def test_first_day_within_takes_the_limit_itself(counts, expected):
    assert first_day_within(((day.on, day.total) for day in days(*counts)), 500) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (TODAY, (12, date(2026, 11, 30), date(2027, 10, 31))),
        (date(2027, 2, 28), (11, date(2027, 3, 31), date(2028, 1, 31))),  # then 29 February
        (date(2026, 8, 31), (12, date(2026, 9, 30), date(2027, 8, 31))),
    ],
)
def test_month_ends_are_those_to_come(on, expected):
    ends = [day.on for day in month_ends(forecast(told(on, (TODAY, 1)), STILL))]

    assert (len(ends), ends[0], ends[-1]) == expected
