"""Clicks and posts in parallel: one item, one invoice, one request (P24)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Item
from support.models import Request
from tests.options.calls import post
from tests.options.pages import ELEARNING, SUBSCRIBE
from tests.proving import examples
from tests.signed_in import session_of
from tests.teams import gather

CLICKS = examples(20, 50)  # in parallel (P24)


@pytest.mark.seeded(by=gather)
@pytest.mark.parametrize("keys", ["one", "many"])
def test_clicks_at_once_make_one_item_and_one_invoice(committed_db, today, keys):
    cookie = session_of("alice@exemple.fr")
    fields = {"full_price_cents": "3900", "net_cents": "2080"}

    answers = at_once(
        CLICKS,
        lambda number: with_session(cookie).post(
            SUBSCRIBE, fields | {"key": f"{number if keys == 'many' else 0:032x}"}
        ),
    )

    assert {answer.status_code for answer in answers} == {302}
    with staff_context():
        assert Item.objects.filter(component__code=ELEARNING).count() == 1
        assert Invoice.objects.filter(lines__component__code=ELEARNING).count() == 1
        assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == [
            1,
            2,
            3,
        ]


@pytest.mark.seeded(by=gather)
def test_clicks_at_once_by_an_administrator_make_one_request(committed_db, today):
    cookie = session_of("adam@exemple.fr")

    answers = at_once(CLICKS, lambda number: with_session(cookie).post(SUBSCRIBE))

    assert {answer.status_code for answer in answers} == {302}
    with staff_context():
        assert Request.objects.get().clicks == CLICKS
        assert Item.objects.filter(component__code=ELEARNING).count() == 0


@pytest.mark.seeded(by=gather)
def test_posts_at_once_with_one_key_make_one_invoice_and_one_answer(committed_db, today):
    cookie = session_of("alice@exemple.fr")

    answers = at_once(CLICKS, lambda number: post(with_session(cookie)))

    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["invoice"]["number"] for answer in answers} == {"F2026-000003"}
    with staff_context():
        assert Invoice.objects.filter(lines__component__code="advanced-elearning").count() == 1


def with_session(cookie: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def at_once(times: int, press) -> list:
    """Return the answers of as many threads, each with its own connection."""

    def pressed(number: int):
        try:
            return press(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(pressed, range(times)))
