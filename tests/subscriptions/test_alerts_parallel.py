"""The job of the night in scopes of its own, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connections

from accounts.models import Organization
from accounts.tenancy import staff_context, tenant_context
from learners import services
from learners.gate import EnrollmentRefused
from learners.models import Enrollment, EnrollmentGate, Learner, TrainingSession
from subscriptions import alerts, overruns, tasks
from subscriptions.models import SupportNotice
from tests import world
from tests.subscriptions.limits import counts, day, mailed, raised
from tests.subscriptions.limits import overruns as told_overruns


def over() -> None:
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        world.subscribed(ravel, on=day(-30))
        counts(ravel, 528, on=day(0))


def at_once(deed, times: int) -> list:
    """Do something in so many threads at once; return what each answered."""

    def run(number: int):
        try:
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(run, range(times)))


@pytest.mark.seeded(by=over)
def test_the_job_run_twice_tells_of_the_night_once(committed_db):
    for _run in range(2):
        with time_machine.travel("2026-03-10T04:30:00+01:00", tick=False):
            tasks.warn_over_limit.apply().get()

    with staff_context():
        assert raised() == [(0, 101, 528, True)]
        assert mailed() == ["Vous dépassez votre limite de 28 apprenants"]


@pytest.mark.seeded(by=over)
def test_the_job_run_by_eight_at_once_tells_of_the_night_once(committed_db):
    at_once(lambda _number: alerts.warn(on=day(0)), 8)

    with staff_context():
        assert raised() == [(0, 101, 528, True)]
        assert told_overruns() == [(0, 30, None, "")]
        assert mailed() == ["Vous dépassez votre limite de 28 apprenants"]
        assert SupportNotice.objects.count() == 1


def full() -> None:
    """Two learners counted for a limit of two, and a gate that is closed."""
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        session = TrainingSession.objects.create(
            organization=ravel, code="S1", title="", starts_on=day(0), ends_on=day(0)
        )
        for number in range(8):
            person = Learner.objects.create(organization=ravel, email=f"a{number}@exemple.fr")
            if number < 2:
                services.enroll(organization=ravel, session=session, learner=person, on=day(0))
        EnrollmentGate.objects.create(organization=ravel, limit=2, closed_from=day(-1))


@pytest.mark.seeded(by=full)
def test_of_six_who_enrol_at_once_behind_the_gate_one_passes(committed_db):
    """At the limit the gate is open: the first passes it, the others count the first."""
    with staff_context():
        ravel, session = Organization.objects.get(), TrainingSession.objects.get()
        people = list(Learner.objects.order_by("pk")[2:])

    def enrol(number: int) -> bool:
        try:
            with tenant_context(ravel.pk):
                services.enroll(
                    organization=ravel, session=session, learner=people[number], on=day(0)
                )
        except EnrollmentRefused:
            return False
        return True

    answers = at_once(enrol, 6)

    with staff_context():
        assert (sum(answers), Enrollment.objects.count()) == (1, 3)


@pytest.mark.seeded(by=over)
def test_an_extension_and_the_job_at_once_leave_one_day_at_the_gate(committed_db):
    alerts.warn(on=day(0))
    with staff_context():
        ravel = Organization.objects.get()
        counts(ravel, 530, on=day(1))
        manager = world.person("Irène")

    def either(number: int) -> None:
        if number % 2:
            alerts.warn(on=day(1))
            return
        with staff_context():
            overruns.extend_grace(
                organization=ravel,
                until=day(60) + timedelta(days=number),
                on=day(1),
                reason="Essai",
                actor=manager,
            )

    at_once(lambda number: _quietly(either, number), 6)

    with staff_context():
        [(first, closes, ended, why)] = told_overruns()
        assert (first, ended, why) == (0, None, "")
        assert EnrollmentGate.objects.get().closed_from == day(closes)


def _quietly(deed, number: int) -> None:
    try:
        deed(number)
    except overruns.NotLater:  # another one was put off further
        return
