from datetime import date, timedelta

import time_machine

from accounts.tenancy import staff_context, tenant_context
from support import conversation, services, tasks
from support.announcements import promise
from support.measuring import record_measures
from support.models import DeskMeasure, Request
from tests.support.answered import answered
from tests.support.conftest import TODAY

NIGHT = "2026-11-23T05:30:00+01:00"


def measures() -> list[tuple]:
    return list(
        DeskMeasure.objects.order_by("measured_on").values_list(
            "measured_on", "replies", "reply_minutes", "completions", "completion_minutes"
        )
    )


def five_answered(of) -> None:
    for minutes in (10, 20, 130, 140, 150):
        answered(of, replied=("2026-11-20 10:00", minutes), done=("2026-11-20 11:00", minutes + 60))


def test_the_night_measures_the_eight_weeks_before_and_customers_read_it(desk):
    with staff_context():
        five_answered(desk.ravel)
        answered(desk.ravel, replied=("2026-09-27 12:00", 9_000))  # nine weeks ago
        answered(desk.ravel, replied=("2026-11-23 00:00", 9_000))  # after the night

    with time_machine.travel(NIGHT, tick=False):
        assert [tasks.measure_desk(), tasks.measure_desk()] == [1, 1]

    with staff_context():
        assert measures() == [(TODAY, 5, 130, 5, 190)]
    with tenant_context(desk.elsewhere.pk):
        assert promise(on=TODAY).delay == "3 heures ouvrées"


def test_a_day_measured_again_is_written_over(staff):
    record_measures(on=TODAY)
    five_answered(staff.ravel)

    record_measures(on=TODAY)

    assert measures() == [(TODAY, 5, 130, 5, 190)]


def test_missed_days_are_measured_late_as_they_would_have_been(staff):
    record_measures(on=date(2026, 11, 19))
    five_answered(staff.ravel)

    assert record_measures(on=TODAY) == 4
    assert measures() == [
        (date(2026, 11, 19), 0, None, 0, None),
        (date(2026, 11, 20), 0, None, 0, None),
        (date(2026, 11, 21), 5, 130, 5, 190),  # the morning after
        (date(2026, 11, 22), 5, 130, 5, 190),
        (date(2026, 11, 23), 5, 130, 5, 190),
    ]


def test_a_long_silence_is_caught_up_no_further_than_a_measure_looks(staff):
    record_measures(on=date(2026, 1, 5))

    assert record_measures(on=TODAY) == 57

    days = [row[0] for row in measures()]
    assert days[1] == TODAY - timedelta(weeks=8)
    assert days[-1] == TODAY


def test_replies_after_two_hours_of_work_are_told_as_two_hours(desk):
    for day in range(16, 21):
        with time_machine.travel(f"2026-11-{day}T17:00:00+01:00", tick=False):
            asked = written(desk, day)
        with time_machine.travel(f"2026-11-{day + 1}T10:00:00+01:00", tick=False):
            answer(desk, asked, day + 1)

    with time_machine.travel(NIGHT, tick=False):
        tasks.measure_desk()

    with tenant_context(desk.ravel.pk):
        assert promise(on=TODAY).delay == "2 heures ouvrées"


def written(desk, day: int) -> Request:
    with staff_context():
        return services.ask_by_message(
            membership=desk.membership("alice"), message="Bonjour", on=date(2026, 11, day)
        )


def answer(desk, asked: Request, day: int) -> None:
    with staff_context():
        conversation.reply_as_staff(
            request_id=asked.pk,
            actor=desk.people["lea"],
            body="Bonjour Alice",
            on=date(2026, 11, day),
        )
