"""Agents who take the next request at the same moment, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import User
from accounts.tenancy import staff_context
from support import services
from support.assignments import NothingLeft, take_next
from support.models import Request
from tests.support.conftest import TODAY, gather
from tests.support.visitors import wrote


def three_messages() -> None:
    desk = gather()
    with staff_context():
        for _number in range(3):
            services.ask_by_message(membership=desk.membership("sam"), message="Bonjour", on=TODAY)


@pytest.mark.seeded(by=three_messages)
@pytest.mark.parametrize("agents", [("lea", "magda"), ("lea", "lea", "magda", "magda")])
def test_agents_who_take_at_once_get_each_their_own(committed_db, agents):
    with staff_context():
        actors = [User.objects.get(email=f"{name}@exemple.fr") for name in agents]
    together = Barrier(len(actors))

    def take(actor) -> str:
        try:
            with staff_context():
                together.wait(timeout=30)
                reference = take_next(actor=actor, on=TODAY).reference
                _hold(together)
            return reference
        except NothingLeft:
            _hold(together)
            return "nothing"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actors)) as threads:
        outcomes = sorted(threads.map(take, actors))

    references = ["D-2026-0001", "D-2026-0002", "D-2026-0003", "nothing"]
    assert outcomes == references[: len(agents)]
    with staff_context():
        given = Request.objects.exclude(assigned_to=None).count()
    assert given == min(len(agents), 3)


def _hold(together: Barrier) -> None:
    """Wait until everybody has taken: no lock is let go before."""
    together.wait(timeout=30)


def one_message_and_one_visitor() -> None:
    desk = gather()
    with staff_context():
        wrote()
        services.ask_by_message(membership=desk.membership("sam"), message="Bonjour", on=TODAY)


@pytest.mark.seeded(by=one_message_and_one_visitor)
def test_a_visitor_and_a_request_go_to_one_agent_each(committed_db):
    with staff_context():
        actors = [User.objects.get(email=f"{name}@exemple.fr") for name in ("lea", "magda")]
    together = Barrier(len(actors))

    def take(actor) -> str:
        try:
            with staff_context():
                together.wait(timeout=30)
                taken = take_next(actor=actor, on=TODAY)
                _hold(together)
            return type(taken).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actors)) as threads:
        taken = sorted(threads.map(take, actors))

    assert taken == ["ContactMessage", "Request"]
