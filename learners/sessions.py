"""Deeds on training sessions: open one, name it, move it, cancel it, take that back (R14)."""

from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from accounts.services import record
from learners.models import TrainingSession
from learners.services import lock_sessions


class CodeTaken(Exception):
    """Another session of the organization has this code."""


@transaction.atomic
def create_session(
    *,
    organization: Organization,
    code: str,
    title: str,
    starts_on: date,
    ends_on: date,
    by: User | None,
) -> TrainingSession:
    """Open a session; it counts nobody before somebody is enrolled. Raises CodeTaken."""
    session = TrainingSession(
        organization=organization, code=code, title=title, starts_on=starts_on, ends_on=ends_on
    )
    try:
        with transaction.atomic():
            session.save(force_insert=True)
    except IntegrityError as error:
        if "one_session_per_code" not in str(error):
            raise
        raise CodeTaken(code) from error
    record(organization=organization, actor=by, action="session created", session=code)
    return session


@transaction.atomic
def rename_session(*, session: TrainingSession, title: str, by: User | None) -> TrainingSession:
    """Correct the title of a session; nothing that counts changes."""
    [session] = lock_sessions(session.pk)
    if session.title != title:
        _tell(session, by, "session renamed", former=session.title)
        session.title = title
        session.save(update_fields=["title"])
    return session


@transaction.atomic
def move_session(
    *, session: TrainingSession, starts_on: date, ends_on: date, by: User | None = None
) -> TrainingSession:
    """Move a session: its enrolments count at the new date (R14). Twice is once."""
    [session] = lock_sessions(session.pk)
    if (session.starts_on, session.ends_on) == (starts_on, ends_on):
        return session
    former = {"starts_on": f"{session.starts_on}", "ends_on": f"{session.ends_on}"}
    _tell(session, by, "session moved", former=former)
    session.starts_on, session.ends_on = starts_on, ends_on
    session.save(update_fields=["starts_on", "ends_on"])
    _in_order(session).update(counts_on=starts_on)
    return session


@transaction.atomic
def cancel_session(*, session: TrainingSession, by: User | None = None) -> TrainingSession:
    """Cancel a session: its enrolments stay written and count nothing (R14). Twice is once."""
    return _hold(session, by, is_held=False)


@transaction.atomic
def restore_session(*, session: TrainingSession, by: User | None = None) -> TrainingSession:
    """Take a cancellation back: the session's enrolments count as if it had never been."""
    return _hold(session, by, is_held=True)


def _hold(session: TrainingSession, by: User | None, *, is_held: bool) -> TrainingSession:
    [session] = lock_sessions(session.pk)
    if session.is_held != is_held:
        _tell(session, by, "session restored" if is_held else "session cancelled")
        session.is_held = is_held
        session.save(update_fields=["is_held"])
        _in_order(session).update(session_is_held=is_held)
    return session


def _in_order(session: TrainingSession):
    """Return the session's enrolments, each locked in the order in which merging locks them."""
    rows = session.enrollments.order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
    return session.enrollments


def _tell(session: TrainingSession, by: User | None, action: str, **details) -> None:
    told = {"session": session.code, **details}
    record(organization=session.organization, actor=by, action=action, **told)
