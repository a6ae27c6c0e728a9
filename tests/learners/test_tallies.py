"""The entries of each day: told by triggers, folded at night, the same as the enrolments."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import Error, OperationalError, connection, connections

from accounts.models import Organization
from accounts.services import create_organization
from accounts.tenancy import staff_context, tenant_context
from learners import identities, selectors, services, sessions, tallies
from learners.models import Enrollment, EntryTally, Learner, TrainingSession
from tests.learners.conftest import person
from tests.learners.test_services import START, imported, row

DAY = timedelta(days=1)


def parts(organization: Organization) -> list[tuple]:
    rows = EntryTally.objects.for_organization(organization).order_by("pk")
    return list(rows.values_list("counts_on", "units"))


def three(organization: Organization) -> TrainingSession:
    """Enrol three learners in one session, by one import; return the session."""
    rows = [row(email=f"{name}@c.fr") for name in ("a", "b", "c")]
    imported(organization, *rows)
    return TrainingSession.objects.get(organization=organization, code="S1")


@pytest.fixture
def staff(ravel):
    with staff_context():
        yield ravel


def test_a_statement_adds_a_part_for_each_day_that_it_changes(staff):
    session = three(staff)
    sessions.move_session(session=session, starts_on=START + DAY, ends_on=START + DAY)
    sessions.cancel_session(session=session)
    sessions.cancel_session(session=session)
    sessions.restore_session(session=session)
    services.cancel_enrollment(enrollment=session.enrollments.first(), on=START)

    moved, left = sorted(parts(staff)[1:3]), parts(staff)[3:]
    assert parts(staff)[0] == (START, 3)
    assert moved == [(START, -3), (START + DAY, 3)]
    assert left == [(START + DAY, -3), (START + DAY, 3), (START + DAY, -1)]


def test_what_changes_no_count_adds_nothing(staff):
    session = three(staff)
    services.cancel_enrollment(enrollment=session.enrollments.first(), on=START + DAY)
    sessions.rename_session(session=session, title="Autre", by=None)
    kept, duplicate = Learner.objects.order_by("pk")[:2]
    elsewhere = TrainingSession.objects.create(
        organization=staff, code="S2", title="", starts_on=START, ends_on=START
    )
    Enrollment.objects.filter(learner=duplicate).update(session=elsewhere)
    identities.merge_learners(kept=kept, duplicate=duplicate, on=START, by=None)

    assert parts(staff) == [(START, 3)]


def test_folding_keeps_one_row_a_day_and_every_count(staff):
    session = three(staff)
    sessions.move_session(session=session, starts_on=START + DAY, ends_on=START + DAY)
    imported(staff, row(session_code="S2", email="a@c.fr", starts_on=START + DAY))
    curve = selectors.history(staff, until=START + DAY)

    tallies.fold()
    once = list(EntryTally.objects.values())
    tallies.fold()

    assert parts(staff) == [(START + DAY, 4)]
    assert list(EntryTally.objects.values()) == once
    assert selectors.history(staff, until=START + DAY) == curve


def test_the_night_folds(staff):
    three(staff)
    imported(staff, row(email="d@c.fr"))

    services.catch_up_counts(today=START)

    assert parts(staff) == [(START, 4)]


def test_mending_tells_the_days_that_no_trigger_told(staff):
    three(staff)
    EntryTally.objects.all().delete()
    EntryTally.objects.create(organization=staff, counts_on=START + DAY, units=2)

    mended, again = tallies.mend(), tallies.mend()

    assert (mended, again) == (2, 0)
    assert selectors.count_on(staff, on=START + DAY) == 3


def test_the_command_tells_how_many_days_it_mended(ravel):
    with staff_context():
        three(ravel)
        EntryTally.objects.all().delete()
    told = [StringIO(), StringIO()]

    for out in told:
        call_command("mend_entries", stdout=out)

    assert [out.getvalue() for out in told] == ["Jours rétablis : 1.\n", "Jours rétablis : 0.\n"]


def test_a_part_is_never_rewritten(staff):
    three(staff)

    with pytest.raises(Error, match="Cannot update rows from learners_entrytally"):
        EntryTally.objects.update(units=0)


def settle():
    with staff_context():
        ravel = create_organization(name="Ravel", slug="ravel", owner=person("alice"))
        for n in range(8):
            TrainingSession.objects.create(
                organization=ravel, code=f"S{n}", title="", starts_on=START, ends_on=START
            )
            Learner.objects.create(organization=ravel, email=f"{n}@c.fr")


@pytest.mark.seeded(by=settle)
def test_who_enrols_on_the_same_day_waits_for_nobody(committed_db):
    with staff_context():
        ravel = Organization.objects.get()
        pairs = list(zip(TrainingSession.objects.all(), Learner.objects.all(), strict=True))
    all_are_enrolled = Barrier(len(pairs), timeout=30)

    def enrol(pair):
        session, learner = pair
        try:
            with tenant_context(ravel.pk):
                services.enroll(organization=ravel, session=session, learner=learner, on=START)
                all_are_enrolled.wait()  # each transaction is open until every one has enrolled
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(pairs)) as pool:
        list(pool.map(enrol, pairs))

    with staff_context():
        assert selectors.count_on(ravel, on=START) == len(pairs)
        assert tallies.mend() == 0


@pytest.mark.seeded(by=settle)
def test_folding_beside_those_who_enrol_and_leave_loses_nobody(committed_db):
    with staff_context():
        ravel = Organization.objects.get()
        pairs = list(zip(TrainingSession.objects.all(), Learner.objects.all(), strict=True))

    def come_and_go(pair):
        session, learner = pair
        try:
            for _time in range(4):
                with tenant_context(ravel.pk):
                    enrollment = services.enroll(
                        organization=ravel, session=session, learner=learner, on=START
                    )
                with tenant_context(ravel.pk):
                    services.cancel_enrollment(enrollment=enrollment, on=START - DAY)
        finally:
            connections.close_all()

    def fold():
        try:
            for _time in range(12):
                with staff_context():
                    tallies.fold()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        folding = [pool.submit(fold) for _folder in range(2)]
        list(pool.map(come_and_go, pairs[:4]))
        [each.result() for each in folding]

    with staff_context():
        assert tallies.mend() == 0
        assert selectors.count_on(ravel, on=START) == 0


@pytest.mark.seeded(by=settle)
def test_two_who_fold_at_once_fold_one_after_the_other(committed_db):
    with staff_context():
        ravel = Organization.objects.get()
        three(ravel)
        imported(ravel, row(email="d@c.fr"))

    def fold_without_waiting():
        try:
            with staff_context(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                tallies.fold()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with staff_context():
            tallies.fold()
            beside = pool.submit(fold_without_waiting).exception()
        after = pool.submit(fold_without_waiting).exception()

    assert isinstance(beside, OperationalError)
    assert after is None
    with staff_context():
        assert parts(ravel) == [(START, 4)]


@pytest.mark.django_db
def test_a_tenant_reads_its_own_days_only(places):
    with staff_context():
        three(places.ravel)
    with tenant_context(places.elsewhere.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM learners_entrytally")
        assert cursor.fetchone() == (0,)
