"""Mails that come twice and jobs of the morning, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import time_machine
from django.db import connections

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import reminders, tasks
from support.models import InboundMail, Request
from tests.support.conftest import gather
from tests.support.letters import DOMAIN, answering, receive, said

LAST_DAY = date(2026, 12, 1)
MORNING = "2026-12-01T08:30:00+01:00"


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


def one_request() -> None:
    desk = gather()
    with staff_context():
        desk.ask("adam")


@pytest.mark.seeded(by=one_request)
def test_a_mail_that_comes_eight_times_at_once_is_said_once(committed_db):
    with staff_context():
        request = Request.objects.select_related("requester").get()
        address = answering(request, request.requester)

    def arrive(_number: int) -> str:
        try:
            with staff_context():
                return str(receive(sent_to=address).pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        kept = set(threads.map(arrive, range(8)))

    with staff_context():
        assert (len(kept), InboundMail.objects.count(), len(said())) == (1, 1, 1)


# Jobs of the morning


def a_quote_about_to_end() -> None:
    desk = gather()
    with staff_context(), time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        request = desk.ask("adam")
        desk.price(request)
        desk.send(request, valid_until=LAST_DAY)


def written() -> list[str]:
    with staff_context():
        rows = OutgoingMail.objects.filter(dedupe_key__regex="^(quote_ends|desk-day)-")
        return sorted(rows.values_list("dedupe_key", flat=True))


def the_morning(_number: int = 0) -> None:
    try:
        tasks.remind_of_quotes()
        tasks.tell_desk()
    finally:
        connections.close_all()


@pytest.mark.seeded(by=a_quote_about_to_end)
def test_the_jobs_of_the_morning_run_by_four_at_once_write_once(committed_db):
    with time_machine.travel(MORNING, tick=False), ThreadPoolExecutor(4) as threads:
        list(threads.map(the_morning, range(4)))

    assert len(written()) == 2


def killed_before_its_transaction_stands() -> None:
    with staff_context():
        reminders.remind_of_quotes(on=LAST_DAY)
        raise SystemExit


@pytest.mark.seeded(by=a_quote_about_to_end)
def test_a_job_that_is_killed_writes_nothing_and_its_next_run_all(committed_db):
    with time_machine.travel(MORNING, tick=False):
        with pytest.raises(SystemExit):
            killed_before_its_transaction_stands()
        assert written() == []

        the_morning()

    assert len(written()) == 2
