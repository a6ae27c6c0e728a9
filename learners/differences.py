"""Why a count changed: the enrolments that one of two counts holds and the other does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import Organization
from learners.causes import Cause, State, why_in, why_out
from learners.models import Enrollment
from learners.rolling_year import leaves_on
from learners.sights import COUNTED, Sight

# One line at least, so that the two sizes are told when nothing differs.
DIFFERING = f"""
    WITH first AS ({COUNTED.format(sight="first")}),
         second AS ({COUNTED.format(sight="second")}),
         differing AS (
            SELECT coalesce(second.id, first.id) AS id, second.id IS NOT NULL AS is_in,
                   coalesce(second.counts_on, first.counts_on) AS counts_on
              FROM first FULL JOIN second ON second.id = first.id
             WHERE first.id IS NULL OR second.id IS NULL)
    SELECT sizes.before, sizes.after, differing.id, differing.is_in, differing.counts_on,
           enrollment.moment < elsewhere.moment,
           coalesce(former.counted, enrollment.counted),
           coalesce(former.counts_on, enrollment.counts_on)
      FROM (SELECT (SELECT count(*) FROM first) AS before,
                   (SELECT count(*) FROM second) AS after) AS sizes
      LEFT JOIN differing ON true
      LEFT JOIN LATERAL (SELECT * FROM learners_enrollment
                          WHERE id = differing.id
                         OFFSET 0) AS enrollment ON true
      LEFT JOIN LATERAL (SELECT CASE WHEN differing.is_in THEN %(first_moment)s
                                     ELSE %(second_moment)s END AS moment) AS elsewhere ON true
      LEFT JOIN LATERAL (SELECT counts_on, counted FROM learners_enrollmentchange AS change
                          WHERE change.organization_id = %(organization)s
                            AND change.enrollment_id = differing.id
                            AND change.moment > elsewhere.moment
                          ORDER BY change.moment LIMIT 1) AS former ON true
     ORDER BY differing.counts_on DESC, enrollment.session_id, differing.id
"""


@dataclass(frozen=True, slots=True)
class Change:
    """An enrolment that only one of two counts holds: the later one if `is_in`."""

    enrollment: int
    is_in: bool
    counts_on: date  # in the count that holds it
    elsewhere: State | None  # what it was when the other count looked; None before it was written
    cause: Cause


@dataclass(frozen=True, slots=True)
class Figure:
    """How many enrolments one cause brought in and took out."""

    cause: Cause
    entered: int
    left: int

    @property
    def change(self) -> int:
        return self.entered - self.left

    @property
    def units(self) -> int:
        return self.entered + self.left


@dataclass(frozen=True, slots=True)
class Difference:
    """From the count of one day to that of another, the same or later."""

    first: Sight
    second: Sight
    before: int
    after: int
    changes: tuple[Change, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """One figure a cause: added to `before`, they make `after`."""
        return tuple(self._figure(cause) for cause in Cause)

    def of(self, cause: Cause) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.cause == cause)

    def _figure(self, cause: Cause) -> Figure:
        changes = self.of(cause)
        entered = sum(change.is_in for change in changes)
        return Figure(cause, entered=entered, left=len(changes) - entered)


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One line of the list behind a figure."""

    learner: str
    code: str
    title: str
    change: Change

    @property
    def enters_on(self) -> date:
        return self.change.counts_on

    @property
    def leaves_on(self) -> date:
        return leaves_on(self.change.counts_on)


class DaysReversed(Exception):
    """The first count is of a later day than the second."""


def difference(organization: Organization, first: Sight, second: Sight) -> Difference:
    """Return what changed from one count to another, in one query. Raises DaysReversed."""
    if first.on > second.on:
        raise DaysReversed
    values = {
        "organization": organization.pk,
        **first.values("first"),
        **second.values("second"),
    }
    with connection.cursor() as cursor:
        cursor.execute(DIFFERING, values)
        rows = cursor.fetchall()
    changes = [_change(row[2:], first.on, second.on) for row in rows if row[2]]
    return Difference(first, second, rows[0][0], rows[0][1], tuple(changes))


def _change(row: tuple, since: date, until: date) -> Change:
    enrollment, is_in, counts_on, is_written, is_counted, counted_on = row
    elsewhere = State(is_counted, counted_on) if is_written else None
    if is_in:
        cause = why_in(counts_on, elsewhere, since=since, until=until)
    else:
        cause = why_out(counts_on, elsewhere, until=until)
    return Change(enrollment, is_in, counts_on, elsewhere, cause)


def told(organization: Organization, changes: Sequence[Change]) -> list[ChangedRow]:
    """Return changes with the names of whom they concern, in one query."""
    found = (
        Enrollment.objects.for_organization(organization)
        .select_related("learner", "session")
        .in_bulk([change.enrollment for change in changes])
    )
    return [_told(found[change.enrollment], change) for change in changes]


def _told(enrollment: Enrollment, change: Change) -> ChangedRow:
    session = enrollment.session
    return ChangedRow(str(enrollment.learner).strip(), session.code, session.title, change)
