"""The requests by the API: ask, follow, converse, decide; each role, strangers, keys."""

import pytest
import time_machine
from django.test import Client

from accounts.tenancy import staff_context
from subscriptions.items import end_item
from subscriptions.models import Subscription
from support import conversation
from support.models import Request
from tests import world
from tests.options.calls import problem
from tests.support.calls import WISH, at, post
from tests.support.conftest import TODAY

FIRST = "D-2026-0001"


@pytest.fixture
def quoted(desk) -> str:
    """The reference of Adam's change to ORGA, its quote sent today."""
    with staff_context():
        request = desk.ask("adam", message="Nous grandissons.")
        desk.price(request)
        desk.send(request)
    return request.reference


def stored() -> list[tuple]:
    with staff_context():
        rows = Request.objects.order_by("pk")
        return list(rows.values_list("reference", "kind", "state", "requester__first_name"))


def test_an_administrator_asks_for_a_change(enter):
    body = {**WISH, "options": ["edof-export"], "message": " Nous grandissons. "}

    answer = post(enter("adam"), body=body)

    assert answer.status_code == 201
    assert answer.json() == {
        "reference": FIRST,
        "kind": "plan_change",
        "state": "new",
        "title": "Votre passage à ORGA",
        "asked_on": "2026-11-23",
        "requester": "Adam",
        "agent": "",
        "change": {
            "from_plan": "equipe",
            "from_commitment": "monthly",
            "plan": "orga",
            "commitment": "monthly",
            "when": "term",
            "options": ["edof-export"],
            "effective_on": "2026-12-09",
        },
        "option": None,
        "actions": ["withdraw", "reply"],
        "warnings": [],
    }
    assert stored() == [(FIRST, "plan_change", "new", "Adam")]


def test_the_same_key_asks_once(enter):
    adam = enter("adam")

    first, again, by_alice = post(adam), post(adam), post(enter("alice"))
    other_key = post(adam, key="cle-numero-2")
    other_body = post(adam, body={**WISH, "plan": "leader"})

    assert (again.status_code, again.json()) == (201, first.json())
    assert by_alice.json()["reference"] == FIRST
    assert problem(other_key) == (409, "already_asked", [None])
    assert FIRST in other_key.json()["errors"][0]["message"]
    assert problem(other_body) == (409, "idempotency_mismatch", [None])
    assert len(stored()) == 1


def test_a_plan_below_what_is_counted_is_asked_with_the_figures(desk, enter):
    over = {"code": "over_limit", "what": "administrators", "count": 3, "limit": 2}

    answer = post(enter("alice"), body={**WISH, "plan": "indep-plus"})

    assert (answer.status_code, answer.json()["state"]) == (201, "new")
    assert answer.json()["warnings"] == [over]
    assert enter("adam").get(at(FIRST)).json()["warnings"] == [over]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"plan": "equipe"}, (400, "nothing_changes", ["plan"])),
        ({"plan": "inconnue"}, (400, "unknown_plan", ["plan"])),
        ({"plan": "edof-export"}, (400, "unknown_plan", ["plan"])),
        ({"plan": "sur-mesure"}, (409, "on_quote", [None])),
        ({"plan": "indep-plus", "when": "now"}, (409, "at_term_only", [None])),
        ({"options": ["orga"]}, (400, "unknown_option", ["options"])),
        ({"options": ["edof-export"] * 2}, (400, "given_twice", ["options"])),
        ({"options": ["company-space"]}, (400, "nothing_changes", ["plan"])),
    ],
)
def test_what_cannot_be_asked_is_said_and_writes_nothing(enter, changed, expected):
    answer = post(enter("alice"), body=WISH | changed)

    assert problem(answer) == expected
    assert stored() == []


def test_a_late_payment_asks_nothing(desk, enter):
    with staff_context():
        Subscription.objects.filter(organization=desk.ravel).update(status="past_due")

    assert problem(post(enter("alice"))) == (409, "not_active", [None])


def test_the_owner_reads_the_quote_and_accepts_it_as_read(enter, quoted):
    alice = enter("alice")
    read = alice.get(at(quoted, "quote/")).json()
    agreed = {"version": read["version"], "gross": read["gross"]}

    stale = post(alice, at(quoted, "quote/acceptance/"), agreed | {"gross": "1.00"})
    between = alice.get(at(quoted)).json()
    answer = post(alice, at(quoted, "quote/acceptance/"), agreed)
    again = post(alice, at(quoted, "quote/acceptance/"), agreed)

    assert (read["reference"], read["version"], read["status"]) == (quoted, 1, "sent")
    assert (read["net"], read["vat"], read["gross"]) == ("268.00", "53.60", "321.60")
    assert (read["surcharge"], read["surcharge_months"]) == ("120.00", 1)
    assert [line["net"] for line in read["lines"]] == ["239.00", "29.00"]
    assert (read["plan"], read["effective_on"], read["valid_until"]) == (
        "orga",
        "2026-12-09",
        "2026-12-01",
    )
    assert problem(stale) == (409, "other_quote", [None])
    assert (between["state"], between["actions"]) == (
        "quoted",
        ["withdraw", "accept", "decline", "reply"],
    )
    assert (answer.status_code, answer.json()) == (200, {**read, "status": "accepted"})
    assert problem(again) == (409, "illegal_move", [None])


