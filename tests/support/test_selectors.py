from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import tenant_context
from support import conversation, quotes, request_pages, selectors, services
from support.models import Request
from support.selectors import RequestRow, Step
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY


def card(desk):
    return selectors.open_request(desk.ravel)


def statuses(steps) -> list[str]:
    return [step.status for step in steps]


def test_no_request_no_card(staff):
    assert card(staff) is None


def test_the_card_takes_two_queries_whatever_there_is(staff):
    request = staff.ask()
    staff.price(request)
    staff.send(request)

    with CaptureQueriesContext(connection) as caught:
        card(staff)

    assert len(caught) == 2


def test_the_card_follows_the_change_step_by_step(staff):
    request = staff.ask()
    asked = card(staff)
    staff.price(request)
    staff.send(request)
    quoted = card(staff)
    staff.accept(request)
    staff.hand_over(request)
    handed = card(staff)
    staff.apply(request)

    assert (asked.title, asked.surcharge_cents, asked.is_quoted) == (
        "Votre passage à ORGA",
        None,
        False,
    )
    assert statuses(asked.steps) == ["done", "current", "todo", "todo"]
    assert statuses(quoted.steps) == ["done", "done", "current", "todo"]
    assert quoted.steps[2] == Step(
        "Votre accord", "current", hint="Au plus tard le", hint_on=date(2026, 12, 1)
    )
    assert (quoted.surcharge_cents, quoted.per, quoted.valid_until, quoted.is_quoted) == (
        120_00,
        "par mois",
        date(2026, 12, 1),
        True,
    )
    assert statuses(handed.steps) == ["done", "done", "done", "current"]
    assert handed.steps[3].hint_on == RENEWS_ON
    assert card(staff) is None


def test_the_card_of_an_expired_quote_stays_until_it_is_withdrawn(staff):
    request = staff.ask()
    staff.price(request)
    staff.send(request)
    quotes.expire_quotes(on=date(2026, 12, 2))

    expired = card(staff)
    conversation.withdraw(
        membership=staff.membership("alice"), reference=request.reference, on=TODAY
    )

    assert (expired.is_expired, statuses(expired.steps)) == (True, ["done", "done", "todo", "todo"])
    assert card(staff) is None


def test_each_lists_what_they_may_follow(staff):
    change = staff.ask("adam")
    interest = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    services.open_request(staff.ravel, on=TODAY, kind="task", message="Pour l’équipe")

    rows = {
        name: [row.reference for row in selectors.requests(staff.membership(name))]
        for name in ("alice", "adam", "sam", "tara", "charlie")
    }

    both = [interest.reference, change.reference]
    assert rows == {
        "alice": both,
        "adam": both,
        "sam": [interest.reference],
        "tara": [],
        "charlie": [],
    }
    assert selectors.requests(staff.membership("sam")) == [
        RequestRow(
            reference=interest.reference,
            title="Votre intérêt pour « Export EDOF »",
            state="Chez le support",
            is_open=True,
            is_waiting=False,
            asked_on=TODAY,
            requester="Sam",
            clicks=1,
        )
    ]


def test_drafts_and_notes_are_never_shown_to_customers(staff):
    request = staff.ask(message="Bonjour")
    staff.price(request)
    conversation.add_note(
        request_id=request.pk, actor=staff.people["lea"], body="Secret.", on=TODAY
    )

    page = request_pages.request_page(staff.membership("alice"), request.reference, on=TODAY)

    assert page.quote is None
    assert [said.body for said in page.thread] == ["Bonjour"]


@pytest.mark.parametrize(
    ("name", "on", "expected"),
    [
        ("alice", date(2026, 12, 1), (True, True, False)),
        ("alice", date(2026, 12, 2), (False, True, True)),
        ("adam", date(2026, 12, 1), (False, False, False)),
        ("adam", date(2026, 12, 2), (False, False, True)),
    ],
)
def test_the_page_offers_what_the_role_and_the_day_allow(staff, name, on, expected):
    request = staff.ask()
    staff.price(request)
    staff.send(request)

    page = request_pages.request_page(staff.membership(name), request.reference, on=on)

    assert (page.may_accept, page.may_decline, page.may_ask_again) == expected
    assert page.quote.net_cents == 268_00


def test_another_organizations_request_does_not_exist(desk, staff):
    request = staff.ask()

    with pytest.raises(Request.DoesNotExist):
        request_pages.request_page(staff.membership("charlie"), request.reference, on=TODAY)


def test_row_level_security_hides_it_too(desk):
    with tenant_context(desk.ravel.pk):
        desk.ask()
    with tenant_context(desk.elsewhere.pk):
        assert not Request.objects.exists()
