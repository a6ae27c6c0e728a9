"""What a count saw: the enrolments that it counted, as they were when it looked (R14).

An enrolment written later bears a later moment; one changed later left its former state in
`EnrollmentChange`. So the list behind any stored count is told exactly, whatever came after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Organization
from learners.models import DailyCount
from learners.rolling_year import first_day_counted

NOW = 2**63 - 1  # a moment after all others

# Of the sight named: first what has not changed since, then what had that state before changing.
# By one look into the index for each, as the planner would compare all with all before the first
# ANALYZE that follows a large import.
COUNTED = """
    SELECT enrollment.id, enrollment.session_id, enrollment.learner_id, enrollment.counts_on
      FROM learners_enrollment AS enrollment
      LEFT JOIN LATERAL (SELECT moment FROM learners_enrollmentchange AS change
                          WHERE change.organization_id = enrollment.organization_id
                            AND change.enrollment_id = enrollment.id
                            AND change.moment > %({sight}_moment)s
                          LIMIT 1) AS later ON true
     WHERE enrollment.organization_id = %(organization)s AND enrollment.counted
       AND enrollment.counts_on BETWEEN %({sight}_from)s AND %({sight}_on)s
       AND enrollment.moment < %({sight}_moment)s AND later.moment IS NULL
     UNION ALL
    SELECT enrollment.id, enrollment.session_id, enrollment.learner_id, former.counts_on
      FROM (SELECT DISTINCT ON (enrollment_id) enrollment_id, counts_on, counted
              FROM learners_enrollmentchange
             WHERE organization_id = %(organization)s AND moment > %({sight}_moment)s
             ORDER BY enrollment_id, moment) AS former
      JOIN learners_enrollment AS enrollment
        ON enrollment.organization_id = %(organization)s AND enrollment.id = former.enrollment_id
     WHERE former.counted AND former.counts_on BETWEEN %({sight}_from)s AND %({sight}_on)s
       AND enrollment.moment < %({sight}_moment)s
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """A day, and what was known when it was counted; without a version, what is known now."""

    on: date
    version: int | None = None
    count: int | None = None  # as it was stored
    recorded_at: datetime | None = None
    moment: int | None = None  # none on counts of old, whose list is restated

    @property
    def is_proved(self) -> bool:
        """Whether its list is the one that was counted, not one made again since."""
        return self.version is None or self.moment is not None

    def values(self, name: str = "sight") -> dict:
        """Return what `COUNTED` needs to know of a sight of this name."""
        return {
            f"{name}_from": first_day_counted(self.on),
            f"{name}_on": self.on,
            f"{name}_moment": NOW if self.moment is None else self.moment,
        }


def sight_of(count: DailyCount) -> Sight:
    """Return the sight that a stored count had."""
    return Sight(count.counted_on, count.version, count.count, count.recorded_at, count.moment)


def stored_sights(
    organization: Organization, days: Iterable[date]
) -> dict[date, tuple[Sight, ...]]:
    """Return every version stored for these days, the oldest first, in one query."""
    rows = (
        DailyCount.objects.for_organization(organization)
        .filter(counted_on__in=set(days))
        .order_by("counted_on", "version")
        .values_list("counted_on", "version", "count", "recorded_at", "moment")
    )
    found: dict[date, tuple[Sight, ...]] = {}
    for row in rows:
        sight = Sight(*row)
        found[sight.on] = (*found.get(sight.on, ()), sight)
    return found


def last_counted_on(organization: Organization) -> date | None:
    """Return the last day of which a count is stored."""
    rows = DailyCount.objects.for_organization(organization).order_by("-counted_on", "-version")
    return rows.values_list("counted_on", flat=True).first()
