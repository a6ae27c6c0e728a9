"""What is due when, as a table of stories and as properties of any story."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support import clock
from support.clock import Clock, Targets
from support.workflow import OPEN, Kind, State
from support.working_time import DAY, PARIS, add, between
from tests.proving import examples

TARGETS = Targets(reply=DAY, done=3 * DAY)
OF_A_TASK = Targets(reply=None, done=3 * DAY)
HOUR = 60


def at(text: str) -> datetime:
    """Return a moment of November 2026 in Paris, from « 23 10:00 »."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


OPENED = clock.opened(at=at("23 10:00"), targets=TARGETS)


def moved(says: Clock, to: State, when: str, *, by_desk: bool = True) -> Clock:
    return clock.moved(says, to, by_desk=by_desk, at=at(when), targets=TARGETS)


def answered(says: Clock, kind: Kind, when: str, state: State = State.NEW) -> Clock:
    return clock.answered(says, kind, state, at=at(when), targets=TARGETS)


def heard(says: Clock, when: str) -> Clock:
    return clock.heard(says, at=at(when), targets=TARGETS)


def test_what_is_asked_waits_for_a_reply_within_a_working_day():
    assert OPENED.due_at == at("24 10:00")
    assert replace(OPENED, due_at=None) == Clock(clock_from=at("23 10:00"))


def test_a_task_has_nobody_to_reply_to():
    task = clock.opened(at=at("23 10:00"), targets=OF_A_TASK)

    done = clock.moved(task, State.CLOSED, by_desk=True, at=at("23 12:00"), targets=OF_A_TASK)

    assert task == Clock(due_at=at("26 10:00"), clock_from=at("23 10:00"))
    assert done == Clock(worked_minutes=2 * HOUR, done_at=at("23 12:00"), done_minutes=2 * HOUR)


def test_pricing_is_no_reply():
    assert moved(OPENED, State.PRICED, "23 12:00") == OPENED


def test_a_quote_is_the_reply_and_stops_the_clock():
    assert moved(OPENED, State.QUOTED, "23 14:00") == Clock(
        waiting_since=at("23 14:00"),
        worked_minutes=4 * HOUR,
        replied_at=at("23 14:00"),
        replied_minutes=4 * HOUR,
    )


def test_the_customers_move_starts_it_with_what_was_left():
    quoted = moved(OPENED, State.QUOTED, "23 14:00")

    accepted = moved(quoted, State.ACCEPTED, "30 09:30", by_desk=False)

    assert accepted == replace(
        quoted,
        waiting_since=None,
        clock_from=at("30 09:30"),
        due_at=add(at("30 09:30"), 3 * DAY - 4 * HOUR),
    )


def test_the_customers_message_about_a_quote_gives_the_ball_back_and_our_answer_returns_it():
    quoted = moved(OPENED, State.QUOTED, "23 14:00")

    asked = heard(quoted, "24 10:00")
    told = answered(asked, Kind.PLAN_CHANGE, "24 11:00", State.QUOTED)

    assert asked.clock_from == at("24 10:00")
    assert (told.waiting_since, told.due_at, told.worked_minutes) == (at("24 11:00"), None, 300)


def test_an_answer_to_a_plan_change_leaves_the_whole_due():
    told = answered(OPENED, Kind.PLAN_CHANGE, "23 11:00")

    assert told == replace(
        OPENED, replied_at=at("23 11:00"), replied_minutes=HOUR, due_at=at("26 10:00")
    )
    assert answered(told, Kind.PLAN_CHANGE, "24 11:00") == told


@pytest.mark.parametrize("kind", [Kind.OPTION_INTEREST, Kind.CONTACT])
def test_an_answer_to_an_interest_or_a_message_waits_for_the_customer(kind):
    told = answered(OPENED, kind, "23 11:00")

    assert (told.waiting_since, told.due_at, told.clock_from) == (at("23 11:00"), None, None)
    assert answered(told, kind, "24 11:00") == told  # since the first answer, still


def test_a_customer_who_writes_again_changes_nothing_while_the_ball_is_ours():
    assert heard(OPENED, "23 15:00") == OPENED


def test_handing_over_a_change_that_needs_no_quote_tells_the_owner():
    handed = moved(OPENED, State.HANDED_OVER, "23 11:00")

    assert (handed.replied_minutes, handed.due_at) == (HOUR, at("26 10:00"))


@pytest.mark.parametrize("state", [State.APPLIED, State.REFUSED, State.CLOSED])
def test_what_staff_finish_is_measured(state):
    done = moved(OPENED, state, "24 12:00")

    assert done == Clock(
        worked_minutes=DAY + 2 * HOUR,
        replied_at=at("24 12:00"),
        replied_minutes=DAY + 2 * HOUR,
        done_at=at("24 12:00"),
        done_minutes=DAY + 2 * HOUR,
    )


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.EXPIRED, State.CLOSED])
def test_what_the_customer_or_time_ends_is_not_measured(state):
    quoted = moved(OPENED, State.QUOTED, "23 14:00")

    done = moved(quoted, state, "30 10:00", by_desk=False)

    assert (done.due_at, done.waiting_since, done.done_at) == (None, None, at("30 10:00"))
    assert (done.done_minutes, done.worked_minutes) == (None, 4 * HOUR)


