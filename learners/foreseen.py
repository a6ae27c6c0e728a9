"""Read what a forecast stands on: as it is written now, or as a stored count once saw it."""

from datetime import date, timedelta

from django.db import connection

from accounts.models import Organization
from learners.forecast import Known, known
from learners.models import DailyCount
from learners.rolling_year import DAYS_COUNTED, first_day_counted

WRITTEN_NOW = """
    SELECT counts_on, sum(units) AS units FROM learners_entrytally
     WHERE organization_id = %(organization)s
     GROUP BY counts_on HAVING sum(units) > 0
"""
# Each enrolment written before a moment, in the state that the first later change replaced.
WRITTEN_THEN = """
    SELECT coalesce(former.counts_on, enrollment.counts_on) AS counts_on, count(*) AS units
      FROM learners_enrollment AS enrollment
      LEFT JOIN LATERAL (SELECT counts_on, counted FROM learners_enrollmentchange AS change
                          WHERE change.organization_id = enrollment.organization_id
                            AND change.enrollment_id = enrollment.id
                            AND change.moment > %(moment)s
                          ORDER BY change.moment LIMIT 1) AS former ON true
     WHERE enrollment.organization_id = %(organization)s AND enrollment.moment < %(moment)s
       AND coalesce(former.counted, enrollment.counted)
     GROUP BY 1
"""
ENTRIES = """
    WITH entered AS MATERIALIZED ({written})
    SELECT counts_on, units, (SELECT min(counts_on) FROM entered)
      FROM entered
     WHERE counts_on >= %(first)s
"""


class NotReplayable(Exception):
    """The count was stored before its forecast's inputs were."""


def known_now(organization: Organization, *, on: date) -> Known:
    """Return what is known now, seen from a day: its year and the one before, all that comes.

    One query, over the days of `EntryTally`.
    """
    first = first_day_counted(first_day_counted(on) - timedelta(days=1))
    return known(on, *_entries(WRITTEN_NOW, organization.pk, first))


def known_then(count: DailyCount) -> Known:
    """Return what a stored count saw when it was made, whatever was changed since.

    The two counts of entries are those stored with it. Raises NotReplayable.
    """
    if count.moment is None:
        raise NotReplayable
    first = count.counted_on - timedelta(days=DAYS_COUNTED - 1)
    entries, first_on = _entries(WRITTEN_THEN, count.organization_id, first, moment=count.moment)
    return Known(
        on=count.counted_on,
        entries=entries,
        first_on=first_on,
        entered_90_days=count.entered_90_days,
        entered_90_days_a_year_ago=count.entered_90_days_a_year_ago,
    )


def _entries(
    written: str, organization: int, first: date, **told
) -> tuple[dict[date, int], date | None]:
    """Return how many enrolments count from each day, and the first day any ever did."""
    with connection.cursor() as cursor:
        cursor.execute(
            ENTRIES.format(written=written),
            {"organization": organization, "first": first, **told},
        )
        rows = cursor.fetchall()
    return {on: units for on, units, _first in rows}, rows[0][2] if rows else None
