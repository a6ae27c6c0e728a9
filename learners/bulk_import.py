"""The writes of an import: a handful of statements whatever the number of rows.

Each table is read once, compared in memory, and what is new or different goes back in upserts of
thousands of rows, as arrays: bulk_create spends four fifths of its time making models, and COPY
is refused under row-level security (fact L12).
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Model, OuterRef, Subquery

from accounts.models import Organization
from learners.enrollment_row import EnrollmentRow
from learners.models import Enrollment, Learner, TrainingSession

BATCH = 5_000
IMPORT_LOCK = 4_714  # the first half of the advisory lock's key; any constant of our own


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows of one table were new, how many differed; the codes of moved sessions."""

    created: int
    updated: int
    moved: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session as its enrolments copy it."""

    pk: int
    starts_on: date
    is_held: bool


def lock(organization: Organization) -> None:
    """Let one import at a time write in an organization, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [IMPORT_LOCK, organization.pk])


def write_sessions(
    organization: Organization, rows: Sequence[EnrollmentRow]
) -> tuple[dict[str, KnownSession], Written]:
    """Write the sessions that the rows name; return them by code. Enrolments of moved ones move."""
    wanted = {row.session_code: (row.title, row.starts_on, row.ends_on) for row in rows}
    before = {
        code: (pk, is_held, facts)
        for code, pk, is_held, *facts in TrainingSession.objects.for_organization(organization)
        .filter(code__in=wanted)
        .order_by("pk")  # in which every deed locks sessions
        .select_for_update(of=("self",), no_key=True)  # nobody moves it before we have copied it
        .values_list("code", "pk", "is_held", "title", "starts_on", "ends_on")
    }
    changed = {code for code, (*_, facts) in before.items() if tuple(facts) != wanted[code]}
    moved = frozenset(code for code in changed if before[code][2][1] != wanted[code][1])
    held = {code: is_held for code, (_pk, is_held, _facts) in before.items()}
    fresh = [
        (code, held.get(code, True), *facts)
        for code, facts in wanted.items()
        if code not in before or code in changed
    ]
    names = ("code", "is_held", "title", "starts_on", "ends_on")
    ids = {code: pk for code, (pk, *_) in before.items()}
    ids |= _upsert(organization, TrainingSession, names, fresh, same=1)
    _move_enrollments(organization, [ids[code] for code in moved])
    sessions = {
        code: KnownSession(ids[code], starts_on, held.get(code, True))
        for code, (_title, starts_on, _ends_on) in wanted.items()
    }
    return sessions, Written(len(fresh) - len(changed), len(changed), moved)


def write_learners(
    organization: Organization, rows: Sequence[EnrollmentRow]
) -> tuple[dict[str, int], Written]:
    """Write the learners that the rows name; return their keys by address.

    The address of somebody merged into another leads to the other, whose name stays.
    """
    wanted = {row.email: (row.last_name, row.first_name) for row in rows}
    known = list(
        Learner.objects.for_organization(organization)
        .filter(email__in=wanted)
        .values_list("email", "pk", "merged_into", "last_name", "first_name")
    )
    merged = {email: kept for email, _pk, kept, *_facts in known if kept}
    before = {email: (merged.get(email, pk), facts) for email, pk, _kept, *facts in known}
    changed = {
        email
        for email, (_pk, facts) in before.items()
        if email not in merged and tuple(facts) != wanted[email]
    }
    fresh = [
        (email, *facts)
        for email, facts in wanted.items()
        if email not in before or email in changed
    ]
    ids = {email: pk for email, (pk, _facts) in before.items()}
    ids |= _upsert(organization, Learner, ("email", "last_name", "first_name"), fresh)
    return ids, Written(len(fresh) - len(changed), len(changed))


def write_enrollments(
    organization: Organization,
    rows: Sequence[EnrollmentRow],
    sessions: dict[str, KnownSession],
    learners: dict[str, int],
    moved: frozenset[str],
    told: Callable[[int], None],
) -> Written:
    """Write the enrolments of the rows, whose sessions and learners are written already.

    An enrolment that a moved session has taken along counts as updated. Of two rows that are one
    enrolment, told under two addresses of one person, the better is believed.
    """
    before = {
        (session, learner): (status, left_on)
        for session, learner, status, left_on in Enrollment.objects.for_organization(organization)
        .filter(session__in=[session.pk for session in sessions.values()])
        .values_list("session_id", "learner_id", "status", "left_on")
    }
    fresh, created, updated = [], 0, 0
    for (code, learner), facts in _units(rows, learners).items():
        session = sessions[code]
        known = before.get((session.pk, learner))
        created += known is None
        updated += known is not None and (known != facts or code in moved)
        if known != facts:
            fresh.append((session.pk, learner, session.starts_on, session.is_held, *facts))
    names = ("session_id", "learner_id", "counts_on", "session_is_held", "status", "left_on")
    same = len(rows) - len(fresh)
    written = functools.partial(_upsert, organization, Enrollment, names, keys=2, same=2)
    for start in range(0, len(fresh), BATCH):
        told(same + start)
        written(fresh[start : start + BATCH])
    return Written(created, updated)


def _units(
    rows: Sequence[EnrollmentRow], learners: dict[str, int]
) -> dict[tuple[str, int], tuple[str, date | None]]:
    """Return what the rows say of each session and learner: enrolled, else who left last."""
    units = {}
    for row in rows:
        unit = row.session_code, learners[row.email]
        others = units.get(unit)
        if others is None or (others[1] and (row.left_on is None or row.left_on > others[1])):
            units[unit] = row.status, row.left_on
    return units


def _upsert(
    organization: Organization,
    model: type[Model],
    names: tuple[str, ...],
    rows: list[tuple],
    *,
    keys: int = 1,
    same: int = 0,
) -> dict:
    """Write rows given as tuples of `names`; return the primary keys by the first column.

    The first `keys` columns are unique in an organization; the `same` columns that follow are
    written in new rows and left alone in known ones. Names are ours, never a person's.
    """
    fields = [model._meta.get_field(name.removesuffix("_id")) for name in names]
    # Without its length: a cast to varchar(60) cuts in silence, where the column itself refuses.
    types = [field.db_type(connection).partition("(")[0] for field in fields]
    columns = ", ".join(names)
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names[keys + same :])
    statement = f"""
        INSERT INTO {model._meta.db_table} (organization_id, created_at, {columns})
        SELECT %s, now(), {columns} FROM unnest({arrays}) AS fresh({columns})
            ON CONFLICT (organization_id, {", ".join(names[:keys])}) DO UPDATE SET {changes}
        RETURNING {names[0]}, id
    """
    written = {}
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            batch = zip(*rows[start : start + BATCH], strict=True)
            cursor.execute(statement, [organization.pk, *map(list, batch)])
            written.update(cursor.fetchall())
    return written


def _move_enrollments(organization: Organization, moved: list[int]) -> None:
    session = TrainingSession.objects.filter(pk=OuterRef("session_id"))
    Enrollment.objects.for_organization(organization).filter(session__in=moved).update(
        counts_on=Subquery(session.values("starts_on"))
    )
