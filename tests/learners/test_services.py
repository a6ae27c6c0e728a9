"""The deeds, each against the sentence of R14, and all of them against a count by hand."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, Organization
from accounts.selectors import owner
from accounts.services import create_organization
from accounts.tenancy import staff_context, tenant_context
from learners import selectors, services
from learners.enrollment_row import EnrollmentRow
from learners.models import DailyCount, Enrollment, Learner, Status, TrainingSession
from learners.services import ImportOutcome
from learners.sessions import cancel_session, move_session
from tests.learners.conftest import person

START = date(2026, 3, 1)
ROW = EnrollmentRow(
    line=2,
    session_code="S1",
    title="Gestes et postures",
    starts_on=START,
    ends_on=START + timedelta(days=1),
    email="zoe@exemple.fr",
    last_name="Été",
    first_name="Zoé",
    status="enrolled",
    left_on=None,
)


@pytest.fixture
def tenant(ravel):
    """The scope of a request of Ravel."""
    with tenant_context(ravel.pk):
        yield ravel


def row(**fields):
    return dataclasses.replace(ROW, **fields)


def imported(organization, *rows):
    return services.import_rows(organization=organization, rows=rows, on=START, by=None)


def outcome(**counts):
    zeros = {field.name: 0 for field in dataclasses.fields(ImportOutcome)}
    return ImportOutcome(**zeros | counts)


def session(organization, **fields):
    values = {"code": "S1", "title": "Gestes", "starts_on": START, "ends_on": START} | fields
    return TrainingSession.objects.create(organization=organization, **values)


def learner(organization, email="zoe@exemple.fr"):
    return Learner.objects.create(
        organization=organization, email=email, last_name="Été", first_name="Zoé"
    )


def enrolled(organization, **fields):
    return services.enroll(
        organization=organization,
        session=session(organization, **fields),
        learner=learner(organization),
        on=START,
    )


def check_constraints():
    """Check now what the database would check at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_import_creates_the_sessions_and_learners_it_names(tenant):
    result = imported(tenant, ROW, row(email="b@c.fr"), row(session_code="S2"))

    assert result == outcome(
        created=3, sessions_created=2, learners_created=2, count_before=0, count_after=3
    )
    assert Enrollment.objects.count() == 3


def test_import_of_the_same_rows_changes_nothing(tenant):
    rows = [ROW, row(email="b@c.fr", status="cancelled", left_on=START)]
    imported(tenant, *rows)
    before = list(Enrollment.objects.order_by("pk").values())

    result = imported(tenant, *rows)

    assert result == outcome(unchanged=2, count_before=2, count_after=2)
    assert result.changes == 0
    assert list(Enrollment.objects.order_by("pk").values()) == before
    assert AuditEvent.objects.filter(action="enrollments imported").count() == 1


def test_import_updates_what_differs(tenant):
    imported(tenant, ROW, row(email="b@c.fr"))

    result = imported(
        tenant,
        row(last_name="ÉTÉ", status="abandoned", left_on=START, title="Gestes"),
        row(email="b@c.fr", title="Gestes"),
    )

    assert result == outcome(
        updated=1,
        unchanged=1,
        sessions_updated=1,
        learners_updated=1,
        count_before=2,
        count_after=2,
    )
    enrollment = Enrollment.objects.get(learner__email=ROW.email)
    assert (enrollment.status, enrollment.left_on) == (Status.ABANDONED, START)
    assert enrollment.learner.last_name == "ÉTÉ"
    assert enrollment.session.title == "Gestes"


def test_import_of_a_moved_session_moves_enrollments_of_other_imports(tenant):
    imported(tenant, ROW, row(email="b@c.fr"))
    later = START + timedelta(days=10)

    result = imported(tenant, row(starts_on=later, ends_on=later))

    check_constraints()
    assert result == outcome(updated=1, sessions_updated=1, count_before=2, count_after=0)
    assert set(Enrollment.objects.values_list("counts_on", flat=True)) == {later}


def test_import_leaves_a_cancelled_session_cancelled(tenant):
    imported(tenant, ROW)
    cancel_session(session=TrainingSession.objects.get())

    result = imported(tenant, ROW, row(email="b@c.fr", title="Gestes"))

    check_constraints()
    assert result == outcome(created=1, unchanged=1, sessions_updated=1, learners_created=1)
    assert list(Enrollment.objects.values_list("counted", flat=True)) == [False, False]


def test_import_writes_nothing_when_the_database_refuses_a_row(tenant):
    with pytest.raises(IntegrityError), transaction.atomic():
        imported(tenant, ROW, row(session_code="S2", ends_on=START - timedelta(days=1)))

    assert (TrainingSession.objects.count(), Learner.objects.count()) == (0, 0)


def test_import_does_not_see_the_session_of_the_same_code_elsewhere(places):
    with tenant_context(places.elsewhere.pk):
        imported(places.elsewhere, row(title="La leur"))

    with tenant_context(places.ravel.pk):
        result = imported(places.ravel, row(starts_on=START + timedelta(days=1), title="La nôtre"))

    assert (result.sessions_created, result.learners_created) == (1, 1)
    with tenant_context(places.elsewhere.pk):
        theirs = TrainingSession.objects.get()
        assert (theirs.title, theirs.starts_on) == ("La leur", START)
        assert Enrollment.objects.get().counts_on == START


