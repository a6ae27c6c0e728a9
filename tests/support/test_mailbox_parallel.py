"""Mails that come twice and jobs of the morning, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.tenancy import staff_context
from support.models import InboundMail, Request
from tests.support.conftest import gather
from tests.support.letters import DOMAIN, answering, receive, said


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
