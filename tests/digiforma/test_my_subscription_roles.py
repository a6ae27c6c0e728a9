"""« Mon abonnement » by role: what one may do, ask, read, or is never even sent."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.tenancy import staff_context
from digiforma.templatetags.formats import MINUS
from learners.models import DailyCount
from subscriptions.credit_notes import credit_days
from subscriptions.models import BillingIdentity, Invoice
from subscriptions.periods import Commitment
from subscriptions.services import record_payment
from support.drawing import Wish
from support.labels import When
from support.models import Request
from support.moves import open_request
from support.services import ask_plan_change
from support.workflow import Kind
from tests import world
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, PAGE, TODAY, between, html, text, visit

ROLES = ["alice", "adam", "sam"]  # owner, administrator, sales rep


@pytest.fixture
def there(db):
    """Ravel, its first two invoices paid, Adam interested in the API, on 23 November 2026."""
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            found = ravel.found(learners=24)
            BillingIdentity.objects.create(
                organization=found.ravel,
                legal_name="Ravel Formation SARL",
                address="18 rue des Tanneurs",
                postal_code="44000",
                city="Nantes",
                siren="123456782",
                email="compta@ravel.example",
            )
            for invoice in Invoice.objects.order_by("pk")[:2]:
                pay(invoice)
            open_request(
                found.ravel,
                on=date(2026, 11, 19),
                kind=Kind.OPTION_INTEREST,
                option=world.option("api-access"),
                requester=found.adam,
            )
        yield found


def pay(invoice: Invoice) -> None:
    record_payment(
        invoice=invoice,
        amount_cents=invoice.gross_cents,
        received_on=invoice.due_on,
        reference=invoice.number,
    )


def ask(there) -> Request:
    wish = Wish(plan=world.plan("orga"), commitment=Commitment.MONTHLY, when=When.TERM)
    with staff_context():
        return ask_plan_change(membership=ravel.membership(there.alice), wish=wish, on=TODAY)


def buttons(response) -> list[str]:
    """Return the words of the links and buttons that look like buttons, in their order."""
    main = html(response).partition("<main")[2].partition("</main>")[0]
    found = [
        piece.partition(">")[2].partition("</")[0].partition("<")[0]
        for piece in main.split('class="btn')[1:]
    ]
    return [words.strip() for words in found]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "alice",
            ["Changer de formule", "Passer à l’annuel"]
            + ["Gérer"] * 2
            + ["Souscrire"] * 5
            + ["Demander un devis"] * 2,
        ),
        (
            "adam",
            ["Changer de formule"] + ["Signaler mon intérêt"] * 4 + ["Demander un devis"] * 2,
        ),
        ("sam", ["Voir les formules"] + ["Signaler mon intérêt"] * 7),
    ],
)
def test_each_role_is_offered_what_it_may_do(there, name, expected):
    assert buttons(visit(getattr(there, name))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("alice", None),
        ("adam", "Alice Ravel, possesseur du compte, donnera son accord."),
        ("sam", "Alice Ravel, possesseur du compte, décide des changements."),
    ],
)
def test_others_read_who_decides(there, name, expected):
    said = text(visit(getattr(there, name)))

    hint = (
        "Seul le possesseur du compte, Alice Ravel, peut engager une dépense. Si vous cliquez sur "
        "« Signaler mon intérêt », le support reçoit un message ; rien n’est facturé."
    )
    assert (hint in said, expected is None or expected in said) == (expected is not None, True)
    assert ("Alice Ravel" in said) == (expected is not None)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("alice", "Adam, administrateur, s’y intéresse depuis le 19 novembre."),
        ("adam", "39,00 € HT par mois Demandée le 19 nov."),
        ("sam", "39,00 € HT par mois Signaler mon intérêt pour l’option Accès API"),
    ],
)
def test_options_are_told_with_their_price_and_what_was_asked(there, name, asked):
    said = text(visit(getattr(there, name)))

    assert between(said, "Souscrites ", " Disponibles").startswith("Espace entreprise")
    assert "29,00 € HT par mois" in said
    assert asked in said


@pytest.mark.parametrize(("name", "sees"), [("alice", True), ("adam", True), ("sam", False)])
def test_invoices_and_billing_are_sent_to_those_who_may_read_them(there, name, sees):
    response = visit(getattr(there, name))

    told = between(text(response), "Montant TTC État", "Voir toutes les factures")
    expected = (
        "F2026-000003 9 novembre 2026 207,60 € À régler avant le 9 décembre "
        "F2026-000002 9 octobre 2026 207,60 € Payée "
        "F2026-000001 9 septembre 2026 207,60 € Payée"
    )
    assert told == (expected if sees else "")
    for secret in ("F2026-", "18 rue des Tanneurs", "123456782", "compta@ravel.example"):
        assert (secret in html(response)) == sees


def test_a_late_invoice_and_a_credit_note_say_so(there):
    with staff_context():
        credit_days(subscription_id=there.subscription.pk, days=3, on=TODAY, reason="Une panne")
    with time_machine.travel(NOW + timedelta(days=20)):
        said = text(visit(there.alice))

    assert between(said, "Montant TTC État", "Voir toutes les factures") == (
        f"A2026-000001 23 novembre 2026 {MINUS}14,28 € Avoir "
        "F2026-000003 9 novembre 2026 207,60 € En retard "
        "F2026-000002 9 octobre 2026 207,60 € Payée"
    )
    assert f"Avoir à déduire {MINUS} 14,28 € À payer 193,32 €" in said


def test_an_open_request_takes_the_place_of_the_buttons(there):
    asked = ask(there)

    said, source = text(visit(there.alice)), html(visit(there.alice))

    assert "Votre passage à ORGA" in said
    assert f"Demande nº {asked.reference}" in said
    assert "Une demande est en cours. Pour la modifier ou la retirer, ouvrez sa page." in said
    assert f'href="/compte/demandes/{asked.reference}/">sa page' in source
    assert "Changer de formule" not in said
    assert "Votre passage à ORGA" in text(visit(there.adam))
    assert asked.reference not in html(visit(there.sam))


def test_a_trainer_reads_whom_to_ask_and_nothing_else(there):
    response = visit(there.tara)

    assert response.status_code == 403
    assert "Cette page est réservée aux responsables du compte" in text(response)
    assert "adressez-vous à Alice Ravel, possesseur du compte" in text(response)
    assert 'href="mailto:alice@exemple.fr"' in html(response)
    assert "ÉQUIPE" not in html(response)


def test_a_stranger_is_sent_to_the_login_and_charlie_sees_only_their_own(there):
    assert Client().get(PAGE).url == f"/connexion/?next={PAGE}"
    with staff_context():
        charlie = world.person("Charlie")
        world.organization("Ailleurs", "ailleurs", charlie)

    response = visit(charlie)

    said = text(response)
    assert said.startswith("Mon abonnement Ailleurs · compte nº")
    assert "Pas encore de formule Rien n’est facturé." in said
    for theirs in ("ÉQUIPE", "F2026-", "Ravel"):
        assert theirs not in html(response)


def test_page_takes_no_post(there):
    client = Client()
    client.force_login(there.alice)

    assert client.post(PAGE).status_code == 405


# The banner on the other pages of the account


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("alice", "/compte/imports/", 200),
        ("adam", "/compte/demandes/", 200),
        ("sam", "/compte/abonnement/formules/", 200),
        ("sam", PAGE, 200),
    ],
)
def test_every_page_says_that_the_limit_is_exceeded(there, name, path, status):
    assert "Vous dépassez" not in text(visit(getattr(there, name), path))
    count_of(there, 501)

    response = visit(getattr(there, name), path)

    assert response.status_code == status
    assert text(response).count("Vous dépassez votre limite de 1 apprenant ") == 1


def count_of(there, learners: int) -> None:
    """Store today's count again, as another version."""
    with staff_context():
        DailyCount.objects.create(
            organization=there.ravel, counted_on=TODAY, version=2, count=learners, recorded_at=NOW
        )


def test_a_trainer_reads_no_banner(there):
    count_of(there, 501)

    assert "Vous dépassez" not in html(visit(there.tara))
    assert "Vous dépassez" not in html(visit(there.tara, "/"))


def test_the_banner_goes_with_a_larger_plan_and_with_the_end(there):
    count_of(there, 501)
    with staff_context():
        there.subscription.items.filter(kind="plan").update(component=world.plan("orga").component)
    assert "Vous dépassez" not in text(visit(there.alice, "/compte/imports/"))
