"""Two hands on one quote at once, on a database where a commit is a commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Membership, OutgoingMail, User
from accounts.tenancy import staff_context, tenant_context
from support import comparison, drawing, quotes
from support.models import Quote, Request
from support.moves import LIVE
from support.workflow import IllegalMove
from tests.support.conftest import TODAY, gather


def sent() -> None:
    desk = gather()
    with staff_context():
        request = desk.ask()
        desk.price(request)
        desk.send(request)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Run deeds in threads of their own; return how each went, sorted."""

    def outcome(deed) -> str:
        try:
            deed()
        except IllegalMove:
            return "refused"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(outcome, deeds))


def accept() -> None:
    with staff_context():
        alice = Membership.objects.select_related("organization", "user").get(
            user__email="alice@exemple.fr"
        )
    with tenant_context(alice.organization_id):
        quotes.accept_quote(membership=alice, reference="D-2026-0001", on=TODAY)


def price_again() -> None:
    with staff_context():
        request = Request.objects.get()
        lea = User.objects.get(email="lea@exemple.fr")
        subscription = drawing.running(request.organization)
        order = drawing.order_of_wish(subscription, comparison.wish_of(request, on=TODAY), on=TODAY)
        quotes.price(request_id=request.pk, actor=lea, order=order, on=TODAY)


@pytest.mark.seeded(by=sent)
def test_two_clicks_on_accept_at_once_accept_once(committed_db):
    assert at_once(accept, accept) == ["done", "refused"]

    with staff_context():
        assert Quote.objects.get().status == "accepted"
        assert OutgoingMail.objects.filter(dedupe_key__startswith="quote_accepted-").count() == 1


@pytest.mark.seeded(by=sent)
def test_accepting_while_support_prices_again_leaves_one_live_quote(committed_db):
    """Whoever is first wins: a yes to the old quote is either refused or dropped with it."""
    assert at_once(accept, price_again) in (["done", "done"], ["done", "refused"])

    with staff_context():
        request = Request.objects.get()
        assert request.state == "priced"
        assert list(Quote.objects.filter(status__in=LIVE).values_list("version", "status")) == [
            (2, "draft")
        ]
