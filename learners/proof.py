"""The list behind a count, one line an enrolment, and what it is made of (R14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from accounts.models import Organization
from learners.models import Enrollment
from learners.rolling_year import leaves_on
from learners.sights import COUNTED, Sight

BEHIND = f"""
    SELECT session.code, session.title, counted.counts_on, count(*),
           count(DISTINCT coalesce(learner.merged_into_id, learner.id))
      FROM ({COUNTED.format(sight="sight")}) AS counted
      JOIN learners_trainingsession AS session
        ON session.organization_id = %(organization)s AND session.id = counted.session_id
      JOIN learners_learner AS learner
        ON learner.organization_id = %(organization)s AND learner.id = counted.learner_id
     GROUP BY GROUPING SETS ((session.code, session.title, counted.counts_on), ())
     ORDER BY counted.counts_on DESC NULLS FIRST, session.code
"""
LISTED = f"""
    SELECT learner.first_name, learner.last_name, session.code, session.title, counted.counts_on
      FROM ({COUNTED.format(sight="sight")}) AS counted
      JOIN learners_trainingsession AS session
        ON session.organization_id = %(organization)s AND session.id = counted.session_id
      JOIN learners_learner AS learner
        ON learner.organization_id = %(organization)s AND learner.id = counted.learner_id
     WHERE (%(code)s::text IS NULL OR session.code = %(code)s)
       AND (%(month)s::date IS NULL OR date_trunc('month', counted.counts_on) = %(month)s)
     ORDER BY counted.counts_on DESC, session.code, learner.last_name, learner.first_name,
              counted.id
     LIMIT %(most)s OFFSET %(skipped)s
"""


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One line of a list: a learner in a session, counted from the day when it begins."""

    first_name: str
    last_name: str
    code: str
    title: str
    enters_on: date

    @property
    def leaves_on(self) -> date:
        return leaves_on(self.enters_on)

    @property
    def learner(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class CountedSession:
    """A session behind a count, and how many of its enrolments are counted."""

    code: str
    title: str
    enters_on: date
    units: int


@dataclass(frozen=True, slots=True)
class Behind:
    """What a count is made of: its sessions, the latest first, and how many people they are."""

    sessions: tuple[CountedSession, ...]
    count: int
    people: int

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month in which one of them entered."""
        return tuple(dict.fromkeys(session.enters_on.replace(day=1) for session in self.sessions))

    def leaving(self, *, until: date) -> int:
        """Return how many will have left the count on a day."""
        return sum(each.units for each in self.sessions if leaves_on(each.enters_on) <= until)

    def matching(self, only: "Only") -> int:
        """Return how many lines a filter keeps."""
        return sum(session.units for session in self.sessions if only.keeps(session))


@dataclass(frozen=True, slots=True)
class Only:
    """A filter of a list: by session, by month of entry (its first day), by neither."""

    code: str | None = None
    month: date | None = None

    def keeps(self, session: CountedSession) -> bool:
        is_of_month = self.month in (None, session.enters_on.replace(day=1))
        return is_of_month and self.code in (None, session.code)


ALL = Only()


def behind(organization: Organization, sight: Sight) -> Behind:
    """Return the sessions behind a count, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, {"organization": organization.pk, **sight.values()})
        [whole, *sessions] = cursor.fetchall()
    return Behind(
        sessions=tuple(CountedSession(*row[:4]) for row in sessions),
        count=whole[3],
        people=whole[4],
    )


def listed(
    organization: Organization,
    sight: Sight,
    *,
    only: Only = ALL,
    most: int | None = None,
    skipped: int = 0,
) -> Sequence[CountedRow]:
    """Return the lines behind a count, the latest entered first; all of them unless told."""
    values = {
        "organization": organization.pk,
        **sight.values(),
        "code": only.code,
        "month": only.month,
        "most": most,
        "skipped": skipped,
    }
    with connection.cursor() as cursor:
        cursor.execute(LISTED, values)
        return [CountedRow(*row) for row in cursor.fetchall()]


def entering(organization: Organization, *, after: date, until: date) -> int:
    """Return how many enrolments already written enter the count after a day, until another."""
    return (
        Enrollment.objects.for_organization(organization)
        .filter(counted=True, counts_on__range=(after + timedelta(days=1), until))
        .count()
    )
