"""An expired quote, while another change is open: words and no second change."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from support import quotes
from support.models import Request
from support.moves import AlreadyAsked
from tests.support.conftest import TODAY


@pytest.fixture
def expired(desk) -> Request:
    """A request of Alice's whose quote expired, and another that she made since."""
    with staff_context():
        request = desk.ask()
        desk.price(request)
        desk.send(request, valid_until=TODAY)
        quotes.expire_quotes(on=TODAY + timedelta(days=1))
        desk.ask(code="leader")
    return request


def test_a_new_quote_is_asked_where_the_open_change_is(desk, expired):
    with staff_context(), pytest.raises(AlreadyAsked, match="D-2026-0002"):
        quotes.ask_again(membership=desk.membership("alice"), reference=expired.reference, on=TODAY)


def test_the_page_says_which_change_is_open(desk, expired, enter):
    response = enter("alice").post(reverse("quote-again", args=[expired.reference]), follow=True)

    assert response.status_code == 200
    assert "Une demande est déjà en cours (D-2026-0002)" in response.text.replace("\u00a0", " ")
