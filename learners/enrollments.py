"""Enrolments as people make them on a page: by an address, several at once, to another session."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from accounts.models import Organization, User
from learners import gate, services
from learners.models import Enrollment, Learner, Status, TrainingSession
from learners.services import NotEnrolled, lock_sessions


class SessionCancelled(Exception):
    """Nobody can be enrolled in a session that is not held."""


class AlreadyEnrolled(Exception):
    """The person is enrolled in this session already."""

    def __init__(self, learner: Learner):
        super().__init__(str(learner))
        self.learner = learner


class UnknownLearner(Exception):
    """Nobody known has this address, and no name came with it."""


class NotStarted(Exception):
    """Before the first day an enrolment is cancelled: nobody can have left yet (R14)."""


class StartedAlready(Exception):
    """From the first day on somebody leaves, and counts: nothing can be cancelled (R14)."""


class UnknownSession(Exception):
    """No session of the organization has this code."""


class SameSession(Exception):
    """The enrolments are in the session to which they should go."""


@transaction.atomic
def enroll_by_email(
    *,
    session: TrainingSession,
    email: str,
    name: tuple[str, str],
    on: date,
    by: User | None,
) -> Enrollment:
    """Enrol whoever has a normalised address; `name`, first and last, is for somebody new.

    Raises UnknownLearner without a name, AlreadyEnrolled, SessionCancelled, EnrollmentRefused.
    """
    organization = session.organization
    learner = _known(session, email)
    if learner is None:
        learner = _met(session, email, name, on)
    elif _is_enrolled(session, learner):
        raise AlreadyEnrolled(learner)
    [session] = lock_sessions(session.pk)
    if not session.is_held:
        raise SessionCancelled
    return services.enroll(
        organization=organization, session=session, learner=learner, on=on, by=by
    )


def _known(session: TrainingSession, email: str) -> Learner | None:
    """Return whom an address stands for, the one somebody was merged into."""
    rows = Learner.objects.for_organization(session.organization).select_related("merged_into")
    learner = rows.filter(email=email).first()
    return learner and (learner.merged_into or learner)


def _met(session: TrainingSession, email: str, name: tuple[str, str], on: date) -> Learner:
    """Return somebody new; the gate and the session are locked before, as everywhere."""
    if not all(name):
        raise UnknownLearner(email)
    gate.check(session.organization, on=on)
    lock_sessions(session.pk)
    first_name, last_name = name
    learner, _created = Learner.objects.get_or_create(
        organization=session.organization,
        email=email,
        defaults={"first_name": first_name, "last_name": last_name},
    )
    return learner


def _is_enrolled(session: TrainingSession, learner: Learner) -> bool:
    return session.enrollments.filter(learner=learner, status=Status.ENROLLED).exists()


@transaction.atomic
def enroll_again(
    *, session: TrainingSession, enrollment: int, on: date, by: User | None
) -> Enrollment:
    """Enrol somebody who had left, by the key of the enrolment; it is the same one (R14).

    Raises Enrollment.DoesNotExist, SessionCancelled, EnrollmentRefused.
    """
    former = session.enrollments.exclude(status=Status.MERGED).select_related("learner")
    learner = former.get(pk=enrollment).learner
    if not session.is_held:
        raise SessionCancelled
    return services.enroll(
        organization=session.organization, session=session, learner=learner, on=on, by=by
    )


@transaction.atomic
def leave(
    *,
    session: TrainingSession,
    enrollments: Collection[int],
    becoming: Status,
    on: date,
    by: User | None,
) -> list[Enrollment]:
    """Note that several learners left (ABANDONED) or never come (CANCELLED); return whose changed.

    Whoever has left before stays as written. Raises NotEnrolled when that is everybody, NotStarted
    or StartedAlready when the day says the contrary of what they become.
    """
    [session] = lock_sessions(session.pk)
    if becoming == Status.ABANDONED and on < session.starts_on:
        raise NotStarted
    if becoming == Status.CANCELLED and on >= session.starts_on:
        raise StartedAlready
    present = _present(session, enrollments)
    return [services.cancel_enrollment(enrollment=each, on=on, by=by) for each in present]


def session_of_code(*, organization: Organization, code: str) -> TrainingSession:
    """Return the session that has a code. Raises UnknownSession."""
    rows = TrainingSession.objects.for_organization(organization)
    try:
        return rows.get(code=code)
    except TrainingSession.DoesNotExist:
        raise UnknownSession(code) from None


@transaction.atomic
def change_session(
    *,
    session: TrainingSession,
    enrollments: Collection[int],
    target: TrainingSession,
    on: date,
    by: User | None,
) -> list[Enrollment]:
    """Take several learners to another session; return their enrolments there.

    Where they were, they leave on a day: an enrolment cancelled before the first day counts no
    more, one left later still does, beside the new one (R14), which the gate may refuse (R20).
    Raises NotEnrolled when none of them is enrolled, SameSession, SessionCancelled,
    EnrollmentRefused.
    """
    if session.pk == target.pk:
        raise SameSession
    there = target.enrollments.values("learner")
    new = session.enrollments.filter(pk__in=enrollments).exclude(learner__in=there)
    if session.starts_on <= on and new.exists():  # before, the new one takes the place of the old
        gate.check(session.organization, on=on)
    locked = {each.pk: each for each in lock_sessions(session.pk, target.pk)}
    session, target = locked[session.pk], locked[target.pk]
    if not target.is_held:
        raise SessionCancelled
    present = _present(session, enrollments)
    for each in present:
        services.cancel_enrollment(enrollment=each, on=on, by=by)
    return [
        services.seat(
            organization=session.organization, session=target, learner=each.learner, by=by
        )
        for each in present
    ]


def _present(session: TrainingSession, enrollments: Collection[int]) -> list[Enrollment]:
    """Return those who are enrolled, by their keys. Raises NotEnrolled when nobody is."""
    rows = session.enrollments.filter(pk__in=enrollments, status=Status.ENROLLED)
    present = list(rows.select_related("learner").order_by("pk"))
    if not present:
        raise NotEnrolled
    return present
