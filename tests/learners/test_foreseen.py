"""What a forecast stands on, read now and as a stored count saw it."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.tenancy import staff_context, tenant_context
from learners import services
from learners.forecast import Day, Known, Pace, forecast, paces
from learners.foreseen import NotReplayable, known_now, known_then
from learners.models import DailyCount, Enrollment, Learner, Status, TrainingSession
from learners.outlook import outlook
from learners.sessions import cancel_session, move_session
from tests.proving import examples

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def session(ravel, on: date, learners: int = 0) -> TrainingSession:
    made = TrainingSession.objects.create(
        organization=ravel,
        code=f"S{TrainingSession.objects.count()}",
        title="Excel",
        starts_on=on,
        ends_on=on,
    )
    for number in range(learners):
        enroll(made, number)
    return made


def enroll(session: TrainingSession, number: int) -> None:
    """Enrol a learner known by a number, or again one who had left."""
    ravel = session.organization
    learner, _known = Learner.objects.get_or_create(
        organization=ravel, email=f"{number}@exemple.fr"
    )
    Enrollment.objects.update_or_create(
        organization=ravel,
        session=session,
        learner=learner,
        defaults={
            "status": Status.ENROLLED,
            "left_on": None,
            "counts_on": session.starts_on,
            "session_is_held": session.is_held,
        },
    )


def move(session: TrainingSession, on: date) -> None:
    move_session(session=session, starts_on=on, ends_on=on)
    session.refresh_from_db()


def stored(ravel, on: date) -> DailyCount:
    return DailyCount.objects.for_organization(ravel).filter(counted_on=on).latest("version")


def test_known_now_reads_two_years_and_all_that_comes_in_one_query(
    places, django_assert_num_queries
):
    with staff_context():
        for days, learners in ((-800, 1), (-730, 1), (-729, 2), (-364, 3), (0, 4), (400, 5)):
            session(places.ravel, TODAY + days * DAY, learners)
        session(places.elsewhere, TODAY, 7)
        cancel_session(session=session(places.ravel, TODAY, 6))

    with tenant_context(places.ravel.pk), django_assert_num_queries(1):
        seen = known_now(places.ravel, on=TODAY)

    assert seen.entries == {TODAY + n * DAY: u for n, u in ((-729, 2), (-364, 3), (0, 4), (400, 5))}
    assert seen.first_on == TODAY - 800 * DAY
    assert (seen.entered_90_days, seen.entered_90_days_a_year_ago) == (4, 3)


def test_known_now_of_an_organization_without_enrolments_is_empty(places):
    with tenant_context(places.ravel.pk):
        seen = known_now(places.ravel, on=TODAY)

    assert (seen.entries, seen.first_on, paces(seen)) == ({}, None, None)


def test_a_stored_day_gives_the_same_forecast_whatever_is_changed_later(places):
    ravel = places.ravel
    with staff_context():
        old = session(ravel, TODAY - 300 * DAY, 9)
        recent = session(ravel, TODAY - 20 * DAY, 8)
        planned = session(ravel, TODAY + 30 * DAY, 7)
        services.recount_all(on=TODAY)
        before = outlook(known_now(ravel, on=TODAY), 20)

        move(old, TODAY)
        cancel_session(session=recent)
        move(recent, TODAY + DAY)
        first = planned.enrollments.first()
        services.cancel_enrollment(enrollment=first, on=TODAY)
        session(ravel, TODAY - 400 * DAY, 5)
        enroll(planned, 99)
        count = stored(ravel, TODAY)
        services.recount_all(on=TODAY)
        after = known_now(ravel, on=TODAY)

        assert outlook(known_then(count), 20) == before
        assert outlook(known_then(stored(ravel, TODAY)), 20) == outlook(after, 20) != before
        assert (count.version, stored(ravel, TODAY).version) == (1, 2)


def test_a_count_older_than_its_inputs_is_not_replayed(places):
    with staff_context():
        count = DailyCount.objects.create(
            organization=places.ravel,
            counted_on=TODAY,
            count=3,
            recorded_at="2026-11-23T03:00:00Z",
        )

    with tenant_context(places.ravel.pk), pytest.raises(NotReplayable):
        known_then(count)


DEEDS = some.lists(
    some.tuples(
        some.sampled_from(["open", "enroll", "leave", "move", "cancel", "count"]),
        some.integers(0, 9),
        some.integers(-500, 200),
    ),
    min_size=3,
    max_size=12,
)


def do(ravel, deed: str, which: int, days: int) -> None:
    """Do a deed to one of the sessions, chosen by a number; nothing without any."""
    sessions = list(TrainingSession.objects.order_by("pk"))
    if deed == "open" or not sessions:
        session(ravel, TODAY + days * DAY, which)
        return
    chosen = sessions[which % len(sessions)]
    if deed == "enroll":
        enroll(chosen, which)
    elif deed == "move":
        move(chosen, TODAY + days * DAY)
    elif deed == "cancel":
        cancel_session(session=chosen)
    elif deed == "leave":
        enrolled = Enrollment.objects.filter(session=chosen, status="enrolled").first()
        if enrolled:
            services.cancel_enrollment(enrollment=enrolled, on=TODAY + days * DAY)


@settings(
    max_examples=examples(10, 200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deeds=DEEDS)
def test_each_stored_count_keeps_its_forecast_through_any_deeds(places, deeds):
    ravel = places.ravel
    with staff_context(), transaction.atomic():
        foreseen = {}
        for deed, which, days in [*deeds, ("count", 0, 0)]:
            on = TODAY - which * DAY
            if deed != "count":
                do(ravel, deed, which, days)
            elif services.recount_all(on=on):
                foreseen[stored(ravel, on).pk] = year_to_come(known_now(ravel, on=on))

        counts = DailyCount.objects.for_organization(ravel).in_bulk(list(foreseen))
        replayed = {pk: year_to_come(known_then(count)) for pk, count in counts.items()}
        assert replayed == foreseen
        assert {pk: days[0].total for pk, days in foreseen.items()} == {
            pk: count.count for pk, count in counts.items()
        }
        transaction.set_rollback(True)


def year_to_come(seen: Known) -> tuple[Day, ...]:
    """Return the forecast at the pace of the stored inputs, whatever the history."""
    return forecast(seen, Pace(seen.entered_90_days + seen.entered_90_days_a_year_ago, 90))
