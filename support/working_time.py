"""The desk's working time: Monday to Friday, 9 h to 18 h in Paris, without French holidays.

Pure: aware moments in, whole minutes out. Seconds are dropped, so sums are exact; the desk is
closed at night and on Sundays, so a change of the clocks takes nothing and adds nothing.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

PARIS = ZoneInfo("Europe/Paris")
OPENS = time(9)
DAY = 9 * 60  # minutes of a working day
WEEKEND = 5  # Saturday
ONE_DAY = timedelta(days=1)


def add(at: datetime, minutes: int) -> datetime:
    """Return the first moment by which so much working time has passed.

    One day after Friday 17 h is Monday 17 h; what ends with the day is due at 18 h, not the next
    morning. No time at all is the moment itself. Raises ValueError below zero.
    """
    if minutes < 0:
        raise ValueError(minutes)
    local = _local(at)
    if minutes == 0:
        return local
    day, left = local.date(), minutes + _worked_by(local)
    while not is_working_day(day) or left > DAY:
        left -= DAY if is_working_day(day) else 0
        day += ONE_DAY
    return datetime.combine(day, OPENS, PARIS) + timedelta(minutes=left)


def between(since: datetime, until: datetime) -> int:
    """Return the working minutes from one moment to another; below zero when it is earlier."""
    start, end = _local(since), _local(until)
    if end < start:
        return -between(until, since)
    days = working_days(start.date(), end.date())
    return days * DAY + _worked_by(end) - _worked_by(start)


def working_days(first: date, before: date) -> int:
    """Return how many days the desk works from one day to the eve of another."""
    days = (first + timedelta(days=number) for number in range((before - first).days))
    return sum(is_working_day(day) for day in days)


def is_working_day(day: date) -> bool:
    """Tell whether the desk works on a day."""
    return day.weekday() < WEEKEND and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Return the holidays of metropolitan France; those of Alsace and Moselle are worked."""
    return frozenset(holidays.France(years=year))


def _local(at: datetime) -> datetime:
    return at.astimezone(PARIS).replace(second=0, microsecond=0)


def _worked_by(local: datetime) -> int:
    """Return how much of its day has been worked by a moment."""
    if not is_working_day(local.date()):
        return 0
    return min(max(local.hour * 60 + local.minute - OPENS.hour * 60, 0), DAY)
