"""Deeds on sessions and enrolments, and the nightly count of them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from accounts.models import Organization, User
from accounts.services import record
from learners import bulk_import, gate, tallies
from learners.enrollment_row import EnrollmentRow
from learners.models import Enrollment, Learner, Status, TrainingSession
from learners.rolling_year import first_day_counted
from learners.selectors import count_on, days_to_count

RECOUNT_SQL = """
    INSERT INTO learners_dailycount
           (organization_id, counted_on, version, count, recorded_at, moment,
            entered_90_days, entered_90_days_a_year_ago)
    SELECT organization.id, %(on)s, coalesce(known.version, 0) + 1, coalesce(counted.units, 0),
           now(), %(moment)s, coalesce(counted.entered, 0), coalesce(counted.entered_a_year_ago, 0)
      FROM accounts_organization AS organization
      LEFT JOIN (SELECT organization_id, count(*) AS units,
                        count(*) FILTER (WHERE counts_on > %(on)s - 90) AS entered,
                        count(*) FILTER (WHERE counts_on < %(first)s + 90) AS entered_a_year_ago
                   FROM learners_enrollment
                  WHERE counted AND counts_on BETWEEN %(first)s AND %(on)s
                  GROUP BY organization_id) AS counted ON counted.organization_id = organization.id
      LEFT JOIN LATERAL (SELECT version, count FROM learners_dailycount
                          WHERE organization_id = organization.id AND counted_on = %(on)s
                          ORDER BY version DESC LIMIT 1) AS known ON true
     WHERE known.count IS DISTINCT FROM coalesce(counted.units, 0)
