"""The clock of a request, wound by the deeds of the desk and of the customer."""

from datetime import datetime

import pytest
import time_machine

from support import conversation, quotes, services
from support.clock import Clock
from support.models import Request
from support.moves import clock_of, open_request
from support.working_time import DAY, PARIS
from tests import world
from tests.support.conftest import TODAY

HOUR = 60


def at(text: str) -> datetime:
    """Return a moment of November and December 2026 in Paris, from « 11-23 10:00 »."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


def says(request: Request) -> Clock:
    return clock_of(Request.objects.get(pk=request.pk))


@pytest.fixture
def clock():
    """A clock that stands still at 10 h on Monday 23 November until a test moves it."""
    with time_machine.travel(at("11-23 10:00"), tick=False) as traveller:
        yield lambda text: traveller.move_to(at(text))


def test_a_change_runs_while_we_work_and_stands_while_the_owner_thinks(staff, clock):
    request = staff.ask()
    assert says(request) == Clock(due_at=at("11-24 10:00"), clock_from=at("11-23 10:00"))

    clock("11-23 14:00")
    staff.price(request)
    staff.send(request)
    quoted = says(request)
    assert quoted == Clock(
        waiting_since=at("11-23 14:00"),
        worked_minutes=4 * HOUR,
        replied_at=at("11-23 14:00"),
        replied_minutes=4 * HOUR,
    )

    clock("11-27 17:00")
    staff.accept(request)
    assert says(request).due_at == at("12-02 13:00")  # 23 h were left, over a weekend

    clock("11-30 11:00")
    staff.hand_over(request)
    staff.apply(request)
    done = says(request)
    assert (done.done_at, done.done_minutes) == (at("11-30 11:00"), 7 * HOUR)
    assert (done.due_at, done.waiting_since, done.replied_minutes) == (None, None, 4 * HOUR)


def test_a_message_stops_at_our_answer_and_starts_at_the_customers(staff, clock):
    request = services.ask_by_message(
        membership=staff.membership("sam"), message="Bonjour", on=TODAY
    )
    clock("11-23 11:00")
    conversation.reply_as_staff(
        request_id=request.pk, actor=staff.people["lea"], body="Oui ?", on=TODAY
    )
    waiting = says(request)
    clock("11-25 09:00")
    conversation.reply_as_customer(
        membership=staff.membership("sam"), reference=request.reference, body="Ceci.", on=TODAY
    )

    assert (waiting.waiting_since, waiting.due_at) == (at("11-23 11:00"), None)
    again = says(request)
    assert (again.waiting_since, again.clock_from) == (None, at("11-25 09:00"))
    assert again.due_at == at("11-27 17:00")  # the whole, less the hour of Monday


def test_a_detail_asked_stops_the_clock_until_it_is_given(staff, clock):
    request = staff.ask("adam")
    clock("11-23 12:00")
    conversation.ask_details(
        request_id=request.pk, actor=staff.people["lea"], body="Pour quand ?", on=TODAY
    )
    waiting = says(request)
    clock("11-30 09:00")
    conversation.reply_as_customer(
        membership=staff.membership("adam"), reference=request.reference, body="Juin.", on=TODAY
    )

    assert waiting.waiting_since == at("11-23 12:00")
    assert (waiting.replied_minutes, waiting.worked_minutes) == (2 * HOUR, 2 * HOUR)
    assert says(request).due_at == at("12-02 16:00")


def test_notes_and_assignments_wind_nothing(staff, clock):
    request = staff.ask()
    before = says(request)
    lea = staff.people["lea"]

    clock("11-23 15:00")
    conversation.add_note(request_id=request.pk, actor=lea, body="À surveiller.", on=TODAY)
    conversation.assign(request_id=request.pk, actor=lea, to=lea, on=TODAY)

    assert says(request) == before


def test_a_call_that_is_noted_is_a_reply(staff, clock):
    request = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    clock("11-23 16:00")

    conversation.note_call(
        request_id=request.pk, actor=staff.people["lea"], body="Rappelé, il réfléchit.", on=TODAY
    )

    told = says(request)
    assert (told.replied_minutes, told.waiting_since) == (6 * HOUR, at("11-23 16:00"))


def test_a_withdrawal_is_no_work_of_ours(staff, clock):
    request = staff.ask("adam")
    clock("11-24 12:00")

    conversation.withdraw(
        membership=staff.membership("adam"), reference=request.reference, on=TODAY
    )

    assert says(request) == Clock(worked_minutes=DAY + 2 * HOUR, done_at=at("11-24 12:00"))


def test_an_expired_quote_leaves_nothing_due(staff, clock):
    request = staff.ask()
    staff.price(request)
    quote = staff.send(request)
    clock("12-02 00:10")

    quotes.expire_quotes(on=at("12-02 00:10").date())

    assert quote.valid_until < at("12-02 00:10").date()
    told = says(request)
    assert (told.due_at, told.waiting_since) == (None, None)
    assert (told.done_at, told.done_minutes) == (at("12-02 00:10"), None)


def test_a_request_that_is_opened_again_runs_again(staff, clock):
    request = staff.ask("adam")
    lea = staff.people["lea"]
    clock("11-23 12:00")
    conversation.withdraw(
        membership=staff.membership("adam"), reference=request.reference, on=TODAY
    )
    clock("11-25 09:00")

    conversation.reopen(request_id=request.pk, actor=lea, on=TODAY)

    assert says(request) == Clock(
        due_at=at("11-25 16:00"), clock_from=at("11-25 09:00"), worked_minutes=2 * HOUR
    )


def test_a_task_is_due_as_a_whole(staff, clock):
    request = open_request(staff.ravel, on=TODAY, kind="task", message="Limite dépassée")

    assert says(request) == Clock(due_at=at("11-26 10:00"), clock_from=at("11-23 10:00"))


def test_what_is_asked_on_a_sunday_is_due_on_monday_evening(staff, clock):
    clock("11-22 15:00")

    request = staff.ask()

    assert says(request).due_at == at("11-23 18:00")
