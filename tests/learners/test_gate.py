from datetime import date, timedelta

import pytest

from accounts.tenancy import staff_context, tenant_context
from learners import enrollments, gate, selectors, services
from learners.enrollment_row import EnrollmentRow
from learners.gate import EnrollmentRefused
from learners.models import Enrollment, EnrollmentGate, Learner, TrainingSession
from learners.sessions import cancel_session, move_session

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 6)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def ravel(places):
    """Ravel on its own, with three learners counted."""
    with tenant_context(places.ravel.pk):
        imported(places.ravel, rows(3), on=YESTERDAY)
        yield places.ravel


def rows(count: int, **fields) -> list[EnrollmentRow]:
    told = {
        "session_code": "S1",
        "title": "Gestes",
        "starts_on": YESTERDAY,
        "ends_on": YESTERDAY,
        "last_name": "Été",
        "first_name": "Zoé",
        "status": "enrolled",
        "left_on": None,
    }
    return [
        EnrollmentRow(**(told | {"line": n, "email": f"a{n}@exemple.fr"} | fields))
        for n in range(count)
    ]


def imported(organization, told, *, on: date = TODAY):
    return services.import_rows(organization=organization, rows=told, on=on, by=None)


def closes(organization, *, limit: int = 2, on: date = TODAY) -> None:
    EnrollmentGate.objects.create(organization=organization, limit=limit, closed_from=on)


def enrols(organization, *, on: date = TODAY) -> Enrollment:
    return services.enroll(
        organization=organization,
        session=TrainingSession.objects.get(),
        learner=Learner.objects.create(organization=organization, email="neuf@exemple.fr"),
        on=on,
    )


@pytest.mark.parametrize(
    ("limit", "on", "is_refused"),
    [
        (2, YESTERDAY, False),  # the grace still runs
        (2, TODAY, True),
        (2, TOMORROW, True),
        (3, TODAY, False),  # the limit itself is inside the plan
        (4, TODAY, False),  # the count fell: the gate opens at once
    ],
)
def test_a_new_enrolment_is_refused_from_the_day_on_while_over_the_limit(
    ravel, limit, on, is_refused
):
    closes(ravel, limit=limit)

    refused = gate.refusal(ravel, on=on)

    assert (refused is not None) == is_refused


def test_without_a_gate_nothing_is_refused(ravel):
    assert enrols(ravel).counted


def test_the_refusal_says_since_when_how_many_and_what_to_do(ravel):
    closes(ravel)

    with pytest.raises(EnrollmentRefused) as refused:
        enrols(ravel)

    assert str(refused.value) == (
        "Les nouvelles inscriptions sont refusées depuis le 06/12/2026 : 3 apprenants comptés "
        "pour une limite de 2. Passez à une formule plus grande, ou attendez que le compte "
        "retombe à 2 ; ce qui est inscrit le reste."
    )


def test_what_is_written_already_is_never_refused(ravel):
    """Who left may come back, a session may move, the file may be sent again with changes."""
    enrollment = Enrollment.objects.select_related("session", "learner").first()
    closes(ravel)

    services.cancel_enrollment(enrollment=enrollment, on=TODAY)
    services.enroll(
        organization=ravel, session=enrollment.session, learner=enrollment.learner, on=TODAY
    )
    move_session(session=enrollment.session, starts_on=TODAY, ends_on=TODAY)
    again = imported(ravel, rows(3, title="Gestes et postures", starts_on=TODAY, ends_on=TODAY))
    cancel_session(session=enrollment.session)

    assert (again.created, again.count_after) == (0, 3)
    assert selectors.count_on(ravel, on=TODAY) == 0


def test_one_new_line_refuses_the_whole_file(ravel):
    closes(ravel)

    with pytest.raises(EnrollmentRefused):
        imported(ravel, rows(4, title="Autre intitulé"))

    assert list(TrainingSession.objects.values_list("title", flat=True)) == ["Gestes"]
    assert (Enrollment.objects.count(), Learner.objects.count()) == (3, 3)


def test_a_check_of_a_file_refuses_as_its_import_would(ravel):
    closes(ravel)

    with pytest.raises(EnrollmentRefused):
        services.preview_import(organization=ravel, rows=rows(4), on=TODAY)

    assert services.preview_import(organization=ravel, rows=rows(3), on=TODAY).changes == 0


def test_a_file_is_weighed_by_the_count_before_it(ravel):
    """It was under the limit: it passes whole, and the next one is refused."""
    closes(ravel, limit=3)

    imported(ravel, rows(6))

    assert selectors.count_on(ravel, on=TODAY) == 6
    with pytest.raises(EnrollmentRefused):
        imported(ravel, rows(7))


def test_the_gate_of_one_organization_is_not_anothers(places):
    with staff_context():
        imported(places.elsewhere, rows(3))
        closes(places.ravel)

        assert gate.refusal(places.elsewhere, on=TODAY) is None


@pytest.mark.parametrize(("on", "is_refused"), [(YESTERDAY, False), (TODAY, True)])
def test_whoever_changes_session_in_time_takes_no_more_room(ravel, on, is_refused):
    """Once the session has begun both count: going elsewhere is a new enrolment."""
    imported(ravel, rows(1, session_code="S2", starts_on=TODAY, ends_on=TODAY), on=YESTERDAY)
    session = TrainingSession.objects.get(code="S2")
    target = TrainingSession.objects.create(
        organization=ravel, code="S3", title="", starts_on=TODAY, ends_on=TODAY
    )
    closes(ravel, on=YESTERDAY)
    told = {
        "session": session,
        "enrollments": [session.enrollments.get().pk],
        "target": target,
        "on": on,
        "by": None,
    }

    if is_refused:
        with pytest.raises(EnrollmentRefused):
            enrollments.change_session(**told)
    else:
        enrollments.change_session(**told)

    assert target.enrollments.count() == (0 if is_refused else 1)