"""


@dataclass(frozen=True)
class ImportOutcome:
    """What an import changed, in enrolments, sessions and learners, and the count around it."""

    created: int
    updated: int
    unchanged: int
    sessions_created: int
    sessions_updated: int
    learners_created: int
    learners_updated: int
    count_before: int
    count_after: int

    @property
    def changes(self) -> int:
        """How many rows of the three tables were written; 0 when the file was known already."""
        sessions = self.sessions_created + self.sessions_updated
        learners = self.learners_created + self.learners_updated
        return self.created + self.updated + sessions + learners

    @property
    def lines(self) -> int:
        """How many enrolments the file tells."""
        return self.created + self.updated + self.unchanged


@transaction.atomic
def import_rows(
    *,
    organization: Organization,
    rows: Sequence[EnrollmentRow],
    on: date,
    by: User | None,
    told: Callable[[int], None] = lambda lines: None,
) -> ImportOutcome:
    """Write all the rows or none, creating the sessions and learners they name.

    The same rows again change nothing. A session that moved takes along its enrolments, those of
    other imports too. `on` is the day of the two counts told; `by` signs the journal; `told` hears
    how many lines are written, none of them being there before the last.
    Raises EnrollmentRefused when there are new enrolments and the gate is closed (R20).
    """
    bulk_import.lock(organization)
    closed = gate.refusal(organization, on=on)
    before = count_on(organization, on=on)
    sessions, sessions_written = bulk_import.write_sessions(organization, rows)
    learners, learners_written = bulk_import.write_learners(organization, rows)
    written = bulk_import.write_enrollments(
        organization, rows, sessions, learners, sessions_written.moved, told=told
    )
    if closed and written.created:
        raise closed
    outcome = ImportOutcome(
        created=written.created,
        updated=written.updated,
        unchanged=len(rows) - written.created - written.updated,
        sessions_created=sessions_written.created,
        sessions_updated=sessions_written.updated,
        learners_created=learners_written.created,
        learners_updated=learners_written.updated,
        count_before=before,
        count_after=count_on(organization, on=on),
    )
    if outcome.changes:
        told = {"created": outcome.created, "updated": outcome.updated}
        record(organization=organization, actor=by, action="enrollments imported", **told)
    return outcome


def preview_import(
    *, organization: Organization, rows: Sequence[EnrollmentRow], on: date
) -> ImportOutcome:
    """Return what `import_rows` would do: the real import, in a savepoint that is rolled back."""
    with transaction.atomic():
        outcome = import_rows(organization=organization, rows=rows, on=on, by=None)
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
def enroll(
    *,
    organization: Organization,
    session: TrainingSession,
    learner: Learner,
    on: date,
    by: User | None = None,
) -> Enrollment:
    """Enrol a learner, or again one who had left: still one enrolment (R14).

    Somebody merged into another enrols as the other. `by` signs the journal.
    Raises EnrollmentRefused for a new one when the gate is closed (R20).
    """
    known = Enrollment.objects.for_organization(organization)
    person = learner.merged_into_id or learner.pk
    if not known.filter(session=session, learner=person).exists():
        gate.check(organization, on=on)
    [session] = lock_sessions(session.pk)
    return seat(organization=organization, session=session, learner=learner, by=by)


def seat(
    *, organization: Organization, session: TrainingSession, learner: Learner, by: User | None
) -> Enrollment:
    """Write an enrolment into a session that is locked, the gate being passed."""
    learner = _lock_present(learner)
    enrollment, _created = Enrollment.objects.update_or_create(
        organization=organization,
        session=session,
        learner=learner,
        defaults={
            "status": Status.ENROLLED,
            "left_on": None,
            "counts_on": session.starts_on,
            "session_is_held": session.is_held,
        },
    )
    told = {"session": session.code, "learner": learner.pk}
    record(organization=organization, actor=by, action="learner enrolled", **told)
    return enrollment


class NotEnrolled(Exception):
    """The learner has already left this session."""


@transaction.atomic
def cancel_enrollment(*, enrollment: Enrollment, on: date, by: User | None = None) -> Enrollment:
    """Note that a learner leaves: cancelled before the first day, abandoned from it (R14).

    Raises NotEnrolled if the learner left before.
    """
    [session] = lock_sessions(enrollment.session_id)
    rows = Enrollment.objects.select_related("organization")
    enrollment = rows.select_for_update(of=("self",)).get(pk=enrollment.pk)
    if enrollment.status != Status.ENROLLED:
        raise NotEnrolled
    enrollment.status = Status.CANCELLED if on < session.starts_on else Status.ABANDONED
    enrollment.left_on = on
    enrollment.save(update_fields=["status", "left_on"])
    told = {"session": session.code, "learner": enrollment.learner_id, "on": f"{on}"}
    action = f"enrollment {enrollment.status}"
    record(organization=enrollment.organization, actor=by, action=action, **told)
    return enrollment


def lock_sessions(*keys: int) -> list[TrainingSession]:
    """Lock sessions until the end of the transaction, in the order that every deed takes.

    The gate is locked before sessions, learners after them, enrolments last and by their keys.
    """
    rows = TrainingSession.objects.select_related("organization").order_by("pk")
    return list(rows.select_for_update(of=("self",)).filter(pk__in=keys))


def _lock_present(learner: Learner) -> Learner:
    """Lock and return the person whom a learner stands for: merging waits, or is seen."""
    learner.refresh_from_db(fields=["merged_into"])
    rows = Learner.objects.select_for_update(of=("self",), no_key=True)
    present = rows.get(pk=learner.merged_into_id or learner.pk)
    return _lock_present(present) if present.merged_into_id else present


@transaction.atomic
def recount_all(*, on: date) -> int:
    """Store the count of every organization on one day; return how many rows were written.

    One grouped statement over the index `counted_days`, zeros included. Call it in the staff's
    scope. Running it twice is harmless: a day counted before gets a new version only where its
    number differs, and the former one stays. Nobody enrols during the half-second that it takes,
    so that what a count saw is exactly what bears an earlier moment.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE learners_enrollment IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT nextval('learners_moment')")
        [moment] = cursor.fetchone()
        cursor.execute(RECOUNT_SQL, {"on": on, "first": first_day_counted(on), "moment": moment})
        return cursor.rowcount


@transaction.atomic
def catch_up_counts(*, today: date) -> int:
    """Store today's counts and those of the nights missed; return how many rows were written.

    The entries of each day are added up on the way: a count then reads one row a day.
    """
    tallies.fold()
    return sum(recount_all(on=day) for day in days_to_count(today=today))
