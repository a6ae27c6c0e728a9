"""Why a count changed between two days: one cause for each enrolment that one of them counted.

Each is told from what it was at the two counts, so that the causes share the difference out
without rest or overlap. Source: product.md, what is owed beside the number.
"""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from learners.rolling_year import first_day_counted, is_counted


class Cause(StrEnum):
    ENTERED = "entered"  # its session has begun since
    LATE = "late"  # written, or taken back, once its session had begun
    LEFT = "left"  # 365 days have passed
    CANCELLED = "cancelled"  # it, its session, or as a duplicate
    MOVED = "moved"  # its session, into the window or out of it


class State(NamedTuple):
    """What an enrolment was when a count looked: whether it counts, and from which day."""

    is_counted: bool
    counts_on: date


def why_in(counts_on: date, before: State | None, *, since: date, until: date) -> Cause:
    """Say why the count of `until` holds an enrolment that the one of `since` did not.

    `before` is what it was at the first count, None if it was not written yet. A session expected
    in the window anyway has not moved into it: it has entered.
    """
    if before and before.is_counted:
        was_expected = counts_on > since and is_counted(before.counts_on, on=until)
        return Cause.ENTERED if was_expected else Cause.MOVED
    return Cause.ENTERED if counts_on > since else Cause.LATE


def why_out(counts_on: date, after: State | None, *, until: date) -> Cause:
    """Say why the count of `until` no longer holds an enrolment that an earlier day's did.

    What would have left anyway has left, whatever else became of it. `after` is None when the
    earlier day was counted again later, and knew what the other count could not.
    """
    if counts_on < first_day_counted(until):
        return Cause.LEFT
    if after is None:
        return Cause.LATE
    return Cause.MOVED if after.is_counted else Cause.CANCELLED
