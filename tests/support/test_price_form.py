"""The price form at the desk: prefilled, drawn again, refused with words (R6, R19)."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import agreements, plan_changes, renewal
from subscriptions.models import Subscription
from support.models import Quote, Request
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY


@pytest.fixture
def asked(desk) -> Request:
    with staff_context():
        return desk.ask("adam", options=("custom-fields",))


def read(response) -> str:
    return response.content.decode().replace("\u00a0", " ")


def page_of(request: Request) -> str:
    return reverse("admin:support_request_move", args=[request.pk, "price"])


def filled(**changed) -> dict:
    with staff_context():
        plan = world.plan("orga").pk
    given = {
        "plan": plan,
        "commitment": "monthly",
        "when": "term",
        "effective_on": TODAY.isoformat(),
        "options": ["custom-fields"],
        "discount_percent": "7,5",
        "discount_periods": "3",
        "discount_reason": "Fidélité",
    }
    return {**given, **changed}


def test_the_form_opens_on_what_was_asked_with_its_price(enter, asked):
    page = read(enter("lea").get(page_of(asked)))

    assert SURCHARGE in page
    assert re.search(r'value="custom-fields"[^>]*checked', page)


def test_the_form_leaves_out_what_was_taken_since_it_was_asked(enter, desk, asked):
    with staff_context():
        desk.take("custom-fields")

    page = read(enter("lea").get(page_of(asked)))

    assert 'value="custom-fields"' not in page
    assert '<b class="num">+ 120,00 € HT</b>' in page


def test_a_discount_is_priced_with_a_french_comma(enter, asked):
    enter("lea").post(page_of(asked), filled())

    with staff_context():
        quote = Quote.objects.get()
        assert (quote.discount_percent, quote.discount_periods) == (7.5, 3)
        assert quote.lines[0]["full_price_cents"] == 221_08  # 239,00 less 17,925, rounded
        assert quote.discount_reason == "Fidélité"


def test_recalculating_prices_nothing(enter, asked):
    response = enter("lea").post(page_of(asked), filled(deed="preview"))

    page = read(response)
    assert response.status_code == 200
    assert "Remise de 7,5 % sur la formule pendant 3 périodes" in page
    assert "221,08 €" in page
    with staff_context():
        assert not Quote.objects.exists()


SURCHARGE = '<b class="num">+ 135,00 € HT</b>'
PERCENT = "Indiquez un pourcentage de 0,01 à 100, par exemple 7,5."
PERIODS = "Indiquez un nombre de périodes, de 1 à 36."
WHOLE = "Pour une remise, indiquez le pourcentage, la durée et le motif."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"discount_percent": "beaucoup"}, PERCENT),
        ({"discount_percent": "-5"}, PERCENT),
        ({"discount_percent": "101"}, PERCENT),
        ({"discount_percent": "NaN"}, PERCENT),
        ({"discount_percent": "1e400"}, PERCENT),
        ({"discount_percent": "7,555"}, PERCENT),
        ({"discount_percent": ""}, WHOLE),
        ({"discount_percent": "0"}, PERCENT),
        ({"discount_periods": "0"}, PERIODS),
        ({"discount_periods": "37"}, PERIODS),
        ({"discount_periods": "trois"}, PERIODS),
        ({"discount_reason": "  "}, WHOLE),
        ({"effective_on": "2026-11-24", "when": "now"}, "Choisissez un jour passé ou aujourd’hui."),
        ({"discount_percent": "10,01"}, "Au-delà de 10 %, seul un responsable (Magda) accorde"),
    ],
)
@pytest.mark.parametrize("deed", ["", "preview"])
def test_what_cannot_be_priced_is_refused_in_words(enter, asked, changed, said, deed):
    response = enter("lea").post(page_of(asked), filled(**changed, deed=deed))

    assert said in read(response)
    if not deed:
        assert response.status_code == 422
    with staff_context():
        assert not Quote.objects.exists()
        assert Request.objects.get(pk=asked.pk).state == "new"


def test_a_discount_smaller_than_the_one_that_runs_is_confirmed_first(enter, desk, asked):
    with staff_context():
        agreements.add_discount(
            organization=desk.ravel, percent=Decimal(10), periods=12, on=TODAY, reason="fidélité"
        )
    lea = enter("lea")

    drawn = lea.post(page_of(asked), filled(deed="preview"))
    held = lea.post(page_of(asked), filled())
    with staff_context():
        before = Quote.objects.count()
    done = lea.post(page_of(asked), filled(deed="anyway"))

    told = (
        "Une remise de 10 % court déjà, jusqu’au 8 décembre 2027 inclus. La dernière accordée "
        "l’emporte : dès le 9 décembre 2026, le client n’aurait plus que 7,5 %."
    )
    assert (drawn.status_code, held.status_code, done.status_code) == (200, 422, 302)
    for page in (read(drawn), read(held)):
        assert told in page
        assert "Chiffrer quand même" in page
        assert "221,08 €" in page
    with staff_context():
        assert (before, Quote.objects.get().discount_percent) == (0, Decimal("7.5"))


@pytest.mark.parametrize("percent", ["10", "10,01"])
def test_a_discount_that_is_not_smaller_is_priced_at_once(enter, desk, asked, percent):
    with staff_context():
        agreements.add_discount(
            organization=desk.ravel, percent=Decimal(10), periods=12, on=TODAY, reason="fidélité"
        )

    enter("magda").post(page_of(asked), filled(discount_percent=percent))

    with staff_context():
        assert Quote.objects.count() == 1


@pytest.mark.parametrize("deed", ["preview", ""])
def test_a_subscription_that_has_ended_is_priced_no_more(enter, desk, asked, deed):
    with staff_context():
        ravel = Subscription.objects.get(organization=desk.ravel)
        plan_changes.cancel_at_term(subscription_id=ravel.pk, on=TODAY)
        renewal.renew(subscription_id=ravel.pk, on=RENEWS_ON)

    response = enter("lea").post(page_of(asked), filled(deed=deed))

    assert response.status_code == 422
    assert "L’abonnement n’est pas en état de changer" in read(response)


def test_a_manager_grants_what_care_may_not(enter, asked):
    enter("magda").post(page_of(asked), filled(discount_percent="40"))

    with staff_context():
        assert Quote.objects.get().discount_percent == 40


def test_a_way_chosen_beside_the_others_fills_the_form(enter, asked):
    page = read(enter("lea").get(page_of(asked), {"plan": "leader", "way": "now-annual"}))

    assert "LEADER" in page
    assert "par an" in page
    assert page.count('value="now" selected') == 1
    assert page.count('value="annual" selected') == 1


@pytest.mark.parametrize("query", [{"way": "hier"}, {"plan": "rien"}, {"plan": "", "way": ""}])
def test_an_odd_address_opens_the_form_on_what_was_asked(enter, asked, query):
    response = enter("lea").get(page_of(asked), query)

    assert response.status_code == 200
    assert SURCHARGE in read(response)