def test_what_is_opened_again_runs_again_with_what_was_left():
    refused = moved(OPENED, State.REFUSED, "23 12:00")

    again = moved(refused, State.NEW, "24 09:00")

    assert again == replace(
        refused,
        done_at=None,
        done_minutes=None,
        clock_from=at("24 09:00"),
        due_at=add(at("24 09:00"), 3 * DAY - 2 * HOUR),
    )


def test_what_comes_back_when_its_time_is_used_up_has_a_replys_time_anew():
    late = moved(OPENED, State.QUOTED, "27 10:00")

    again = moved(late, State.NEW, "30 10:00", by_desk=False)

    assert late.worked_minutes == 4 * DAY
    assert again.due_at == add(at("30 10:00"), DAY)


def test_a_first_reply_after_all_time_leaves_the_whole_due_at_once():
    told = answered(OPENED, Kind.PLAN_CHANGE, "27 10:00")

    assert (told.replied_minutes, told.due_at) == (4 * DAY, at("27 10:00"))


def test_a_word_on_what_is_finished_changes_nothing():
    done = moved(OPENED, State.WITHDRAWN, "24 12:00", by_desk=False)

    assert answered(done, Kind.CONTACT, "24 13:00", State.WITHDRAWN) == done
    assert heard(done, "24 13:00") == done


@pytest.mark.parametrize(
    ("replied_at", "targets", "expected"),
    [
        (None, TARGETS, True),
        (at("23 10:00"), TARGETS, False),
        (None, OF_A_TASK, False),
    ],
)
def test_what_is_due_is_the_reply_until_there_is_one(replied_at, targets, expected):
    assert clock.aims_at_reply(replied_at, targets) is expected


steps = st.one_of(
    st.tuples(st.just("moved"), st.sampled_from(State), st.booleans()),
    st.tuples(st.just("answered"), st.sampled_from(Kind), st.sampled_from(State)),
    st.tuples(st.just("heard")),
)
stories = st.lists(st.tuples(st.integers(0, 4 * 24 * HOUR), steps), max_size=12)


def play(says: Clock, step: tuple, when: datetime) -> Clock:
    name, *given_ = step
    if name == "moved":
        to, by_desk = given_
        return clock.moved(says, to, by_desk=by_desk, at=when, targets=TARGETS)
    if name == "answered":
        return clock.answered(says, *given_, at=when, targets=TARGETS)
    return clock.heard(says, at=when, targets=TARGETS)


@settings(max_examples=examples(200, 5000), deadline=None)
@given(stories)
def test_whatever_happens_in_whatever_order_the_clock_keeps_its_word(story):
    when = at("20 08:00").astimezone(UTC)
    says = clock.opened(at=when, targets=TARGETS)
    for minutes, step in story:
        when = datetime.fromtimestamp(when.timestamp() + 60 * minutes, UTC)
        before, says = says, play(says, step, when)

        assert says.worked_minutes >= before.worked_minutes
        assert clock.worked(says, at=when) == clock.worked(before, at=when)
        assert (says.due_at is None) == (says.clock_from is None)
        assert says.clock_from is None or (says.waiting_since is None and says.done_at is None)
        assert says.waiting_since is None or says.done_at is None
        assert before.replied_at in (None, says.replied_at)
        if says.due_at != before.due_at and says.due_at:
            aim = DAY if says.replied_at is None else 3 * DAY
            left = aim - clock.worked(says, at=when)
            assert between(when, says.due_at) in (max(left, 0), DAY)
            assert says.due_at >= add(when, max(left, 0))


@settings(max_examples=examples(200, 5000), deadline=None)
@given(st.integers(0, 2 * DAY), st.integers(0, 30 * 24 * HOUR))
def test_a_clock_stopped_and_started_again_loses_nothing(worked, waited):
    replied = answered(OPENED, Kind.PLAN_CHANGE, "23 10:00")
    stopped_at = add(at("23 10:00"), worked)
    started_at = datetime.fromtimestamp(stopped_at.timestamp() + 60 * waited, UTC)

    stopped = clock.moved(
        replied, State.NEEDS_DETAILS, by_desk=True, at=stopped_at, targets=TARGETS
    )
    again = clock.heard(stopped, at=started_at, targets=TARGETS)

    assert between(started_at, again.due_at) == between(stopped_at, replied.due_at)


def test_every_state_is_told_apart():
    """A new state must be thought of here."""
    assert clock.WAITS_FOR_CUSTOMER < clock.TELLS_CUSTOMER
    assert frozenset(State) - clock.TELLS_CUSTOMER == {
        State.NEW,
        State.PRICED,
        State.ACCEPTED,
        State.WITHDRAWN,
        State.EXPIRED,
    }
    assert clock.WAITS_FOR_CUSTOMER < OPEN
