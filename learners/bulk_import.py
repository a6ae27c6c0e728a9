"""The writes of an import: a handful of statements whatever the number of rows.

Each table is read once, compared in memory, and what is new or different goes back in one upsert
by thousands. COPY is refused under row-level security (fact L12).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model, OuterRef, Subquery

from accounts.models import Organization
from learners.enrollment_row import EnrollmentRow
from learners.models import Enrollment, Learner, TrainingSession

BATCH = 2_000
IMPORT_LOCK = 4_714  # the first half of the advisory lock's key; any constant of our own


@dataclass(frozen=True)
class Written:
    """How many rows of one table were new, how many differed; the codes of moved sessions."""

    created: int
    updated: int
    moved: frozenset[str] = frozenset()


def lock(organization: Organization) -> None:
    """Let one import at a time write in an organization, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, organization.pk])


def write_sessions(
    organization: Organization, rows: Sequence[EnrollmentRow]
) -> tuple[dict[str, TrainingSession], Written]:
    """Write the sessions that the rows name; return them by code. Enrolments of moved ones move."""
    wanted = {row.session_code: row for row in rows}
    known = {
        session.code: session
        for session in TrainingSession.objects.for_organization(organization)
        .filter(code__in=wanted)
        .select_for_update(of=("self",), no_key=True)  # nobody moves it before we have copied it
    }
    fields = ("title", "starts_on", "ends_on")
    changed = _differing(wanted, known, fields)
    moved = frozenset(code for code in changed if known[code].starts_on != wanted[code].starts_on)
    fresh = [
        TrainingSession(
            organization=organization,
            code=code,
            is_held=known[code].is_held if code in known else True,
            **{field: getattr(wanted[code], field) for field in fields},
        )
        for code in wanted
        if code not in known or code in changed
    ]
    _upsert(fresh, key=("code",), fields=fields)
    known.update((session.code, session) for session in fresh)
    _move_enrollments(organization, [known[code].pk for code in moved])
    return known, Written(len(fresh) - len(changed), len(changed), moved)


def write_learners(
    organization: Organization, rows: Sequence[EnrollmentRow]
) -> tuple[dict[str, Learner], Written]:
    """Write the learners that the rows name; return them by address."""
    wanted = {row.email: row for row in rows}
    known = {
        learner.email: learner
        for learner in Learner.objects.for_organization(organization).filter(email__in=wanted)
    }
    fields = ("last_name", "first_name")
    changed = _differing(wanted, known, fields)
    fresh = [
        Learner(
            organization=organization,
            email=email,
            **{field: getattr(wanted[email], field) for field in fields},
        )
        for email in wanted
        if email not in known or email in changed
    ]
    _upsert(fresh, key=("email",), fields=fields)
    known.update((learner.email, learner) for learner in fresh)
    return known, Written(len(fresh) - len(changed), len(changed))


def write_enrollments(
    organization: Organization,
    rows: Sequence[EnrollmentRow],
    sessions: dict[str, TrainingSession],
    learners: dict[str, Learner],
    moved: frozenset[str],
) -> Written:
    """Write the enrolments of the rows, whose sessions and learners are written already.

    An enrolment that a moved session has taken along counts as updated.
    """
    known = {
        (session_id, learner_id): facts
        for session_id, learner_id, *facts in Enrollment.objects.for_organization(organization)
        .filter(session__in=[sessions[code].pk for code in {row.session_code for row in rows}])
        .values_list("session_id", "learner_id", "status", "left_on")
    }
    fresh, created, updated = [], 0, 0
    for row in rows:
        session, learner = sessions[row.session_code], learners[row.email]
        before = known.get((session.pk, learner.pk))
        is_same = before == [row.status, row.left_on]
        updated += before is not None and (not is_same or row.session_code in moved)
        if is_same:
            continue
        created += before is None
        fresh.append(
            Enrollment(
                organization=organization,
                session=session,
                learner=learner,
                counts_on=session.starts_on,
                session_is_held=session.is_held,
                status=row.status,
                left_on=row.left_on,
            )
        )
    _upsert(fresh, key=("session", "learner"), fields=("status", "left_on"))
    return Written(created, updated)


def _differing(
    wanted: dict[str, EnrollmentRow], known: dict[str, Model], fields: Iterable[str]
) -> set[str]:
    return {
        key
        for key, before in known.items()
        if any(getattr(before, field) != getattr(wanted[key], field) for field in fields)
    }


def _upsert(instances: list[Model], *, key: tuple[str, ...], fields: tuple[str, ...]) -> None:
    if not instances:
        return
    type(instances[0]).objects.bulk_create(
        instances,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["organization", *key],
        update_fields=fields,
    )


def _move_enrollments(organization: Organization, moved: list[int]) -> None:
    session = TrainingSession.objects.filter(pk=OuterRef("session_id"))
    Enrollment.objects.for_organization(organization).filter(session__in=moved).update(
        counts_on=Subquery(session.values("starts_on"))
    )
