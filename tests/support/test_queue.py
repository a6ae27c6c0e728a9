"""The lines of the queue: when an answer is due, how near the invoice is, what stands still."""

from datetime import date, datetime

import pytest

from support.models import Request
from support.queue import Due, InvoiceFlag, due, invoice_flag, is_stuck
from support.working_time import DAY, PARIS

HOUR = 60


def at(text: str) -> datetime:
    """Return a moment of November 2026 in Paris, from « 23 10:00 »."""
    return datetime.strptime(f"2026-11-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)


NOW = at("23 14:00")  # a Monday
DEADLINES = [
    ("20 13:00", Due("stop", at("20 13:00"), 1, 10, 10 * HOUR, aims_at_reply=True)),
    ("20 16:00", Due("stop", at("20 16:00"), 0, 7, 7 * HOUR, aims_at_reply=True)),
    ("18 14:00", Due("stop", at("18 14:00"), 3, 27, 3 * DAY, aims_at_reply=True)),
    ("23 11:00", Due("stop", at("23 11:00"), 0, 3, 3 * HOUR, aims_at_reply=True)),
    ("23 13:20", Due("stop", at("23 13:20"), 0, 0, 40, aims_at_reply=True)),
    ("23 14:00", Due("warn", at("23 14:00"), aims_at_reply=True)),
    ("23 17:00", Due("warn", at("23 17:00"), aims_at_reply=True)),
    ("24 11:00", Due("", at("24 11:00"), 1, aims_at_reply=True)),
    ("25 09:30", Due("", at("25 09:30"), 2, aims_at_reply=True)),
]


@pytest.mark.parametrize(("deadline", "expected"), DEADLINES)
def test_due_tells_what_is_late_in_working_time_what_is_for_today_and_what_can_wait(
    deadline, expected
):
    assert due(Request(kind="contact", due_at=at(deadline)), at=NOW) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"waiting_since": at("21 10:00")}, Due("wait", at("21 10:00"), days=2)),
        ({"waiting_since": at("23 09:00")}, Due("wait", at("23 09:00"))),
        ({"done_at": at("20 10:00")}, Due("done", at("20 10:00"))),
        ({}, Due("", None)),
        (
            {"due_at": at("24 11:00"), "replied_at": at("23 10:00")},
            Due("", at("24 11:00"), 1),
        ),
        ({"due_at": at("24 11:00"), "kind": "task"}, Due("", at("24 11:00"), 1)),
    ],
)
def test_due_tells_who_is_waited_for_and_which_target_is_meant(fields, expected):
    assert due(Request(**{"kind": "contact", **fields}), at=NOW) == expected


@pytest.mark.parametrize(
    ("told", "said", "state", "expected"),
    [
        ("18 14:00", None, "new", True),  # three working days to the minute
        ("18 14:01", None, "new", False),
        ("18 14:00", "20 18:00", "new", False),  # a message since
        ("20 18:00", "10 09:00", "new", False),
        ("02 09:00", "03 09:00", "quoted", True),
        ("02 09:00", "03 09:00", "closed", False),  # what is finished may rest
    ],
)
def test_what_had_no_event_and_no_message_for_three_working_days_is_stuck(
    told, said, state, expected
):
    request = Request(kind="plan_change", state=state)
    request.told_at, request.said_at = at(told), at(said) if said else None

    assert is_stuck(request, at=NOW) is expected


@pytest.mark.parametrize(
    ("renews_on", "is_open", "expected"),
    [
        (date(2026, 12, 2), True, InvoiceFlag(date(2026, 12, 2), 9, "")),
        (date(2026, 12, 1), True, InvoiceFlag(date(2026, 12, 1), 8, "warn")),
        (date(2026, 11, 26), True, InvoiceFlag(date(2026, 11, 26), 3, "warn")),
        (date(2026, 11, 25), True, InvoiceFlag(date(2026, 11, 25), 2, "stop")),
        (date(2026, 11, 22), True, InvoiceFlag(date(2026, 11, 22), -1, "stop")),
        (date(2026, 11, 25), False, InvoiceFlag(date(2026, 11, 25), 2, "")),
        (None, True, None),
    ],
)
def test_the_next_invoice_is_flagged_whatever_the_clock_says(renews_on, is_open, expected):
    assert invoice_flag(renews_on, is_open=is_open, on=date(2026, 11, 23)) == expected
