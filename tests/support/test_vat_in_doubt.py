"""A VAT in doubt (R17), door by door: refused with words, nothing billed, support told once."""

import json
import re
from html import unescape

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import BillingIdentity, Invoice, Item, StaffOrder, Subscription
from subscriptions.models import SupportNotice as Notice
from support.models import Request
from tests.support.conftest import RENEWS_ON, TODAY

TOLD = "Nous déterminons votre TVA : le support est prévenu et vous répondra."
TOLD_STAFF = "La TVA du client reste à déterminer : complétez ses coordonnées."
ASK = reverse("ask-plan-change", args=["orga"])
OPTION = reverse("option-subscribe", args=["e-signature"])
CHOICE = {"commitment": "monthly", "when": "now", "options": [], "message": ""}


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask(when="now")


@pytest.fixture
def quoted(desk, asked):
    with staff_context():
        desk.price(asked, when="now")
        desk.send(asked)
    return asked


@pytest.fixture
def handed_over(desk):
    with staff_context():
        return desk.accepted(when="now")


@pytest.fixture
def in_doubt(desk):
    """Move Ravel to Germany, without a VAT number."""
    with staff_context():
        BillingIdentity.objects.create(
            organization=desk.ravel, legal_name="Ravel Bildung", country="DE"
        )


def text(response) -> str:
    plain = unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return " ".join(plain.replace("\u00a0", " ").split())


def written() -> tuple:
    """Return what a deed would have changed."""
    with staff_context():
        counts = [model.objects.count() for model in (Invoice, Item, StaffOrder)]
        return (*counts, sorted(Request.objects.values_list("state", flat=True)))


def notices() -> list[tuple]:
    with staff_context():
        return list(Notice.objects.values_list("organization__slug", "kind", "raised_on"))


def told_once() -> list[tuple]:
    return [("ravel", Notice.Kind.VAT_UNRESOLVED, TODAY)]


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        pytest.param(ASK, {**CHOICE, "deed": "send"}, id="ask"),
        pytest.param(ASK, {**CHOICE, "deed": "preview"}, id="see"),
    ],
)
def test_a_change_is_not_asked_for(enter, in_doubt, address, sent):
    client, before = enter("alice"), written()

    first, again = client.post(address, sent), client.post(address, sent)

    assert TOLD in text(first)
    assert TOLD in text(again)
    assert (written(), notices()) == (before, told_once())


def test_an_option_is_not_subscribed(enter, in_doubt):
    client, before = enter("alice"), written()

    shown, pressed = client.get(OPTION), client.post(OPTION, {})

    assert TOLD in text(shown)
    assert TOLD in text(pressed)
    assert (pressed.status_code, written(), notices()) == (409, before, told_once())


def test_the_api_answers_a_problem_and_support_is_told_all_the_same(enter, in_doubt):
    client, before = enter("alice"), written()

    answer = client.post(
        "/api/v1/options/e-signature/subscription/",
        json.dumps({"price": "25.00"}),
        content_type="application/json",
        headers={"Idempotency-Key": "cle-numero-1"},
    )

    problem = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (409, "vat_unresolved")
    assert TOLD in problem["errors"][0]["message"]
    assert (written(), notices()) == (before, told_once())


def test_a_quote_is_not_accepted(enter, quoted, in_doubt):
    before = written()

    answer = enter("alice").post(reverse("quote-accept", args=[quoted.reference]), follow=True)

    assert TOLD in text(answer)
    assert (written(), notices()) == (before, told_once())


def test_a_request_is_not_priced(enter, asked, in_doubt):
    before = written()
    address = reverse("admin:support_request_move", args=[asked.pk, "price"])
    price = {
        "plan": asked.plan_id,
        "commitment": "monthly",
        "when": "now",
        "effective_on": TODAY.isoformat(),
    }

    answer = enter("lea").post(address, price)

    assert answer.status_code == 422
    assert TOLD_STAFF in text(answer)
    assert (written(), notices()) == (before, told_once())


def test_a_request_handed_over_is_not_applied(enter, handed_over, in_doubt):
    before = written()
    address = reverse("admin:support_request_move", args=[handed_over.pk, "apply"])

    answer = enter("victor").post(address, {"sent": "yes"})

    assert answer.status_code == 422
    assert TOLD_STAFF in text(answer)
    assert (written(), notices()) == (before, told_once())


def test_a_deed_of_staff_is_refused(desk, enter, in_doubt):
    before = written()
    with staff_context():
        subscription = Subscription.objects.get(organization=desk.ravel)
    address = reverse("admin:subscriptions_subscription_deed", args=[subscription.pk, "change_now"])

    answer = enter("magda").post(
        address, {"plan": "orga", "commitment": "", "reason": "au téléphone"}
    )

    assert (answer.status_code, subscription.renews_on) == (422, RENEWS_ON)
    assert "La TVA de ce client reste à déterminer" in text(answer)
    assert (written(), notices()) == (before, told_once())
