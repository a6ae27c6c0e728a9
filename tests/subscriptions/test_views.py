"""The invoices of an account, role by role; Charlie is from elsewhere."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from accounts.tenancy import staff_context
from subscriptions import account_credit, items, services
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.models import BillingIdentity, Invoice
from subscriptions.renewal import renew
from subscriptions.trials import start_trial
from tests import world

PAGE = "/compte/factures/"
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def ravel(db):
    """Return Alice's organization with a colleague in each role, and Charlie's beside it."""
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        for name, role in (
            ("Adam", Role.ADMINISTRATOR),
            ("Sam", Role.SALES),
            ("Tara", Role.TRAINER),
        ):
            world.member(ravel, name, role)
        world.organization("Ailleurs", "ailleurs", owner=world.person("Charlie"))
    return ravel


@pytest.fixture
def visit(client):
    """Return what opens an address as somebody, by first name."""

    def open_page(name: str, address: str = PAGE, method: str = "get"):
        client.force_login(User.objects.get(email=f"{name.lower()}@exemple.fr"))
        return getattr(client, method)(address)

    return open_page


def renewed(ravel, *, since: date, **what):
    """Subscribe and renew every month until today; return the documents in order. Staff scope."""
    subscription, _invoice = world.subscribed(ravel, on=since, **what)
    while subscription.renews_on <= TODAY:
        renew(subscription_id=subscription.pk, on=subscription.renews_on)
        subscription.refresh_from_db()
    return list(Invoice.objects.for_organization(ravel).order_by("pk"))


def pay(invoice, cents: int, on: date) -> None:
    services.record_payment(
        invoice=invoice, amount_cents=cents, received_on=on, reference=f"virement {on}"
    )


PLAIN = str.maketrans({"\u00a0": " ", "\u2212": "-", "\u00d7": "x"})


def plain(html: str) -> str:
    """Return what some HTML says, on one line, in characters that a keyboard has."""
    said = unescape(re.sub(r"<[^>]+>", " ", html)).translate(PLAIN)
    return re.sub(r"\s+", " ", said).strip()


def text(response) -> str:
    """Return what a page's main part says."""
    main = response.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return plain(main)


def rows(response) -> list[str]:
    body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [plain(row) for row in body.split("</tr>")[:-1]]


# The list


def test_invoices_say_what_is_paid_late_due_and_credited(ravel, visit):
    with staff_context():
        late, paid, due = renewed(ravel, since=date(2026, 9, 9))
        pay(late, 4280, date(2026, 9, 30))
        pay(paid, 14280, date(2026, 10, 20))
        credit_days(subscription_id=due.subscription_id, days=3, on=TODAY, reason="panne")

    assert rows(visit("alice")) == [
        "A2026-000001 23 novembre 2026 du 23 novembre au 25 novembre 2026 -14,28 € – rien Avoir",
        "F2026-000003 9 novembre 2026 du 9 novembre au 8 décembre 2026 142,80 € 142,80 € "
        "À régler avant le 9 décembre",
        "F2026-000002 9 octobre 2026 du 9 octobre au 8 novembre 2026 142,80 € – rien Payée",
        "F2026-000001 9 septembre 2026 du 9 septembre au 8 octobre 2026 142,80 € 100,00 € "
        "En retard",
    ]


def test_invoices_settled_by_credit_await_nothing(ravel, visit):
    with staff_context():
        first, *_rest = renewed(ravel, since=date(2026, 11, 1), code="indep-plus")
        cancel_document(invoice_id=first.pk, on=date(2026, 11, 1), reason="erreur")
        world.subscribed(ravel, on=date(2026, 11, 2), code="indep-plus")
        left = account_credit.balance(ravel)

    found = rows(visit("alice"))

    assert left == 0
    assert found[0].endswith("70,80 € – rien Réglée par avoir")


def test_invoices_of_one_year_only(ravel, visit):
    with staff_context():
        renewed(ravel, since=date(2025, 11, 1))

    said = text(visit("alice", PAGE + "?annee=2025"))

    assert "Toutes 2026 2025" in said
    assert "F2025-000002" in said
    assert "F2026-" not in said


@pytest.mark.parametrize("year", ["1789", "9999"])
def test_invoices_of_a_year_without_any_say_so(ravel, visit, year):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 1))

    assert f"Aucun document en {year}." in text(visit("alice", f"{PAGE}?annee={year}"))


