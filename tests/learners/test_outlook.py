"""A forecast against a limit: passed, peaks, range, way back."""

from datetime import date, timedelta

import pytest

from learners.forecast import Overrun, known
from learners.outlook import outlook

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
AGO = TODAY - 364 * DAY  # the first day of the window


def seen(entries: dict[date, int], *, since: date = AGO):
    return known(TODAY, entries, since)


def test_outlook_waits_for_sixty_days_of_history():
    assert outlook(seen({TODAY: 9}, since=TODAY - 58 * DAY), 500) is None


def test_outlook_tells_the_day_the_limit_is_passed_at_both_paces():
    entries = {AGO: 90, AGO + 100 * DAY: 135, TODAY - 10 * DAY: 180}

    coming = outlook(seen(entries), 500)

    # 405 today; the 90 leave tomorrow; then 2 a day, or 1 a day, until 135 leave on day 101
    assert (coming.days[0].total, coming.days[1].total) == (405, 317)
    assert coming.passed.starts_on == TODAY + 93 * DAY
    assert (coming.passed.count, coming.passed.ends_before) == (501, TODAY + 101 * DAY)
    assert coming.passed_a_year_ago.starts_on == TODAY + 321 * DAY
    assert coming.passed_between == (TODAY + 93 * DAY, TODAY + 321 * DAY)


@pytest.mark.parametrize("limit", [None, 10_000])
def test_outlook_of_a_limit_never_passed_has_no_overrun(limit):
    coming = outlook(seen({TODAY: 90}), limit)

    assert (coming.is_over, coming.passed, coming.peaks, coming.returns_on) == (
        False,
        None,
        (),
        None,
    )
    assert coming.passed_between is None
    assert (coming.highest.on, coming.highest.total) == (TODAY + 364 * DAY, 454)


def test_outlook_names_a_peak_of_one_day_apart_from_the_day_it_is_passed():
    entries = {AGO: 3, TODAY - 300 * DAY: 478, TODAY + DAY: 20, TODAY + 40 * DAY: 23}
    entries[TODAY - 324 * DAY] = 22  # leaves the day after the 23 enter

    coming = outlook(seen(entries), 522)

    assert coming.peaks == (Overrun(TODAY + 40 * DAY, TODAY + 41 * DAY, 543, 543, 521),)
    assert coming.passed is None


def test_outlook_tells_the_overrun_without_end_that_follows_the_first():
    entries = {AGO: 3, TODAY - 300 * DAY: 98, TODAY: 90}

    coming = outlook(seen(entries), 250)

    # 1 a day: above from the 63rd day, 98 leave on the 65th; above for good from the 161st
    first, last = coming.overruns
    assert coming.passed == first
    assert (first.starts_on, first.ends_before) == (TODAY + 63 * DAY, TODAY + 65 * DAY)
    assert coming.passed_for_good == last
    assert (last.starts_on, last.ends_before) == (TODAY + 161 * DAY, None)


def test_outlook_over_the_limit_says_when_nobody_enrolling_brings_it_back():
    entries = {AGO: 10, AGO + 9 * DAY: 30, TODAY - 5 * DAY: 490, TODAY + 3 * DAY: 5}

    coming = outlook(seen(entries), 500)

    # 530 today, 520 tomorrow, 525 on the third day, 495 on the tenth; at the pace it never falls
    assert (coming.is_over, coming.returns_on) == (True, TODAY + 10 * DAY)
    assert coming.overruns[0] == Overrun(TODAY, None, 530, coming.highest.total, None)
    assert coming.passed is None


def test_outlook_of_one_pace_has_no_range():
    coming = outlook(seen({TODAY: 90}, since=TODAY - 100 * DAY), 100)

    assert (coming.passed.starts_on, coming.days_a_year_ago) == (TODAY + 11 * DAY, ())
    assert coming.passed_for_good is None
    assert coming.passed_between is None


@pytest.mark.parametrize("limit", [None, 0, 99, 200])
def test_outlook_under_another_limit_is_the_one_made_for_it(limit):
    known_here = seen({AGO: 5, TODAY: 90})

    assert outlook(known_here, 100).under(limit) == outlook(known_here, limit)
