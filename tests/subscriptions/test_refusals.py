"""Staff read in words why a subscription is set aside, and what to do (R17, R23)."""

import pytest

from subscriptions.billing import Parked
from subscriptions.refusals import aside_text
from subscriptions.releases import told
from subscriptions.tariffs import NoPrice
from subscriptions.vat import Doubt, Place, VatUnresolved


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Parked("17 lignes"), "Les bornes arrêtent la facture suivante : 17 lignes."),
        (NoPrice("orga"), "Aucun tarif en vigueur n’a ce prix : convenez d’abord"),
        (VatUnresolved(Place("XX", ""), Doubt.UNKNOWN_COUNTRY), "vérifiez l’adresse avec lui"),
        (VatUnresolved(Place("DE", ""), Doubt.NO_VAT_NUMBER), "sans numéro de TVA vérifié"),
        (KeyError("orga"), "puis libérez l’abonnement : KeyError : 'orga'"),
    ],
)
def test_what_parked_a_subscription_is_told_with_what_to_do(why, words):
    assert words in aside_text(told(why))


def test_a_subscription_that_is_billed_has_nothing_to_tell():
    assert aside_text("") == ""