def test_a_quote_past_its_day_is_gone(desk, enter, quoted):
    alice = enter("alice")
    read = alice.get(at(quoted, "quote/")).json()
    agreed = {"version": 1, "gross": read["gross"]}
    with time_machine.travel("2026-12-02T00:00:00+01:00", tick=False):
        client = Client()
        client.force_login(desk.people["alice"])
        answer = post(client, at(quoted, "quote/acceptance/"), agreed)

    assert problem(answer) == (410, "expired_quote", [None])


def stored_state(reference: str) -> str:
    return Request.objects.get(reference=reference).state


def test_a_quote_made_upon_another_subscription_is_stale(desk, enter, quoted):
    alice = enter("alice")
    gross = alice.get(at(quoted, "quote/")).json()["gross"]
    with staff_context():
        end_item(
            subscription_id=Subscription.objects.get(organization=desk.ravel).pk,
            component=world.option("company-space"),
            on=TODAY,
        )

    answer = post(alice, at(quoted, "quote/acceptance/"), {"version": 1, "gross": gross})

    assert problem(answer) == (409, "stale_quote", [None])
    with staff_context():
        assert stored_state(quoted) == "quoted"


def test_the_owner_declines_with_a_reason(enter, quoted):
    alice = enter("alice")

    answer = post(alice, at(quoted, "quote/refusal/"), {"reason": "Trop cher."})
    said = alice.get(at(quoted, "messages/")).json()["messages"]

    assert (answer.status_code, answer.json()["state"]) == (200, "new")
    assert [message["body"] for message in said] == ["Trop cher.", "Nous grandissons."]


def test_a_request_without_a_quote_sent_has_none(desk, enter):
    with staff_context():
        request = desk.ask()
        desk.price(request)

    assert problem(enter("alice").get(at(FIRST, "quote/"))) == (404, "no_quote", [None])


def test_members_converse_and_never_read_notes(desk, enter, quoted):
    with staff_context():
        request = Request.objects.get(reference=quoted)
        lea = {"request_id": request.pk, "actor": desk.people["lea"], "on": TODAY}
        conversation.add_note(body="Client exigeant.", **lea)
        conversation.reply_as_staff(body="Bonjour.", **lea)
    adam = enter("adam")

    answer = post(adam, at(quoted, "messages/"), {"body": "Merci."})
    page = adam.get(at(quoted, "messages/"), {"page_size": "2"}).json()
    rest = adam.get(at(quoted, "messages/"), {"cursor": page["next_cursor"]}).json()

    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in ("author", "from_staff", "channel", "body")} == {
        "author": "Adam",
        "from_staff": False,
        "channel": "page",
        "body": "Merci.",
    }
    told = [message["body"] for message in page["messages"] + rest["messages"]]
    assert told == ["Merci.", "Bonjour.", "Nous grandissons."]
    assert rest["next_cursor"] is None


def test_a_request_is_withdrawn_once(enter):
    adam = enter("adam")
    post(adam)

    answer = post(adam, at(FIRST, "withdrawal/"), {"reason": "Plus tard."})
    again = post(adam, at(FIRST, "withdrawal/"), {})

    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert answer.json()["actions"] == []
    assert problem(again) == (409, "illegal_move", [None])
    assert problem(post(adam, at(FIRST, "messages/"), {"body": "?"})) == (
        409,
        "illegal_move",
        [None],
    )


@pytest.mark.parametrize(
    ("door", "body"),
    [("quote/acceptance/", {"version": 1, "gross": "321.60"}), ("quote/refusal/", {})],
)
@pytest.mark.parametrize("name", ["adam", "sam", "tara"])
def test_the_owner_alone_decides_on_a_quote(enter, quoted, name, door, body):
    answer = post(enter(name), at(quoted, door), body)

    assert problem(answer) == (403, "permission_denied", [None])
    with staff_context():
        assert stored_state(quoted) == "quoted"


@pytest.mark.parametrize("name", ["sam", "tara"])
def test_others_ask_no_change(enter, name):
    assert problem(post(enter(name))) == (403, "permission_denied", [None])
    assert stored() == []


def test_a_post_without_its_csrf_token_is_refused(desk, today):
    client = Client(enforce_csrf_checks=True)
    client.force_login(desk.people["alice"])

    assert problem(post(client)) == (403, "csrf_failed", [None])
    assert stored() == []
