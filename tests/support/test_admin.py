import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.models import Invoice, Subscription
from support import services
from support.models import Message, Request
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY

QUEUE = reverse("admin:support_request_changelist")


def file_of(request: Request) -> str:
    return reverse("admin:support_request_change", args=[request.pk])


def move_of(request: Request, name: str) -> str:
    return reverse("admin:support_request_move", args=[request.pk, name])


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask(message="Nous ouvrons deux parcours.")


def state(request: Request) -> str:
    with staff_context():
        return Request.objects.get(pk=request.pk).state


def text(response) -> str:
    """Return what a page says, without its tags; no-break spaces are plain."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("\u00a0", " ").split())


def test_the_queue_shows_the_request_its_client_and_the_next_move(enter, asked):
    page = text(enter("lea").get(QUEUE))

    assert "ÉQUIPE → ORGA D-2026-0001" in page
    assert "Ravel Formation" in page
    assert "Nouvelle 9 déc." in page
    assert "Chiffrer D-2026-0001" in page


def test_the_desk_quotes_in_two_posts_and_sales_apply(enter, desk, asked):
    care, sales = enter("lea"), enter("victor")
    price = {
        "plan": asked.plan_id,
        "commitment": "monthly",
        "when": "term",
        "effective_on": "2026-11-23",
    }

    assert care.post(move_of(asked, "price"), price).status_code == 302
    assert state(asked) == "priced"
    page = text(care.get(file_of(asked)))
    assert "268,00 €" in page
    assert "+ 120,00 € HT par mois" in page

    sent = care.post(move_of(asked, "send_quote"), {"valid_until": "2026-12-01"})
    assert sent.status_code == 302
    assert state(asked) == "quoted"

    with staff_context():
        desk.accept(asked)
    care.post(move_of(asked, "hand_over"), {"note": ""})
    assert sales.get(move_of(asked, "apply")).status_code == 200
    sales.post(move_of(asked, "apply"))
    assert state(asked) == "applied"


@pytest.mark.parametrize(
    ("name", "move"),
    [
        ("remi", "price"),
        ("remi", "refuse"),
        ("remi", "close"),
        ("victor", "price"),
        ("victor", "refuse"),
        ("lea", "apply"),
        ("lea", "send_back"),
    ],
)
def test_a_move_that_is_not_in_ones_hands_is_refused(enter, asked, name, move):
    client = enter(name)

    assert client.get(move_of(asked, move)).status_code == 403
    assert client.post(move_of(asked, move), {"reason": "non"}).status_code == 403
    assert state(asked) == "new"


def test_a_reader_reads_and_posts_nothing(enter, asked):
    client = enter("remi")

    page = client.get(file_of(asked))
    assert page.status_code == 200
    assert "Envoyer le message" not in text(page)
    assert "Chiffrer" not in text(page)
    for door, data in (
        (reverse("admin:support_request_say", args=[asked.pk]), {"body": "Bonjour"}),
        (reverse("admin:support_request_take", args=[asked.pk]), {}),
        (file_of(asked), {"state": "applied"}),
    ):
        assert client.post(door, data).status_code == 403
    with staff_context():
        assert Message.objects.filter(from_staff=True).count() == 0
    assert state(asked) == "new"


@pytest.mark.parametrize("name", ["lea", "victor", "magda", "remi"])
def test_states_are_read_only_and_nothing_is_deleted(enter, asked, name):
    client = enter(name)

    assert client.post(file_of(asked), {"state": "applied"}).status_code == 403
    assert client.post(f"{file_of(asked)}../delete/", {"post": "yes"}).status_code in (403, 404)
    assert client.get(reverse("admin:support_request_add")).status_code == 403
    assert state(asked) == "new"


@pytest.mark.parametrize("name", ["alice", "tara"])
def test_customers_find_no_desk(enter, asked, name):
    assert enter(name).get(QUEUE).status_code == 302
    assert enter(name).post(move_of(asked, "close")).status_code == 302
    assert state(asked) == "new"


def test_a_move_out_of_its_state_says_so(enter, asked):
    response = enter("lea").post(move_of(asked, "hand_over"), {"note": ""}, follow=True)

    assert "La demande a changé entre-temps" in text(response)
    assert state(asked) == "new"


def test_a_refusal_of_the_engine_is_told_and_changes_nothing(enter, asked):
    with staff_context():
        cheaper = world.plan("indep-plus").pk
    data = {"plan": cheaper, "commitment": "monthly", "when": "now", "effective_on": "2026-11-23"}

    response = enter("lea").post(move_of(asked, "price"), data)

    assert response.status_code == 422
    assert "ne prend effet qu’à l’échéance" in text(response)
    assert state(asked) == "new"


def test_the_audience_of_a_message_is_chosen(enter, asked):
    client = enter("lea")
    door = reverse("admin:support_request_say", args=[asked.pk])

    client.post(door, {"body": "Je prépare le devis.", "audience": "customer"})
    client.post(door, {"body": "À surveiller.", "audience": "note"})
    empty = client.post(door, {"body": " ", "audience": "note"})

    assert empty.status_code == 422
    with staff_context():
        said = Message.objects.filter(from_staff=True).order_by("pk")
        assert list(said.values_list("body", "is_internal")) == [
            ("Je prépare le devis.", False),
            ("À surveiller.", True),
        ]
    assert "À surveiller." in text(client.get(file_of(asked)))


def test_taking_a_request_assigns_it(enter, desk, asked):
    client = enter("lea")

    client.post(reverse("admin:support_request_take", args=[asked.pk]))

    with staff_context():
        assert Request.objects.get(pk=asked.pk).assigned_to == desk.people["lea"]
    assert "assignée à Lea" in text(client.get(file_of(asked)))
    assert "ÉQUIPE → ORGA" in text(client.get(QUEUE, {"view": "mine"}))


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("D-2026-0001", True),
        ("ravel", True),
        ("alice@exemple.fr", True),
        ("F2026-000001", True),
        ("number", True),
        ("Ailleurs", False),
        ("99999999999999999999", False),
    ],
)
def test_a_request_is_found_by_what_people_quote(enter, desk, asked, term, found):
    term = str(desk.ravel.number) if term == "number" else term

    page = text(enter("lea").get(QUEUE, {"q": term}))

    assert ("ÉQUIPE → ORGA" in page) is found


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (9, "9 déc."),
        (8, "9 déc., dans 8 j"),
        (2, "9 déc., dans 2 j"),
        (0, "9 déc., aujourd’hui"),
    ],
)
def test_the_next_invoice_is_flagged_at_8_and_2_days(enter, desk, asked, days, expected):
    with time_machine.travel(f"{RENEWS_ON - timedelta(days=days)}T10:00:00+01:00", tick=False):
        page = enter("lea").get(QUEUE)

    level = {8: "tag--warn", 2: "tag--stop", 0: "tag--stop"}.get(days)
    cell = page.content.decode().split("<tbody")[1].split("<td")[6]  # Prochaine facture
    assert expected in text(page)
    assert [tag for tag in ("tag--warn", "tag--stop") if tag in cell] == ([level] if level else [])


def test_the_queue_stays_at_a_fixed_number_of_queries(enter, desk, asked):
    client = enter("lea")
    client.get(QUEUE)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(QUEUE).status_code == 200
        return len(caught)

    few = queries()
    with staff_context():
        recount_all(on=TODAY)
        for name in ("alice", "adam", "charlie"):
            services.ask_by_message(membership=desk.membership(name), message="Bonjour", on=TODAY)
    assert queries() == few


PAGES = [
    "accounts_organization",
    "accounts_user",
    "accounts_membership",
    "accounts_auditevent",
    "accounts_outgoingmail",
    "learners_dailycount",
    "subscriptions_subscription",
    "subscriptions_invoice",
    "subscriptions_plan",
    "subscriptions_pricelist",
    "subscriptions_billingidentity",
    "subscriptions_supportnotice",
    "support_contactmessage",
    "support_request",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_list_opens_searches_and_changes_nothing(enter, asked, page):
    client = enter("remi")
    door = reverse(f"admin:{page}_changelist")

    assert client.get(door).status_code == 200
    assert client.get(door, {"q": "ravel"}).status_code == 200
    assert client.get(reverse(f"admin:{page}_add")).status_code == 403


def test_the_file_of_a_subscription_and_of_an_invoice_open(enter, asked):
    with staff_context():
        subscription, invoice = Subscription.objects.first(), Invoice.objects.first()
    client = enter("remi")

    subscription_page = client.get(
        reverse("admin:subscriptions_subscription_change", args=[subscription.pk])
    )
    invoice_page = client.get(reverse("admin:subscriptions_invoice_change", args=[invoice.pk]))

    assert "ÉQUIPE" in text(subscription_page)
    assert "148,00 €" in text(invoice_page)


def test_no_page_of_the_desk_breaks_the_policy_on_styles_and_scripts(enter, asked):
    client = enter("lea")
    for door in (QUEUE, file_of(asked), move_of(asked, "price"), reverse("admin:index")):
        page = client.get(door)
        assert "style=" not in page.content.decode()
        assert "<style" not in page.content.decode()
        assert "unsafe" not in page.headers["Content-Security-Policy"]
