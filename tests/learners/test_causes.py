"""One cause for each enrolment that differs, from 1 March to 10 March 2026."""

from datetime import date

import pytest

from learners.causes import Cause, State, why_in, why_out

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 10)
EARLY, INSIDE, LATER = date(2026, 2, 1), date(2026, 3, 5), date(2026, 3, 20)
LONG_AGO = date(2025, 3, 5)  # in the window of the first day, not of the second
OLDER = date(2025, 1, 1)  # in neither


def counting(on: date) -> State:
    return State(is_counted=True, counts_on=on)


def idle(on: date) -> State:
    return State(is_counted=False, counts_on=on)


@pytest.mark.parametrize(
    ("counts_on", "before", "expected"),
    [
        (INSIDE, counting(INSIDE), Cause.ENTERED),
        (INSIDE, None, Cause.ENTERED),
        (UNTIL, None, Cause.ENTERED),
        (INSIDE, idle(INSIDE), Cause.ENTERED),  # cancelled, taken back before it began
        (INSIDE, counting(UNTIL), Cause.ENTERED),  # moved, but it was expected anyway
        (EARLY, None, Cause.LATE),
        (SINCE, None, Cause.LATE),
        (EARLY, idle(EARLY), Cause.LATE),  # taken back
        (EARLY, idle(LATER), Cause.LATE),
        (INSIDE, counting(LATER), Cause.MOVED),
        (EARLY, counting(LATER), Cause.MOVED),
        (EARLY, counting(INSIDE), Cause.MOVED),
        (INSIDE, counting(OLDER), Cause.MOVED),
        (EARLY, counting(OLDER), Cause.MOVED),
    ],
)
def test_why_an_enrolment_is_in(counts_on, before, expected):
    assert why_in(counts_on, before, since=SINCE, until=UNTIL) == expected


@pytest.mark.parametrize(
    ("counts_on", "after", "expected"),
    [
        (LONG_AGO, counting(LONG_AGO), Cause.LEFT),
        (LONG_AGO, idle(LONG_AGO), Cause.LEFT),  # cancelled, but it had left
        (LONG_AGO, counting(LATER), Cause.LEFT),
        (date(2025, 3, 10), counting(date(2025, 3, 10)), Cause.LEFT),
        (date(2025, 3, 11), idle(date(2025, 3, 11)), Cause.CANCELLED),  # still a day
        (EARLY, idle(EARLY), Cause.CANCELLED),
        (EARLY, idle(LATER), Cause.CANCELLED),  # moved, then cancelled
        (EARLY, counting(LATER), Cause.MOVED),
        (EARLY, counting(OLDER), Cause.MOVED),
        (EARLY, None, Cause.LATE),  # the first day was counted again, after the second
    ],
)
def test_why_an_enrolment_is_out(counts_on, after, expected):
    assert why_out(counts_on, after, until=UNTIL) == expected
