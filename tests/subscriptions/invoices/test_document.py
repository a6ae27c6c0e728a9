"""One document, with every mention that the law asks for."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import staff_context
from subscriptions import items
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.models import BillingIdentity
from subscriptions.renewal import renew
from tests import world
from tests.subscriptions.invoices.pages import PAGE, TODAY, pay, renewed, text


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
