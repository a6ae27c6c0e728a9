"""Two learners who are one person: what becomes of their enrolments, their addresses, the count."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent, Organization
from accounts.services import create_organization
from accounts.tenancy import staff_context, tenant_context
from learners import selectors, services
from learners.enrollment_row import EnrollmentRow
from learners.enrollments import enroll_by_email
from learners.identities import (
    AlreadyMerged,
    Merged,
    SameLearner,
    merge_learners,
    rename_learner,
)
from learners.models import Enrollment, EnrollmentChange, Learner, Status, TrainingSession
from learners.rehearsal import Effect, rehearse
from learners.sessions import create_session, move_session
from tests.learners.conftest import person

START = date(2026, 3, 2)
DAY = timedelta(days=1)
EVE = START - DAY


@pytest.fixture
def tenant(ravel):
    with tenant_context(ravel.pk):
        yield ravel


def someone(organization, name="zoe") -> Learner:
    return Learner.objects.create(
        organization=organization, email=f"{name}@exemple.fr", first_name=name, last_name="Été"
    )


def opened(organization, code="S1") -> TrainingSession:
    return create_session(
        organization=organization, code=code, title=code, starts_on=START, ends_on=START, by=None
    )


def enrolled(session, learner, left_on=None) -> Enrollment:
    told = {"organization": session.organization, "session": session, "learner": learner}
    enrollment = services.enroll(**told, on=START)
    if left_on:
        services.cancel_enrollment(enrollment=enrollment, on=left_on)
    return enrollment


def merged(kept, duplicate) -> Merged:
    return merge_learners(kept=kept, duplicate=duplicate, on=START, by=None)


def states(organization) -> set[tuple]:
    rows = Enrollment.objects.for_organization(organization)
    return set(rows.values_list("learner__first_name", "status", "left_on", "counted"))


def test_a_merged_learner_gives_every_enrolment(tenant):
    zoe, double = someone(tenant), someone(tenant, "zoé")
    enrolled(opened(tenant), zoe)
    enrolled(opened(tenant, "S2"), double)
    enrolled(opened(tenant, "S3"), double, left_on=EVE)

    assert merged(zoe, double) == Merged(moved=2, doubled=0)

    assert set(Enrollment.objects.values_list("learner", flat=True)) == {zoe.pk}
    assert selectors.count_on(tenant, on=START) == 2
    event = AuditEvent.objects.get(action="learners merged")
    assert event.details == {"kept": zoe.pk, "duplicate": double.pk, "moved": 2, "doubled": 0}


ENROLLED = (Status.ENROLLED, None, True)
CANCELLED = (Status.CANCELLED, EVE, False)
LEFT = (Status.ABANDONED, START, True)
LEFT_LATER = (Status.ABANDONED, START + DAY, True)


@pytest.mark.parametrize(
    ("kept", "double", "stays"),
    [
        (ENROLLED, ENROLLED, ENROLLED),
        (ENROLLED, CANCELLED, ENROLLED),
        (CANCELLED, ENROLLED, ENROLLED),
        (CANCELLED, CANCELLED, CANCELLED),
        (LEFT, CANCELLED, LEFT),
        (CANCELLED, LEFT, LEFT),
        (LEFT, ENROLLED, ENROLLED),
        (LEFT, LEFT_LATER, LEFT_LATER),
        (LEFT_LATER, LEFT, LEFT_LATER),
    ],
)
def test_of_two_enrolments_in_a_session_the_better_stays(tenant, kept, double, stays):
    session, zoe, other = opened(tenant), someone(tenant), someone(tenant, "zoé")
    enrolled(session, zoe, kept[1])
    enrolled(session, other, double[1])

    assert merged(zoe, other) == Merged(moved=0, doubled=1)

    assert states(tenant) == {("zoe", *stays), ("zoé", Status.MERGED, START, False)}
    assert selectors.count_on(tenant, on=START) == stays[2]


def test_what_counted_before_a_merge_is_kept_for_the_proof(tenant):
    session, zoe, other = opened(tenant), someone(tenant), someone(tenant, "zoé")
    enrolled(session, zoe)
    double = enrolled(session, other)

    merged(zoe, other)

    change = EnrollmentChange.objects.get()
    assert (change.enrollment_id, change.counted, change.status) == (double.pk, True, "enrolled")


def test_a_rehearsed_merge_tells_its_effect_and_changes_nothing(tenant):
    session, zoe, other = opened(tenant), someone(tenant), someone(tenant, "zoé")
    enrolled(session, zoe)
    enrolled(session, other)
    before = states(tenant)

    effect = rehearse(lambda: merged(zoe, other), organization=tenant, on=START)

    assert effect == Effect(before=2, after=1, outcome=Merged(moved=0, doubled=1))
    assert states(tenant) == before
    assert not Learner.objects.exclude(merged_into=None).exists()


def test_nonsense_is_refused(tenant):
    zoe, ali, luc = (someone(tenant, name) for name in ("zoe", "ali", "luc"))
    merged(zoe, ali)

    for kept, duplicate, refused in (
        (zoe, zoe, SameLearner),
        (luc, ali, AlreadyMerged),
        (ali, luc, AlreadyMerged),
        (zoe, ali, AlreadyMerged),
    ):
        with pytest.raises(refused), transaction.atomic():
            merged(kept, duplicate)


def test_a_chain_of_merges_leads_to_the_last(tenant):
    zoe, ali, luc = (someone(tenant, name) for name in ("zoe", "ali", "luc"))

    merged(ali, luc)
    merged(zoe, ali)

    assert set(Learner.objects.exclude(pk=zoe.pk).values_list("merged_into", flat=True)) == {zoe.pk}


@pytest.mark.parametrize("name", ["zoe", "ali", "luc"])
def test_each_address_of_the_person_enrols_the_kept_one(tenant, name):
    zoe, ali, luc = (someone(tenant, name) for name in ("zoe", "ali", "luc"))
    merged(ali, luc)
    merged(zoe, ali)
    by_page, by_service = opened(tenant), opened(tenant, "S2")
    known = Learner.objects.get(email=f"{name}@exemple.fr")

    told = {"session": by_page, "email": known.email, "name": ("", "")}
    enroll_by_email(**told, on=START, by=None)
    services.enroll(organization=tenant, session=by_service, learner=known, on=START)

    assert set(Enrollment.objects.values_list("session__code", "learner")) == {
        ("S1", zoe.pk),
        ("S2", zoe.pk),
    }


def row(email, status="enrolled", left_on=None) -> EnrollmentRow:
    return EnrollmentRow(
        line=2,
        session_code="S1",
        title="S1",
        starts_on=START,
        ends_on=START,
        email=email,
        last_name="Autre",
        first_name="Nom",
        status=status,
        left_on=left_on,
    )


@pytest.mark.parametrize("turned", [False, True])
def test_an_import_follows_a_merge_and_changes_nothing_the_second_time(tenant, turned):
    zoe, ali = someone(tenant), someone(tenant, "ali")
    merged(zoe, ali)
    rows = [row("ali@exemple.fr"), row("zoe@exemple.fr", "cancelled", EVE)]
    rows = rows[::-1] if turned else rows
    told = {"organization": tenant, "rows": rows, "on": START, "by": None}

    first = services.import_rows(**told)
    again = services.import_rows(**told)

    assert states(tenant) == {("Nom", Status.ENROLLED, None, True)}
    assert (first.created, first.count_after, again.changes) == (1, 1, 0)
    assert Learner.objects.get(pk=ali.pk).first_name == "ali"


def test_a_corrected_name_is_journaled_once_without_the_name(tenant):
    zoe = someone(tenant)

    for _press in range(2):
        rename_learner(learner=zoe, first_name="Zoé", last_name="Été", by=None)

    event = AuditEvent.objects.get(action="learner renamed")
    assert event.details == {"learner": zoe.pk}
    zoe.refresh_from_db()
    assert str(zoe) == "Zoé Été"


# In parallel


def two_people_in_ten_sessions():
    with staff_context():
        ravel = create_organization(name="Ravel", slug="ravel", owner=person("alice"))
    with tenant_context(ravel.pk):
        zoe, ali = someone(ravel), someone(ravel, "ali")
        for number in range(10):
            session = opened(ravel, f"S{number}")
            enrolled(session, zoe)
            enrolled(session, ali)


def deeds(ravel: Organization) -> list[list[Callable]]:
    """Return what four people do at once, each press of a button in its own transaction."""
    zoe, ali = Learner.objects.order_by("pk")
    sessions = list(TrainingSession.objects.select_related("organization").order_by("pk"))
    file = [row("ali@exemple.fr", "cancelled", EVE)]
    return [
        [partial(merged, zoe, ali)],
        [
            partial(move_session, session=each, starts_on=START + DAY, ends_on=START + DAY)
            for each in reversed(sessions)
        ],
        [
            partial(services.enroll, organization=ravel, session=each, learner=ali, on=START)
            for each in sessions
        ],
        [partial(services.import_rows, organization=ravel, rows=file, on=START, by=None)],
    ]


@pytest.mark.seeded(by=two_people_in_ten_sessions)
@pytest.mark.usefixtures("committed_db")
def test_a_merge_amid_other_deeds_counts_each_session_once():
    """Merging, moving, enrolling and importing at once: nobody waits for ever, nothing is lost."""
    with staff_context():
        ravel = Organization.objects.get()
    with tenant_context(ravel.pk):
        hands = deeds(ravel)

    def press(buttons: list[Callable]) -> None:
        try:
            for button in buttons:
                with tenant_context(ravel.pk):
                    button()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(press, hands))

    with tenant_context(ravel.pk):
        present = Enrollment.objects.exclude(status=Status.MERGED)
        assert set(present.values_list("learner__email", flat=True)) == {"zoe@exemple.fr"}
        assert (present.count(), Enrollment.objects.count()) == (10, 20)
