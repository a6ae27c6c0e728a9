"""The options by the API: each role, strangers, keys, prices, and many at once."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.tenancy import staff_context
from options.api import AgreementSerializer
from subscriptions.agreements import Quoted, keep_promise
from subscriptions.models import Item, Subscription
from subscriptions.periods import Commitment
from support.models import Request
from tests import world
from tests.options.calls import OPTIONS, post, problem
from tests.options.pages import written
from tests.teams import TODAY


def test_options_tell_what_the_owner_may_do(enter):
    answer = enter("alice").get(OPTIONS)

    offers = answer.json()["options"]
    assert answer.status_code == 200
    assert len(offers) == 9
    assert offers[0] == {
        "slug": "company-space",
        "name": "Espace entreprise",
        "benefit": "Vos clients suivent leurs salariés, conventions et factures dans un espace à"
        " eux.",
        "opens": [
            "Un espace réservé à chaque entreprise cliente.",
            "Ses devis, conventions, convocations et factures, à jour et téléchargeables.",
        ],
        "price": {"net": "29.00", "currency": "EUR"},
        "commitment": "monthly",
        "action": "taken",
        "reason": "",
        "starts_on": "2026-11-09",
        "ends_before": None,
        "asked_on": None,
    }
    assert {offer["slug"]: offer["action"] for offer in offers[1:]} == {
        "e-signature": "subscribe",
        "advanced-elearning": "subscribe",
        "online-payment": "subscribe",
        "custom-fields": "subscribe",
        "edof-export": "subscribe",
        "api-access": "subscribe",
        "micro-certification": "ask_quote",
        "certification-export": "ask_quote",
    }


def test_the_owner_subscribes_and_receives_the_invoice(team, enter):
    answer = post(enter("alice"))

    assert answer.status_code == 201
    assert answer.json() == {
        "option": "advanced-elearning",
        "invoice": {
            "number": "F2026-000003",
            "issued_on": "2026-11-23",
            "due_on": "2026-12-23",
            "lines": [
                {
                    "designation": answer.json()["invoice"]["lines"][0]["designation"],
                    "period": {"starts_on": "2026-11-23", "ends_before": "2026-12-09"},
                    "days": 16,
                    "days_in_period": 30,
                    "net": "20.80",
                }
            ],
            "net": "20.80",
            "vat": "4.16",
            "gross": "24.96",
            "currency": "EUR",
        },
    }
    assert written(team) == (3, 2, 0)


def test_the_same_key_receives_the_same_answer(team, enter):
    alice = enter("alice")

    first, again = post(alice), post(alice)
    other_key = post(alice, key="cle-numero-2")

    assert (again.status_code, again.json()) == (201, first.json())
    assert problem(other_key) == (409, "already_subscribed", [None])
    assert written(team) == (3, 2, 0)


def test_a_key_that_served_another_request_is_refused(team, enter):
    alice = enter("alice")
    post(alice)

    other_option = post(alice, f"{OPTIONS}e-signature/subscription/", {"price": "25.00"})
    other_price = post(alice, body={"price": "38.00"})

    assert problem(other_option) == (409, "idempotency_mismatch", [None])
    assert problem(other_price) == (409, "price_changed", [None])
    assert written(team) == (3, 2, 0)


@pytest.mark.parametrize("name", ["adam", "sam"])
def test_others_leave_an_interest(team, enter, name):
    client = enter(name)

    first, again = post(client), post(client)

    with staff_context():
        reference = Request.objects.get().reference
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == {
        "option": "advanced-elearning",
        "reference": reference,
        "asked_on": "2026-11-23",
        "clicks": 2,
    }
    assert written(team) == (2, 1, 1)


@pytest.mark.parametrize(("name", "expected"), [("alice", 409), ("adam", 409), ("sam", 202)])
def test_an_option_on_quote_is_asked_by_a_request(team, enter, name, expected):
    address = f"{OPTIONS}micro-certification/subscription/"

    answer = post(enter(name), address, {"price": "29.00"})

    assert answer.status_code == expected
    if expected == 409:
        assert problem(answer) == (409, "on_quote", [None])
        assert "/api/v1/requests/" in answer.json()["errors"][0]["message"]
    assert written(team) == (2, 1, int(expected == 202))


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_trainer_is_refused(team, enter, method):
    client = enter("tara")

    answer = client.get(OPTIONS) if method == "get" else post(client)

    assert problem(answer) == (403, "permission_denied", [None])
    assert written(team) == (2, 1, 0)


def test_a_stranger_is_asked_to_sign_in(team, today):
    for answer in (Client().get(OPTIONS), post(Client())):
        assert problem(answer) == (401, "not_authenticated", [None])
        assert answer["WWW-Authenticate"] == "Session"


def test_a_post_without_its_csrf_token_is_refused(team, today):
    client = Client(enforce_csrf_checks=True)
    client.force_login(team.people["alice"])

    assert problem(post(client)) == (403, "csrf_failed", [None])
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    assert post(client, **{"X-CSRFToken": "a" * 32}).status_code == 201


@pytest.mark.parametrize(
    ("status", "expected"),
    [("past_due", "Réglez d’abord la facture en attente."), ("suspended", "pas être souscrite")],
)
def test_a_state_that_forbids_says_why(team, enter, status, expected):
    with staff_context():
        Subscription.objects.update(status=status)

    answer = post(enter("alice"))

    assert problem(answer) == (409, "not_offered", [None])
    assert expected in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"price": "required"}),
        ({"price": 39.0}, {"price": "invalid_amount"}),
        ({"price": True}, {"price": "invalid_amount"}),
        ({"price": "39,00"}, {"price": "invalid_amount"}),
        ({"price": "39.005"}, {"price": "invalid_amount"}),
        ({"price": "-39.00"}, {"price": "invalid_amount"}),
        ({"price": "-0.00"}, {"price": "invalid_amount"}),
        ({"price": "NaN"}, {"price": "invalid_amount"}),
        ({"price": "1e400"}, {"price": "invalid_amount"}),
        ({"price": "\uff13\uff19.00"}, {"price": "invalid_amount"}),
        ({"price": "3_9.00"}, {"price": "invalid_amount"}),
        ({"price": "9" * 5000}, {"price": "invalid_amount"}),
        ({"price": None}, {"price": "null"}),
        ({"price": {"net": "39.00"}}, {"price": "invalid_amount"}),
        ({"price": "39.00", "currency": "usd"}, {"currency": "invalid_choice"}),
        ({"price": "39.00", "currency": ["EUR"]}, {"currency": "invalid_choice"}),
        ({"price": "39.00", "price_cents": 1}, {"price_cents": "unknown_field"}),
        ({"price": "39.00", "role": "owner"}, {"role": "unknown_field"}),
    ],
)
def test_a_body_that_is_not_the_agreement_is_refused(body, expected):
    agreement = AgreementSerializer(data=body)

    assert not agreement.is_valid()
    assert {name: errors[0].code for name, errors in agreement.errors.items()} == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"price": "38.99"}, (409, "price_changed", [None])),
        ({"price": 39.0}, (400, "invalid_amount", ["price"])),
        (
            {"price": "39.00", "role": "owner", "organization": 2},
            (400, "unknown_field", ["role", "organization"]),
        ),
    ],
)
def test_a_refused_body_bills_nothing(team, enter, body, expected):
    answer = post(enter("alice"), body=body)

    assert problem(answer) == expected
    assert written(team) == (2, 1, 0)


def test_a_key_is_required_and_plain(team, enter):
    alice = enter("alice")

    answers = [
        post(alice, key=key)
        for key in ("", "court", "a" * 61, "é" * 10, "espace dedans", "a\tb" * 4)
    ]

    assert {problem(answer)[:2] for answer in answers} == {(400, "invalid_key")}
    assert written(team) == (2, 1, 0)


def test_a_price_agreed_beats_the_list_in_what_is_offered(team, enter):
    with staff_context():
        subscription = Subscription.objects.get(organization=team.ravel)
        component = world.option("advanced-elearning")
        keep_promise(
            subscription_id=subscription.pk,
            quoted=[Quoted(component.pk, Commitment.MONTHLY, TODAY, 30_00)],
            reason="devis",
        )
    alice = enter("alice")

    offers = alice.get(OPTIONS).json()["options"]
    [price] = [offer["price"] for offer in offers if offer["slug"] == "advanced-elearning"]
    answer = post(alice, body={"price": price["net"]})

    assert price["net"] == "30.00"
    assert (answer.status_code, answer.json()["invoice"]["net"]) == (201, "16.00")


def test_an_unknown_option_is_not_found(enter):
    alice = enter("alice")

    for slug in ("inconnue", "1;DROP", "%00", "-1", "9" * 20, "../options", "a" * 5000):
        answer = post(alice, f"{OPTIONS}{slug}/subscription/")

        assert problem(answer) == (404, "not_found", [None]), slug


def test_an_unknown_filter_is_refused(enter):
    alice = enter("alice")

    answers = [
        problem(alice.get(OPTIONS + query))
        for query in ("?ordering=owner__password", "?a=1&a=2", "?%00=1")
    ]

    assert answers == [
        (400, "unknown_filter", ["ordering"]),
        (400, "duplicate_key", ["a"]),
        (400, "unknown_filter", ["…"]),
    ]


def test_other_methods_are_not_proposed(enter):
    alice = enter("alice")

    for method in (alice.put, alice.patch, alice.delete):
        assert problem(method(OPTIONS)) == (405, "method_not_allowed", [None])


def test_charlie_sees_and_touches_his_own_organization_only(team, enter):
    charlie = enter("charlie")

    offers = charlie.get(OPTIONS).json()["options"]
    post(charlie)

    assert "taken" not in {offer["action"] for offer in offers}
    with staff_context():
        assert Item.objects.get(component__code="advanced-elearning").organization == (
            team.elsewhere
        )
