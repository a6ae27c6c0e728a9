"""What can be asked of the enrolments: the count of a day, its curve, the days to be counted.

A count adds up the days of `EntryTally`, 365 at most whatever the organization's size; the past is
restated from what is known now, while `stored_counts` tells what was counted at the time.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Sum

from accounts.models import Organization
from learners.models import DailyCount, EntryTally
from learners.rolling_year import DAYS_COUNTED, first_day_counted

CURVE_SQL = f"""
    SELECT day, units FROM (
        SELECT day::date AS day,
               sum(coalesce(started.units, 0))
                   OVER (ORDER BY day ROWS {DAYS_COUNTED - 1} PRECEDING)::integer AS units
          FROM generate_series(%(first_read)s::date, %(until)s::date, '1 day') AS day
          LEFT JOIN (SELECT counts_on, sum(units) AS units
                       FROM learners_entrytally
                      WHERE organization_id = %(organization)s
                        AND counts_on BETWEEN %(first_read)s AND %(until)s
                      GROUP BY counts_on) AS started ON started.counts_on = day::date
    ) AS curve
     WHERE day >= %(first_shown)s
     ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class DayCount:
    """The count of one day."""

    on: date
    count: int


def count_on(organization: Organization, *, on: date) -> int:
    """Return the learners counted on any day, the future included, from what is known now (R14)."""
    entries = EntryTally.objects.for_organization(organization).filter(
        counts_on__range=(first_day_counted(on), on)
    )
    return entries.aggregate(units=Sum("units", default=0))["units"]


def history(organization: Organization, *, until: date, days: int = DAYS_COUNTED) -> list[DayCount]:
    """Return the count of each of the `days` that end on `until`, oldest first, in one query."""
    first_shown = until - timedelta(days=days - 1)
    values = {
        "organization": organization.pk,
        "until": until,
        "first_shown": first_shown,
        "first_read": first_day_counted(first_shown),
    }
    with connection.cursor() as cursor:
        cursor.execute(CURVE_SQL, values)
        return [DayCount(on, count) for on, count in cursor.fetchall()]


def stored_counts(
    organization: Organization, *, until: date, days: int = DAYS_COUNTED
) -> list[DayCount]:
    """Return the last count stored for each day, oldest first; a missed night is absent."""
    first = until - timedelta(days=days - 1)
    return [
        DayCount(on, count)
        for on, count in DailyCount.objects.for_organization(organization)
        .filter(counted_on__range=(first, until))
        .order_by("counted_on", "-version")
        .distinct("counted_on")
        .values_list("counted_on", "count")
    ]


def month_values(curve: list[DayCount]) -> list[DayCount]:
    """Return the last value of each month of a curve: the table that stands under the chart."""
    last = {(value.on.year, value.on.month): value for value in curve}
    return list(last.values())


def days_to_count(*, today: date) -> list[date]:
    """Return today and the nights missed since the last one counted; only today at first.

    Call it in the staff's scope. Every night counts every organization, so the oldest one tells
    which nights ran, by one look into the index rather than a scan of all the counts.
    """
    oldest = Organization.objects.order_by("pk").values("pk")[:1]
    last = (
        DailyCount.objects.filter(organization__in=oldest, counted_on__lt=today)
        .order_by("-counted_on")
        .values_list("counted_on", flat=True)
        .first()
    )
    missed = (today - last).days if last else 1
    return [today - timedelta(days=n) for n in reversed(range(missed))]
