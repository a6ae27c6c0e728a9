from datetime import date

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import Subscription
from support import services
from support.moves import open_request
from tests import world
from tests.digiforma.ravel import enroll
from tests.support.conftest import TODAY
from tests.support.test_admin import file_of, text

LONG_AGO, LATELY = date(2026, 6, 15), date(2026, 10, 15)


@pytest.mark.parametrize(
    ("of_june", "of_october", "expected"),
    [
        (0, 5, "5 sur 500 (1 %) Prévision Trop peu d’historique"),
        (10, 5, "15 sur 500 (3 %) Prévision Suffit pour 12 mois"),
        (100, 380, "480 sur 500 (96 %) Prévision 500 vers fin novembre 2026"),
        (140, 380, "520 sur 500 (104 %) Prévision Limite dépassée Sous la limite le 15 juin 2027"),
    ],
)
def test_the_card_foresees_the_limit(enter, desk, of_june, of_october, expected):
    with staff_context():
        request = desk.ask()
        enroll(desk.ravel, of_june, on=LONG_AGO)
        enroll(desk.ravel, of_october, on=LATELY)

    page = text(enter("lea").get(file_of(request)))

    assert f"Apprenants {expected}" in page


def test_the_card_leads_to_the_account_its_future_and_the_other_requests(enter, desk):
    with staff_context():
        request = desk.ask()
        other = services.ask_by_message(
            membership=desk.membership("adam"), message="Une question", on=TODAY
        )
        subscription = Subscription.objects.get(organization=desk.ravel)

    page = enter("lea").get(file_of(request)).content.decode()

    for address in (
        reverse("admin:accounts_organization_change", args=[desk.ravel.pk]),
        reverse("admin:subscriptions_subscription_change", args=[subscription.pk]),
        reverse("simulation", args=[subscription.pk]),
        file_of(other),
    ):
        assert f'href="{address}"' in page


def test_whoever_has_no_subscription_has_a_card_too(enter, desk):
    with staff_context():
        owner = world.person("Nora")
        newcomer = world.organization("Neuf", "neuf", owner=owner)
        request = open_request(
            newcomer, on=TODAY, kind="contact", requester=owner, message="Bonjour"
        )

    page = text(enter("lea").get(file_of(request)))

    assert "Abonnement Aucun" in page
