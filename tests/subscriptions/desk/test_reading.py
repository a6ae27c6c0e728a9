"""What every group reads at the billing desk."""

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import Invoice
from tests import world
from tests.subscriptions.desk.pages import STAFF, TODAY, last_invoice, page_of, park, rows, text


@pytest.mark.parametrize("name", STAFF)
def test_every_group_reads_a_subscription_and_its_documents(ravel, enter, name):
    client = enter(name)
    found = text(client.get(page_of(ravel)))

    for said in (
        "Ravel Formation",
        "ÉQUIPE",
        "Échéance 9 décembre 2026",
        "Facture du 9 décembre 2026 ÉQUIPE 119,00 €",
        "F2026-000003 23 novembre 2026 du 9 novembre au 8 décembre 2026 142,80 €",
        "Période du 9 novembre au 8 décembre 2026 nº 3",
        "Le moteur : abonnement ouvert",
    ):
        assert said in found
    document = text(client.get(page_of(last_invoice(ravel))))
    assert (
        "Période entière, à 119,00 € la période, tarif en vigueur au 24 septembre 2024" in document
    )


@pytest.mark.parametrize(
    "term", ["ravel", "RAVEL FORM", "F2026-000002", "alice@exemple.fr", "20000"]
)
def test_subscriptions_are_found_by_what_customers_quote(ravel, enter, term):
    number = ravel.organization_id + 20000
    with staff_context():
        elsewhere = world.organization("Ailleurs", "ailleurs", owner=world.person("Charlie"))
        world.subscribed(elsewhere, on=TODAY)

    response = enter("remi").get(
        reverse("admin:subscriptions_subscription_changelist"),
        {"q": str(number) if term == "20000" else term},
    )

    assert [row.pk for row in response.context["cl"].result_list] == [ravel.pk]


def test_the_list_filters_what_is_set_aside(ravel, enter):
    park(ravel)
    address = reverse("admin:subscriptions_subscription_changelist")
    client = enter("remi")

    aside = client.get(address, {"parked": "yes"}).context["cl"].result_list
    normal = client.get(address, {"parked": "no"}).context["cl"].result_list

    assert ([row.pk for row in aside], list(normal)) == ([ravel.pk], [])


def test_a_late_invoice_shows_what_may_be_claimed(ravel, enter):
    [first, *_rest] = rows(Invoice, subscription=ravel)

    said = text(enter("remi").get(page_of(first)))

    assert "142,80 € x 15 % x 45 j depuis le 9 octobre 2026 2,64 €" in said
    assert "Peut être réclamé, sans TVA 42,64 €" in said
