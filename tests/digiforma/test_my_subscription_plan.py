"""« Mon abonnement »: the plan, its next invoice, what waits, until when to ask."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.tenancy import staff_context
from subscriptions.items import end_item
from subscriptions.models import BillingIdentity, Discount
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, cancel_at_term, change_at_term
from subscriptions.renewal import renew
from tests import world
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, between, enroll, html, text, visit


@pytest.fixture
def found(db):
    """Open Ravel, then do the rest of a story in the staff's scope, on 23 November 2026."""

    def opened(then=lambda there: None, **what):
        with staff_context():
            there = ravel.found(**what)
            then(there)
        return there

    with time_machine.travel(NOW, tick=False):
        yield opened


def test_page_announces_the_next_invoice_to_the_cent(found):
    there = found()

    said = text(visit(there.alice))

    assert between(said, "ÉQUIPE 119,00 €", "Changer de formule") == (
        "HT par mois Prochaine facture, le 9 décembre 2026 ÉQUIPE 119,00 € "
        "Espace entreprise 29,00 € Signature électronique 25,00 € "
        "Total HT 173,00 € TTC, TVA 20 % 207,60 € "
        "Pour la période du 9 décembre au 8 janvier 2027."
    )
    with staff_context():
        issued = renew(subscription_id=there.subscription.pk, on=date(2026, 12, 9))
    assert (issued.net_cents, issued.gross_cents) == (17_300, 20_760)


def test_page_leaves_an_option_that_ends_out_of_the_next_invoice(found):
    def story(there):
        end_item(
            subscription_id=there.subscription.pk, component=world.option("e-signature"), on=TODAY
        )

    said = text(visit(found(story).alice))

    assert "Total HT 148,00 € TTC, TVA 20 % 177,60 €" in said
    assert "25,00 € HT par mois Jusqu’au 8 déc." in said


def test_page_tells_the_vat_of_the_place_or_why_it_cannot(found):
    there = found(
        lambda there: BillingIdentity.objects.create(
            organization=there.ravel, legal_name="Ravel", postal_code="97110"
        )
    )
    assert "TTC, TVA 8,5 % 187,71 €" in text(visit(there.alice))

    for place, expected in (
        ({"postal_code": "97300"}, "TTC, sans TVA 173,00 € Pour la période"),
        ({"country": "DE"}, "La TVA de votre prochaine facture reste à déterminer"),
    ):
        with staff_context():
            BillingIdentity.objects.update(**place)
        assert expected in text(visit(there.alice)).replace(
            "TVA non applicable, article 294-1 du CGI. ", ""
        )


def test_page_says_until_when_to_ask(found):
    there = found()

    assert (
        "Demandez-le au plus tard le 1er décembre 2026 pour qu’il compte dès la facture du "
        "9 décembre."
    ) in text(visit(there.alice))
    with time_machine.travel(datetime(2026, 12, 2, 9, tzinfo=UTC)):
        assert (
            "La date conseillée pour la facture du 9 décembre était le 1er décembre. "
            "Une demande reste possible."
        ) in text(visit(there.alice))


def test_page_of_a_month_offers_the_year_with_its_saving(found):
    response = visit(found().alice)

    # two months of 119 + 29 + 25
    assert "Passer à l’annuel Vous économisez deux mois, soit 346,00 € HT par an." in text(response)
    assert 'href="/compte/abonnement/formules/equipe/demander/?commitment=annual"' in html(response)


def test_page_of_a_year_tells_its_price_per_month(found):
    said = text(visit(found(commitment=Commitment.ANNUAL, options=()).alice))

    assert "ÉQUIPE 1 190,00 € HT par an soit 99,17 € par mois" in said
    assert "Prochaine facture, le 9 septembre 2027 ÉQUIPE 1 190,00 €" in said
    assert "Passer à l’annuel" not in said


def test_page_bills_the_plan_that_waits(found):
    said = text(visit(found(orders("orga")).alice))

    assert "Prévu le 9 décembre 2026 Passage à ORGA" in said
    assert "Prochaine facture, le 9 décembre 2026 ORGA 239,00 €" in said


def test_page_says_that_the_plan_that_waits_will_be_too_small(found):
    def story(there):
        orders("indep-plus")(there)
        enroll(there.ravel, 100, on=date(2026, 12, 1))

    said = text(visit(found(story, learners=150).alice))

    assert (
        "Passage à INDÉP+ À cette date, d’après ce qui est connu aujourd’hui, INDÉP+ sera trop "
        "petite : ÉQUIPE sera reconduite."
    ) in said
    assert "Prochaine facture, le 9 décembre 2026 ÉQUIPE 119,00 €" in said


def orders(code: str):
    def order(there):
        change = Change(plan=world.plan(code))
        change_at_term(subscription_id=there.subscription.pk, change=change, on=TODAY)

    return order


def test_page_carries_the_discount_of_the_next_period(found):
    def story(there):
        Discount.objects.create(
            organization=there.ravel,
            subscription=there.subscription,
            percent=10,
            starts_on=there.subscription.renews_on,
            periods=1,
        )

    said = text(visit(found(story, options=()).alice))

    assert "Total HT 107,10 € TTC, TVA 20 % 128,52 €" in said


def test_page_of_a_cancelled_subscription_bills_and_offers_nothing_more(found):
    def story(there):
        cancel_at_term(subscription_id=there.subscription.pk, on=TODAY)

    response = visit(found(story).alice)
    said = text(response)

    assert "Votre abonnement prend fin le 8 décembre 2026 au soir" in said
    assert "Résiliée au terme ÉQUIPE" in said
    assert "Fin de l’abonnement 8 décembre 2026 au soir Prochaine facture Aucune" in said
    assert "Changer de formule" not in said
    assert "Souscrire" not in said


def test_page_of_an_ended_subscription_says_what_is_left(found):
    def story(there):
        cancel_at_term(subscription_id=there.subscription.pk, on=TODAY)
        renew(subscription_id=there.subscription.pk, on=date(2026, 12, 9))

    there = found(story)
    with time_machine.travel(datetime(2026, 12, 9, 9, tzinfo=UTC)):
        said = text(visit(there.alice))

    assert "Abonnement terminé Plus rien n’est facturé. Vos données sont conservées." in said
    assert "Vous pouvez encore inscrire" not in said
    assert "Options" not in said
