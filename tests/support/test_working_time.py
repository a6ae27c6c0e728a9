"""Working time around weekends, holidays, ends of days and years, and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.working_time import DAY, PARIS, add, between, is_working_day, working_days
from tests.proving import examples

HOUR = 60


def at(text: str) -> datetime:
    """Return a moment in Paris, from « 2026-11-23 10:00 »."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 23), True),  # a Monday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2026, 12, 25), False),  # a Friday
        (date(2026, 12, 26), False),  # Saturday; the 26th is a holiday in Alsace alone
        (date(2025, 12, 26), True),  # a Friday
        (date(2027, 1, 1), False),
        (date(2026, 4, 3), True),  # Good Friday: Alsace alone
        (date(2026, 4, 6), False),  # Easter Monday
        (date(2026, 5, 1), False),
        (date(2026, 5, 14), False),  # Ascension
        (date(2026, 5, 25), False),  # Whit Monday
        (date(2026, 7, 14), False),
        (date(2026, 11, 11), False),
    ],
)
def test_the_desk_works_on_weekdays_that_are_no_holiday(day, expected):
    assert is_working_day(day) is expected


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("2026-11-23 10:00", 1 * HOUR, "2026-11-23 11:00"),
        ("2026-11-23 10:00", 8 * HOUR, "2026-11-23 18:00"),  # the end of the day, not the morrow
        ("2026-11-23 10:00", 8 * HOUR + 1, "2026-11-24 09:01"),
        ("2026-11-23 10:00", DAY, "2026-11-24 10:00"),
        ("2026-11-23 07:12", DAY, "2026-11-23 18:00"),  # before 9 h the day is whole
        ("2026-11-23 18:00", 1, "2026-11-24 09:01"),
        ("2026-11-23 21:30", DAY, "2026-11-24 18:00"),
        ("2026-11-20 17:00", DAY, "2026-11-23 17:00"),  # over a weekend
        ("2026-11-21 12:00", DAY, "2026-11-23 18:00"),  # asked on a Saturday
        ("2026-11-22 23:59", 3 * DAY, "2026-11-25 18:00"),
        ("2026-11-10 16:00", 3 * HOUR, "2026-11-12 10:00"),  # over 11 November
        ("2026-12-24 17:00", 2 * HOUR, "2026-12-28 10:00"),  # Friday the 25th, then a weekend
        ("2026-12-31 17:00", DAY, "2027-01-04 17:00"),  # over the new year
        ("2026-04-03 17:00", 2 * HOUR, "2026-04-07 10:00"),  # Easter
        ("2026-03-27 17:00", 2 * HOUR, "2026-03-30 10:00"),  # 29 March takes an hour of the night
        ("2026-10-23 17:00", 2 * HOUR, "2026-10-26 10:00"),  # 25 October gives it back
        ("2026-03-29 02:30", 1, "2026-03-30 09:01"),  # an hour that does not exist
        ("2026-11-23 10:00", 0, "2026-11-23 10:00"),
        ("2026-11-21 12:00", 0, "2026-11-21 12:00"),
    ],
)
def test_add_counts_what_is_worked(start, minutes, expected):
    assert add(at(start), minutes) == at(expected)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-23 10:00", "2026-11-23 10:45", 45),
        ("2026-11-23 08:00", "2026-11-23 20:00", DAY),
        ("2026-11-20 18:00", "2026-11-23 09:00", 0),  # a weekend
        ("2026-11-20 17:59", "2026-11-23 09:01", 2),
        ("2026-11-09 09:00", "2026-11-16 09:00", 4 * DAY),  # a week with 11 November
        ("2026-12-24 18:00", "2026-12-28 09:00", 0),
        ("2026-12-24 09:00", "2027-01-04 18:00", 6 * DAY),  # 24, 28 to 31 December, 4 January
        ("2026-03-28 12:00", "2026-03-29 12:00", 0),
        ("2026-03-27 09:00", "2026-03-30 18:00", 2 * DAY),
        ("2026-10-23 09:00", "2026-10-26 18:00", 2 * DAY),
        ("2026-11-23 11:00", "2026-11-23 10:00", -HOUR),
    ],
)
def test_between_counts_what_was_worked(since, until, expected):
    assert between(at(since), at(until)) == expected


def test_moments_of_any_zone_are_read_in_paris():
    summer = datetime(2026, 7, 1, 15, 30, tzinfo=UTC)  # 17 h 30 in Paris
    winter = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)  # 16 h 30

    assert add(summer, HOUR) == at("2026-07-02 09:30")
    assert add(winter, HOUR) == at("2026-12-01 17:30")
    assert (
        between(datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)) == 120
    )


def test_a_day_of_the_desk_is_nine_hours_and_a_week_five_days():
    assert (DAY, working_days(date(2026, 11, 16), date(2026, 11, 23))) == (540, 5)


def test_no_time_is_added_backwards():
    with pytest.raises(ValueError, match="-1"):
        add(at("2026-11-23 10:00"), -1)


moments = st.datetimes(
    datetime.fromisoformat("2025-12-01"),  # hypothesis adds the zone
    datetime.fromisoformat("2028-02-01"),
    timezones=st.just(UTC),
)
spans = st.integers(0, 12 * DAY)


@settings(max_examples=examples(150, 5000), deadline=None)
@given(moments, spans)
def test_between_undoes_add_and_add_finds_the_first_such_moment(start, minutes):
    end = add(start, minutes)

    assert between(start, end) == minutes
    if minutes:
        assert between(start, end - timedelta(minutes=1)) == minutes - 1
        assert is_working_day(end.date())
        assert 9 * HOUR < end.hour * 60 + end.minute <= 18 * HOUR


@settings(max_examples=examples(150, 5000), deadline=None)
@given(moments, spans, spans)
def test_add_is_additive(start, some, more):
    assert add(add(start, some), more) == add(start, some + more)


@settings(max_examples=examples(150, 5000), deadline=None)
@given(st.lists(moments, min_size=3, max_size=3))
def test_between_is_additive_monotone_and_no_longer_than_the_day_allows(three):
    first, second, third = sorted(three)

    assert between(first, second) + between(second, third) == between(first, third)
    assert 0 <= between(first, second) <= between(first, third)
    assert between(second, first) == -between(first, second)
    assert between(first, third) <= ((third - first).days + 2) * DAY


@settings(max_examples=examples(150, 5000), deadline=None)
@given(moments, moments, spans)
def test_add_is_monotone(one, other, minutes):
    earlier, later = sorted((one, other))

    assert add(earlier, minutes) <= add(later, minutes)
    assert add(earlier, minutes) <= add(earlier, minutes + 1)
