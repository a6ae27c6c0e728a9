"""The rolling year (année glissante, R14): the 365 days that end on a given day, included.

An enrolment enters the count on its session's first day and leaves 365 days later. There is no
reset, and 29 February is a day like another: the window never holds 366 days.
"""

from datetime import date, timedelta

DAYS_COUNTED = 365


def first_day_counted(day: date) -> date:
    """Return the first day of the window that ends on `day`: 2024-03-01 for 2025-02-28."""
    return date.fromordinal(max(1, day.toordinal() - DAYS_COUNTED + 1))


def leaves_on(starts_on: date) -> date:
    """Return the first day on which a session begun on `starts_on` is no longer counted."""
    return starts_on + timedelta(days=DAYS_COUNTED)


def is_counted(starts_on: date, *, on: date) -> bool:
    """Say whether a session begun on `starts_on` is in the window of `on`."""
    return first_day_counted(on) <= starts_on <= on
