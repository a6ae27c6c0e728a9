import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts import tasks
from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Subscription
from support import services
from support.models import Message, Quote, Request
from tests import world
from tests.support.conftest import TODAY

PLANS = reverse("plans")
REQUESTS = reverse("requests")
CONTACT = reverse("contact")


KEYBOARD = {0xA0: " ", 0xD7: "x", 0x2212: "-"}  # no-break space, multiplication, minus


def ask_at(code: str) -> str:
    return reverse("ask-plan-change", args=[code])


def at(name: str, request: Request) -> str:
    return reverse(name, args=[request.reference])


def text(response) -> str:
    """Return what a page says, without its tags, its signs as on a keyboard."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode().replace("&nbsp;", " "))
    return " ".join(plain.translate(KEYBOARD).split())


def only() -> Request:
    with staff_context():
        return Request.objects.get()


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask("adam", message="Nous grandissons.")


@pytest.fixture
def quoted(desk, asked):
    with staff_context():
        desk.price(asked)
        desk.send(asked)
    return asked


CHOICE = {"commitment": "monthly", "when": "term", "options": [], "message": "", "deed": "send"}


def test_the_plans_say_ours_and_the_smallest_that_holds_us(enter):
    page = text(enter("alice").get(PLANS))

    assert "ÉQUIPE Votre formule Conseillée" in page
    assert "INDÉP+ 200 3 2 59,00 € HT par mois 590,00 € HT par an" in page
    assert "Trop petite 3 administrateurs pour 2." in page
    assert "SUR-MESURE Illimités Illimités Illimités Sur devis" in page
    assert "Voir l’aperçu du changement" in page


@pytest.mark.parametrize(
    ("name", "plans", "asks", "requests"),
    [
        ("alice", 200, 200, 200),
        ("adam", 200, 200, 200),
        ("sam", 200, 403, 200),
        ("tara", 403, 403, 403),
    ],
)
def test_the_doors_open_by_role(enter, name, plans, asks, requests):
    client = enter(name)

    assert client.get(PLANS).status_code == plans
    assert client.get(ask_at("orga")).status_code == asks
    assert client.post(ask_at("orga"), CHOICE).status_code == (302 if asks == 200 else 403)
    assert client.get(REQUESTS).status_code == requests


def test_a_sales_rep_reads_the_plans_without_a_button(enter):
    assert "Voir l’aperçu du changement" not in text(enter("sam").get(PLANS))


@pytest.mark.parametrize("door", [PLANS, REQUESTS, ask_at("orga")])
def test_nobody_enters_without_a_name(desk, door):
    assert Client().get(door).headers["Location"].startswith("/connexion/")


def test_the_form_shows_the_first_invoice_the_date_and_what_changes(enter):
    page = text(enter("alice").get(ask_at("orga")))

    assert "Apprenants sur 365 jours : 1 500 1 000 de plus : 500 aujourd’hui" in page
    assert "Le 9 décembre 2026, à l’échéance" in page
    assert "À demander au plus tard le 1 er décembre 2026." in page
    assert (
        "Facture du 9 décembre 2026 ORGA 239,00 € Espace entreprise 29,00 € Total HT 268,00 €"
        in page
    )
    assert "Supplément : + 120,00 € HT par mois" in page


def test_the_form_shows_the_document_of_a_change_now(enter):
    page = text(enter("alice").post(ask_at("orga"), CHOICE | {"when": "now", "deed": "preview"}))

    assert "ÉQUIPE non consommé, 119,00 € x 16/30 -63,47 €" in page
    assert "ORGA 239,00 € x 16/30 127,47 €" in page
    assert "Total TTC 76,80 €" in page
    with staff_context():
        assert not Request.objects.exists()


def test_a_plan_too_small_warns_with_the_figures(enter):
    page = text(enter("alice").get(ask_at("indep-plus")))

    assert "Vos nombres dépassent ces limites 3 administrateurs pour 2." in page
    assert "Envoyer ma demande" in page


def test_sending_writes_the_request_and_leads_to_it(enter):
    response = enter("alice").post(
        ask_at("orga"), CHOICE | {"options": ["edof-export"], "message": "Merci"}, follow=True
    )

    request = only()
    assert response.redirect_chain == [(at("request", request), 302)]
    assert (request.plan.code, request.options, request.message) == (
        "orga",
        ["edof-export"],
        "Merci",
    )
    assert "Référence D-2026-0001" in text(response)


def test_sending_twice_makes_one_request(enter):
    client = enter("alice")

    client.post(ask_at("orga"), CHOICE)
    again = client.post(ask_at("leader"), CHOICE, follow=True)

    assert only().plan_id
    assert "Une demande est déjà en cours (D-2026-0001)." in text(again)


@pytest.mark.parametrize(
    ("code", "choice", "told"),
    [
        ("indep-plus", {"when": "now"}, "ne prend effet qu’à l’échéance"),
        ("equipe", {}, "C’est déjà votre formule et votre engagement"),
        ("orga", {"options": ["company-space"]}, ""),
        ("orga", {"commitment": "weekly"}, ""),
    ],
)
def test_what_cannot_be_asked_is_told(enter, code, choice, told):
    response = enter("alice").post(ask_at(code), CHOICE | choice)

    assert response.status_code == 422
    assert told in text(response)
    with staff_context():
        assert not Request.objects.exists()


def test_unknown_plans_are_404_and_those_on_quote_lead_to_support(enter):
    client = enter("alice")

    assert client.get(ask_at("inconnue")).status_code == 404
    assert client.get(ask_at("sur-mesure")).headers["Location"] == CONTACT


def test_the_request_page_tells_its_steps_and_its_conversation(enter, asked):
    page = text(enter("adam").get(at("request", asked)))

    assert "Votre passage à ORGA" in page
    assert "Demande envoyée 23 novembre 2026 , terminé" in page
    assert "Vous , 23 novembre à 10 h Nous grandissons." in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("adam", 200), ("sam", 404), ("tara", 403), ("charlie", 404)],
)
def test_a_request_is_found_by_those_who_may_follow_it(enter, asked, name, status):
    client = enter(name)

    assert client.get(at("request", asked)).status_code == status
    reply = client.post(at("request-reply", asked), {"body": "Bonjour"})
    assert reply.status_code == (302 if status == 200 else status)
    with staff_context():
        assert Message.objects.filter(body="Bonjour").count() == (1 if status == 200 else 0)


@pytest.mark.parametrize("door", ["quote-accept", "quote-decline"])
@pytest.mark.parametrize(
    ("name", "status"), [("adam", 403), ("sam", 403), ("tara", 403), ("charlie", 404)]
)
def test_only_the_owner_decides_on_a_quote(enter, quoted, door, name, status):
    assert enter(name).post(at(door, quoted)).status_code == status
    assert only().state == "quoted"


@pytest.mark.parametrize(
    "door", ["request-reply", "request-withdraw", "quote-accept", "quote-decline", "quote-again"]
)
def test_the_address_of_a_deed_only_leads_to_its_request(enter, quoted, door):
    assert enter("alice").get(at(door, quoted)).url == at("request", quoted)
    assert only().state == "quoted"


def test_the_owner_reads_the_quote_and_accepts_it(enter, quoted):
    client = enter("alice")

    page = text(client.get(at("request", quoted)))
    response = client.post(at("quote-accept", quoted), follow=True)

    assert "268,00 € HT par mois, dès le 9 décembre" in page
    assert "Valable Jusqu’au 1 er décembre 2026 inclus" in page
    assert "Accepter le devis" in page
    assert "Devis accepté." in text(response)
    assert only().state == "accepted"


def test_an_administrator_reads_the_quote_without_a_button(enter, quoted):
    page = text(enter("adam").get(at("request", quoted)))

    assert "268,00 € HT par mois" in page
    assert "Accepter le devis" not in page
    assert "Seul le possesseur peut accepter le devis." in page


def test_accepting_twice_accepts_once(enter, quoted):
    client = enter("alice")
    client.post(at("quote-accept", quoted))

    again = client.post(at("quote-accept", quoted), follow=True)

    assert "La demande a changé entre-temps." in text(again)
    with staff_context():
        assert OutgoingMail.objects.filter(dedupe_key__startswith="quote_accepted-").count() == 1


def test_a_stale_quote_is_refused_with_words(enter, quoted):
    with staff_context():
        Subscription.objects.update(status="suspended")

    response = enter("alice").post(at("quote-accept", quoted), follow=True)

    assert "Votre abonnement a changé depuis ce devis" in text(response)
    assert "Accepter le devis" not in text(response)
    assert only().state == "quoted"

    enter("alice").post(at("quote-again", quoted))
    assert only().state == "new"


def test_declining_and_withdrawing(enter, quoted):
    client = enter("alice")

    client.post(at("quote-decline", quoted), {"reason": "Trop cher."})
    assert only().state == "new"
    client.post(at("request-withdraw", quoted))

    assert only().state == "withdrawn"
    with staff_context():
        assert Quote.objects.get().status == "declined"
        assert list(Message.objects.order_by("pk").values_list("body", flat=True)) == [
            "Nous grandissons.",
            "Trop cher.",
        ]


def test_an_empty_reply_is_refused_and_kept_on_the_page(enter, asked):
    response = enter("adam").post(at("request-reply", asked), {"body": " "})

    assert response.status_code == 422
    assert "Écrivez votre message avant de l’envoyer." in text(response)


def test_a_broker_that_is_down_costs_no_page(
    enter, monkeypatch, django_capture_on_commit_callbacks
):
    def refused(**_options):
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.send_mail, "apply_async", refused)

    with django_capture_on_commit_callbacks(execute=True):
        response = enter("sam").post(CONTACT, {"message": "Une question."})

    assert response.status_code == 302
    assert only().kind == "contact"


def test_a_list_takes_as_many_queries_for_one_as_for_three(enter, desk):
    client = enter("alice")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(REQUESTS).status_code == 200
        return len(caught)

    counted = []
    for message in ("un", "deux", "trois"):
        with staff_context():
            services.ask_by_message(membership=desk.membership("alice"), message=message, on=TODAY)
        counted.append(queries())

    assert len(set(counted)) == 1


def test_looking_bills_nothing(enter):
    with staff_context():
        before = Invoice.objects.count()
    client = enter("alice")

    for choice in ({"when": "now"}, {"commitment": "annual", "when": "now"}, {"when": "term"}):
        client.get(ask_at("leader"), choice)

    with staff_context():
        assert Invoice.objects.count() == before
        assert (
            world.plan("equipe").pk
            == Subscription.objects.get(organization__slug="ravel")
            .items.get(kind="plan")
            .component.plan.pk
        )