def test_import_signs_the_journal(tenant):
    alice = owner(tenant)

    services.import_rows(organization=tenant, rows=[ROW], on=START, by=alice)

    event = AuditEvent.objects.get(action="enrollments imported")
    assert (event.actor, event.details) == (alice, {"created": 1, "updated": 0})


def test_preview_says_what_an_import_does_and_writes_nothing(tenant):
    rows = [ROW, row(email="b@c.fr")]

    preview = services.preview_import(organization=tenant, rows=rows, on=START)

    tables = [TrainingSession, Learner, Enrollment]
    assert [table.objects.count() for table in tables] == [0, 0, 0]
    assert preview == imported(tenant, *rows)


def test_an_import_takes_as_many_queries_for_3_rows_as_for_300(tenant):
    def queries(prefix, number):
        rows = [
            row(session_code=f"{prefix}{n % 7}", email=f"{prefix}{n}@c.fr") for n in range(number)
        ]
        with CaptureQueriesContext(connection) as captured:
            imported(tenant, *rows)
        return len(captured)

    assert queries("a", 3) == queries("b", 300)


def test_import_refuses_a_text_too_long_rather_than_cut_it(tenant):
    with pytest.raises(DataError), transaction.atomic():
        imported(tenant, row(session_code="S" * 61))


def seed_ravel():
    with staff_context():
        create_organization(name="Ravel", slug="ravel", owner=person("alice"))


@pytest.mark.seeded(by=seed_ravel)
@pytest.mark.usefixtures("committed_db")
def test_the_same_import_from_four_people_at_once_writes_it_once():
    with staff_context():
        ravel = Organization.objects.get()
    rows = [row(session_code=f"S{n % 5}", email=f"l{n}@c.fr") for n in range(200)]

    def one_import(_number):
        try:
            with tenant_context(ravel.pk):
                return imported(ravel, *rows)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(one_import, range(4)))

    created = outcome(
        created=200, sessions_created=5, learners_created=200, count_before=0, count_after=200
    )
    unchanged = outcome(unchanged=200, count_before=200, count_after=200)
    assert sorted(outcomes, key=lambda told: told.unchanged) == [created, *[unchanged] * 3]


def test_enroll_again_is_still_one(tenant):
    enrollment = enrolled(tenant)
    services.cancel_enrollment(enrollment=enrollment, on=START - timedelta(days=1))

    again = services.enroll(
        organization=tenant, session=enrollment.session, learner=enrollment.learner, on=START
    )

    assert (again.pk, again.status, again.left_on) == (enrollment.pk, Status.ENROLLED, None)
    assert selectors.count_on(tenant, on=START) == 1


@pytest.mark.parametrize(
    ("days", "status", "count"),
    [(-1, Status.CANCELLED, 0), (0, Status.ABANDONED, 1), (1, Status.ABANDONED, 1)],
)
def test_leaving_counts_from_the_first_day_on(tenant, days, status, count):
    enrollment = enrolled(tenant)

    left = services.cancel_enrollment(enrollment=enrollment, on=START + timedelta(days=days))

    assert left.status == status
    assert selectors.count_on(tenant, on=START) == count


def test_leaving_twice_is_refused(tenant):
    enrollment = services.cancel_enrollment(enrollment=enrolled(tenant), on=START)

    with pytest.raises(services.NotEnrolled):
        services.cancel_enrollment(enrollment=enrollment, on=START)


def test_a_moved_session_counts_at_its_new_date(tenant):
    enrollment = enrolled(tenant)
    later = START + timedelta(days=40)

    move_session(session=enrollment.session, starts_on=later, ends_on=later)

    check_constraints()
    assert [selectors.count_on(tenant, on=day) for day in (START, later)] == [0, 1]


def test_a_cancelled_session_counts_nothing(tenant):
    enrollment = enrolled(tenant)

    cancel_session(session=enrollment.session)

    check_constraints()
    assert selectors.count_on(tenant, on=START) == 0


def test_an_enrollment_cannot_drift_from_its_session(tenant):
    enrollment = enrolled(tenant)

    Enrollment.objects.filter(pk=enrollment.pk).update(counts_on=START + timedelta(days=1))

    with pytest.raises(IntegrityError), transaction.atomic():
        check_constraints()

    Enrollment.objects.filter(pk=enrollment.pk).update(counts_on=START)


def test_recount_stores_each_organization_once_zeros_included(places):
    with tenant_context(places.ravel.pk):
        imported(places.ravel, ROW)

    with staff_context():
        assert services.recount_all(on=START) == 2
        assert services.recount_all(on=START) == 0
        stored = list(
            DailyCount.objects.order_by("count").values_list(
                "organization__slug", "counted_on", "count"
            )
        )

    assert stored == [("ailleurs", START, 0), ("ravel", START, 1)]


def test_recount_adds_a_version_where_the_number_differs(places):
    with staff_context():
        services.recount_all(on=START)
    with tenant_context(places.ravel.pk):
        imported(places.ravel, ROW)

    with staff_context():
        assert services.recount_all(on=START) == 1
        assert services.recount_all(on=START) == 0
        stored = DailyCount.objects.filter(organization=places.ravel).order_by("version")
        assert list(stored.values_list("version", "count")) == [(1, 0), (2, 1)]
