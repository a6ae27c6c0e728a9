"""The list behind a count, one line an enrolment, and what it is made of (R14)."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from accounts.models import Organization
from learners.rolling_year import leaves_on
from learners.sights import COUNTED, Sight

# One row: the sessions and the whole, the lines asked for, how many enter soon. OFFSET 0 has each
# name looked up by its key alone, whatever the planner believes of how many there are; a composite
# key of the enrolment's keeps it in the organization.
PROOF = f"""
    WITH counted AS MATERIALIZED (
        SELECT unit.id, unit.counts_on, session.code, session.title,
               learner.first_name, learner.last_name,
               coalesce(learner.merged_into_id, learner.id) AS person
          FROM ({COUNTED.format(sight="sight")}) AS unit
         CROSS JOIN LATERAL (SELECT code, title FROM learners_trainingsession
                              WHERE id = unit.session_id
                             OFFSET 0) AS session
         CROSS JOIN LATERAL (SELECT id, first_name, last_name, merged_into_id FROM learners_learner
                              WHERE id = unit.learner_id
                             OFFSET 0) AS learner),
    behind AS (
        SELECT code, title, counts_on, count(*) AS units, count(DISTINCT person) AS people
          FROM counted
         GROUP BY GROUPING SETS ((code, title, counts_on), ())),
    listed AS (
        SELECT counted.*,
               row_number() OVER (ORDER BY counts_on DESC, code, last_name, first_name, id) AS place
          FROM counted
         WHERE (%(code)s::text IS NULL OR code = %(code)s)
           AND (%(month)s::date IS NULL OR date_trunc('month', counts_on) = %(month)s)
         ORDER BY place
         LIMIT %(most)s OFFSET %(skipped)s)
    SELECT (SELECT json_agg(json_build_array(code, title, counts_on, units, people)
                            ORDER BY counts_on DESC NULLS FIRST, code) FROM behind),
           (SELECT json_agg(json_build_array(first_name, last_name, code, title, counts_on)
                            ORDER BY place) FROM listed),
           (SELECT count(*) FROM learners_enrollment
             WHERE organization_id = %(organization)s AND counted
               AND counts_on > %(sight_on)s AND counts_on <= %(soon)s)
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
    entering: int

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


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind a count, and the lines of its list that were asked for."""

    behind: Behind
    rows: tuple[CountedRow, ...]


def proof(
    organization: Organization,
    sight: Sight,
    *,
    only: Only = ALL,
    most: int | None = None,
    skipped: int = 0,
    soon: date | None = None,
) -> Proof:
    """Return what proves a count, in one query: the latest entered first, all unless told.

    `behind.entering` is how many written now enter after its day, until `soon`.
    """
    values = {
        "organization": organization.pk,
        **sight.values(),
        "code": only.code,
        "month": only.month,
        "most": most,
        "skipped": skipped,
        "soon": soon,
    }
    with connection.cursor() as cursor:
        cursor.execute(PROOF, values)
        sessions, lines, entering = cursor.fetchone()
    return Proof(_behind(sessions, entering), tuple(_row(*line) for line in lines or ()))


def _behind(told: list[list], entering: int) -> Behind:
    """Read the whole, which comes first, and the sessions after it."""
    whole, *sessions = told
    return Behind(
        sessions=tuple(
            CountedSession(code, title, date.fromisoformat(enters_on), units)
            for code, title, enters_on, units, _people in sessions
        ),
        count=whole[3],
        people=whole[4],
        entering=entering,
    )


def _row(first_name: str, last_name: str, code: str, title: str, enters_on: str) -> CountedRow:
    return CountedRow(first_name, last_name, code, title, date.fromisoformat(enters_on))