@pytest.mark.parametrize("query", ["?annee=x", "?annee=20266", "?page=nul", "?page=99"])
def test_invoices_of_a_nonsense_address_are_the_usual_ones(ravel, visit, query):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 1))

    assert "F2026-000001" in text(visit("alice", PAGE + query))


def test_invoices_before_the_first_say_when_it_comes(ravel, visit):
    with staff_context():
        seller = world.plan("equipe").component.seller
        start_trial(
            organization=ravel,
            seller=seller,
            on=date(2026, 11, 25),
            plan=world.plan("equipe"),
            commitment="monthly",
        )

    assert "Votre première facture paraîtra ici le 9 décembre 2026." in text(visit("alice"))


def test_invoices_without_a_plan_in_view_promise_no_day(ravel, visit):
    assert "dès que vous aurez choisi une formule" in text(visit("alice"))


def test_invoices_cost_the_same_queries_for_three_and_for_forty(ravel, visit):
    with staff_context():
        subscription, _first = world.subscribed(ravel, on=date(2023, 7, 1))
        for _month in range(2):
            renew(subscription_id=subscription.pk, on=TODAY)
    with CaptureQueriesContext(
        connection,
    ) as few:
        visit("alice")
    with staff_context():
        for _month in range(38):
            renew(subscription_id=subscription.pk, on=TODAY)
    with CaptureQueriesContext(connection) as many:
        first = visit("alice")

    assert len(rows(first)) == 24
    assert "Page 1 sur 2" in text(first)
    assert len(rows(visit("alice", PAGE + "?page=2"))) == 17
    assert len(many) == len(few)


# One document


def test_invoice_bears_every_mention_of_the_law(ravel, visit):
    with staff_context():
        BillingIdentity.objects.create(
            organization=ravel,
            legal_name="Ravel Formation SARL",
            address="18 rue des Tanneurs",
            postal_code="44000",
            city="Nantes",
            siren="552100554",
            vat_number="FR40552100554",
            order_reference="BC-77",
        )
        renewed(ravel, since=date(2026, 11, 9))

    said = text(visit("alice", PAGE + "F2026-000001/"))

    for mention in (
        "Facture F2026-000001 Émise le 9 novembre 2026",
        "Digiforma Démonstration SAS au capital de 10 000 € 1 rue de l’Exemple, 44000 Nantes "
        "SIREN 732 829 320, RCS Nantes 732 829 320 TVA FR44732829320",
        "Ravel Formation SARL 18 rue des Tanneurs 44000 Nantes SIREN 552100554 TVA FR40552100554",
        "Date d’émission 9 novembre 2026",
        "Échéance de paiement 9 décembre 2026",
        "Votre bon de commande BC-77",
        "Catégorie d’opération Prestation de services",
        "ÉQUIPE, abonnement mensuel Service du 9 novembre au 8 décembre 2026",
        "Période entière, à 119,00 € la période, tarif en vigueur au 24 septembre 2024 "
        "119,00 € 1 20 % 119,00 €",
        "Total HT 119,00 €",
        "TVA 20 % sur 119,00 € 23,80 €",
        "Total TTC 142,80 €",
        "Net à payer 142,80 €",
        "IBAN FR76 3000 6000 0112 3456 7890 189 , BIC AGRIFRPP",
        "pénalités au taux annuel de 15 %, exigibles sans rappel, et indemnité forfaitaire pour "
        "frais de recouvrement de 40,00 €. Pas d’escompte pour paiement anticipé.",
    ):
        assert mention in said


@pytest.mark.parametrize(
    ("identity", "ground", "gross"),
    [
        ({"postal_code": "97300"}, "TVA non applicable, article 294-1 du CGI", "119,00 €"),
        ({"postal_code": "97400"}, "TVA 8,5 % sur 119,00 €", "129,12 €"),
        (
            {"country": "BE", "vat_number": "BE0411905847", "vat_checked": True},
            "Autoliquidation",
            "119,00 €",
        ),
    ],
)
def test_invoice_says_why_its_vat_is_another(ravel, visit, identity, ground, gross):
    with staff_context():
        BillingIdentity.objects.create(organization=ravel, legal_name="Ravel", **identity)
        renewed(ravel, since=date(2026, 11, 9))

    said = text(visit("alice", PAGE + "F2026-000001/"))

    assert ground in said
    assert f"Total TTC {gross}" in said


def test_credit_note_names_what_it_corrects_and_asks_for_nothing(ravel, visit):
    with staff_context():
        [invoice] = renewed(ravel, since=date(2026, 11, 9))
        cancel_document(invoice_id=invoice.pk, on=TODAY, reason="erreur")

    said = text(visit("alice", PAGE + "A2026-000001/"))
    corrected = text(visit("alice", PAGE + "F2026-000001/"))

    assert "Avoir A2026-000001" in said
    assert "Corrige Facture F2026-000001 du 9 novembre 2026" in said
    assert "Annule une ligne de la facture F2026-000001" in said
    assert "Total TTC -142,80 €" in said
    assert "IBAN" not in said
    assert "pénalités" not in said
    assert "Corrigée par l’avoir A2026-000001 du 23 novembre 2026, de 142,80 € TTC" in corrected


def test_late_invoice_tells_its_payments_its_balance_and_what_lateness_costs(ravel, visit):
    with staff_context():
        late, *_rest = renewed(ravel, since=date(2026, 9, 9))
        pay(late, 4280, date(2026, 11, 3))

    said = text(visit("alice", PAGE + late.number + "/"))

    assert "Reçu le 3 novembre 2026, virement 2026-11-03 42,80 €" in said
    assert "Reste à payer 100,00 €" in said
    assert "Pénalités et indemnité dues à ce jour : 42,29 €" in said
    assert "142,80 € x 15 % par an x 25 jours depuis le 9 octobre 2026 : 1,47 €" in said
    assert "100,00 € x 15 % par an x 20 jours depuis le 3 novembre 2026 : 0,82 €" in said


def test_invoice_settled_by_credit_names_the_credit_note(ravel, visit):
    with staff_context():
        first, *_rest = renewed(ravel, since=date(2026, 11, 1))
        credit_days(subscription_id=first.subscription_id, days=3, on=TODAY, reason="panne")
        [subscription] = {first.subscription}
        renew(subscription_id=subscription.pk, on=date(2026, 12, 1))

    said = text(visit("alice", PAGE + "F2026-000002/"))

    assert "Avoir A2026-000001 du 23 novembre 2026, utilisé - 14,28 €" in said
    assert "Net à payer 128,52 €" in said


def test_invoice_costs_the_same_queries_whatever_it_holds(ravel, visit, client):
    with staff_context():
        [small] = renewed(ravel, since=date(2026, 10, 24))
        subscription = small.subscription
        credit_days(subscription_id=subscription.pk, days=3, on=TODAY, reason="panne")
        credit_days(subscription_id=subscription.pk, days=2, on=TODAY, reason="encore")
        options = ("company-space", "e-signature", "custom-fields", "api-access")
        items.add_items(
            subscription_id=subscription.pk,
            components=[world.option(code) for code in options],
            on=TODAY,
            operation="four",
        )
        large = renew(subscription_id=subscription.pk, on=date(2026, 11, 24))
        pay(large, 100, date(2026, 11, 24))
        pay(large, 200, date(2026, 11, 25))
        assert large.lines.count() == 5
    visit("Alice")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{PAGE}{small.number}/")
    with CaptureQueriesContext(connection) as many:
        client.get(f"{PAGE}{large.number}/")

    assert len(many) <= len(few) + 2  # credits used: which notes they come from


# Who may


@pytest.mark.parametrize("name", ["Alice", "Adam"])
def test_owner_and_administrators_read(ravel, visit, name):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    assert "F2026-000001" in text(visit(name))
    assert "Facture F2026-000001" in text(visit(name, PAGE + "F2026-000001/"))


@pytest.mark.parametrize("name", ["Sam", "Tara"])
@pytest.mark.parametrize("address", [PAGE, PAGE + "F2026-000001/", PAGE + "F2026-999999/"])
def test_sales_reps_and_trainers_are_refused(ravel, visit, name, address):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    response = visit(name, address)

    assert response.status_code == 403
    assert "alice@exemple.fr" in response.text
    assert "F2026" not in response.text.replace(address, "")


def test_strangers_find_nothing(ravel, visit, client):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    assert visit("Charlie", PAGE + "F2026-000001/").status_code == 404
    assert "F2026" not in text(visit("Charlie"))
    client.logout()
    assert client.get(PAGE).headers["Location"] == f"/connexion/?next={PAGE}"


@pytest.mark.parametrize("address", [PAGE, PAGE + "F2026-000001/"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_documents_are_only_read(ravel, visit, address, method):
    assert visit("Alice", address, method).status_code == 405
