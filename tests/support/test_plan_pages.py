"""The page of plans: three numbers in, the smallest plan that holds them, what it costs."""

import re

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from support.models import Request
from tests import world
from tests.support.test_views import PLANS, ask_at, text

NUMBERS = {"learners": "560", "trainers": "14", "administrators": "5"}


def advised(page: str) -> str:
    return page.partition("La plus petite formule qui convient :")[2].partition("Recalculer")[0]


def checked(response) -> list[str]:
    """Return the values of the boxes and buttons that are checked on a page."""
    return re.findall(r'value="([a-z-]+)"[^>]* checked', response.content.decode())


def test_the_numbers_begin_with_what_is_counted(enter):
    response = enter("alice").get(PLANS)

    assert re.findall(r'name="(\w+)" value="(\d+)"', response.content.decode()) == [
        ("learners", "0"),
        ("trainers", "1"),
        ("administrators", "3"),
    ]
    assert "1 place prise sur 20" in text(response)
    assert "3 places prises sur 6, commerciaux compris" in text(response)


@pytest.mark.parametrize(
    ("numbers", "plan"),
    [
        ({"learners": "500"}, "ÉQUIPE ."),  # equality fits (R8)
        ({"learners": "501"}, "ORGA ."),
        ({"learners": "1 500"}, "ORGA ."),
        ({"learners": "1\u202f501"}, "ORGA+ ."),
        ({"trainers": "21"}, "ORGA+ ."),
        ({"administrators": "7"}, "ORGA+ ."),
        ({"learners": "4501"}, "SUR-MESURE ."),
        # fewer than are there already: those who are there count
        ({"learners": "0", "trainers": "0", "administrators": "0"}, "ÉQUIPE , d’après"),
    ],
)
def test_the_smallest_plan_that_holds_the_numbers_is_marked(enter, numbers, plan):
    page = text(enter("alice").get(PLANS, NUMBERS | numbers))

    assert advised(page).strip().startswith(plan)


def test_a_plan_below_says_what_it_lacks(enter):
    page = text(enter("alice").get(PLANS, NUMBERS))

    assert (
        "ÉQUIPE Votre formule 500 20 6 119,00 € HT par mois 1 190,00 € HT par an "
        "Trop petite pour ces nombres 560 apprenants pour 500. Elle convient aujourd’hui." in page
    )
    assert "Convient 940 apprenants, 6 intervenants et 1 administrateur de marge." in page


@pytest.mark.parametrize("typed", ["", "beaucoup", "-1", "12,5", "1000001", "9" * 400, "\x00"])
@pytest.mark.parametrize("field", ["learners", "trainers", "administrators"])
def test_a_number_that_is_none_is_told_beside_its_field(enter, field, typed):
    response = enter("alice").get(PLANS, NUMBERS | {field: typed})

    assert response.status_code == 422
    assert f'<p class="field__error" id="id_{field}_error">' in response.content.decode()
    assert text(response).startswith("Erreur : Choisir une formule")
    assert text(response).count("Indiquez un nombre entier, par exemple 560.") == 2


def test_the_choice_says_what_it_costs_beside_today(enter):
    page = text(enter("alice").get(PLANS, NUMBERS | {"plan": "orga", "options": ["custom-fields"]}))

    assert (
        "ORGA + Champs personnalisés, engagement mensuel 283,00 € HT par mois "
        "supplément : + 135,00 € HT, au lieu de 148,00 € HT, dès le 9 décembre 2026" in page
    )


def test_the_year_is_compared_over_twelve_months(enter):
    page = text(enter("alice").get(PLANS, {"plan": "equipe", "commitment": "annual"}))

    assert "ÉQUIPE, engagement annuel 1 480,00 € HT sur douze mois différence :" in page
    assert "296,00 € HT, au lieu de 1 776,00 € HT" in page


def test_a_plan_too_small_is_a_question(enter):
    page = text(enter("alice").get(PLANS, {"plan": "indep-plus"}))

    assert "INDÉP+, engagement mensuel Montant à confirmer 3 administrateurs pour 2" in page
    assert "Voir l’aperçu du changement" in page


def test_the_plan_follows_the_numbers_until_somebody_chooses(enter):
    client = enter("alice")
    first = checked(client.get(PLANS))
    followed = checked(client.get(PLANS, NUMBERS | {"plan": "equipe", "proposed": "equipe"}))
    chosen = checked(client.get(PLANS, NUMBERS | {"plan": "leader", "proposed": "equipe"}))

    assert (first, followed, chosen) == (
        ["monthly", "equipe"],
        ["monthly", "orga"],
        ["monthly", "leader"],
    )


def test_the_preview_is_asked_with_all_that_was_chosen(enter):
    chosen = {"plan": "orga", "commitment": "annual", "options": ["custom-fields", "edof-export"]}

    response = enter("alice").get(PLANS, NUMBERS | chosen | {"deed": "preview"}, follow=True)

    assert response.redirect_chain == [
        (f"{ask_at('orga')}?commitment=annual&options=custom-fields&options=edof-export", 302)
    ]
    assert checked(response) == ["annual", "term", "custom-fields", "edof-export"]


def test_options_that_are_not_offered_are_left_aside(enter):
    response = enter("alice").get(PLANS, {"options": ["company-space", "inconnue"]})

    assert response.status_code == 200
    assert checked(response) == ["monthly", "equipe"]


@pytest.mark.parametrize("plan", ["inconnue", "sur-mesure", "", "\x00"])
def test_a_plan_that_cannot_be_chosen_gives_way_to_the_one_proposed(enter, plan):
    assert checked(enter("alice").get(PLANS, {"plan": plan})) == ["monthly", "equipe"]


def test_a_request_under_way_takes_the_place_of_the_choice(enter, desk):
    with staff_context():
        desk.ask("alice")

    page = text(enter("alice").get(PLANS, NUMBERS))

    assert "Votre passage à ORGA" in page
    assert "Voir l’aperçu du changement" not in page
    assert advised(page).startswith(" ORGA")


def test_an_option_that_the_plan_includes_is_told(enter):
    with staff_context():
        world.plan("leader").includes.add(world.option("company-space"))

    page = text(enter("alice").get(PLANS, {"plan": "leader"}))

    assert "Espace entreprise Souscrite, et incluse dans LEADER." in page


def test_looking_asks_for_nothing(enter):
    client = enter("alice")

    for deed in ("count", "preview", "send"):
        client.get(PLANS, NUMBERS | {"plan": "orga", "deed": deed})

    with staff_context():
        assert not Request.objects.exists()


def test_whoever_has_no_subscription_is_led_to_us(enter, desk):
    with staff_context():
        zoe = world.person("Zoe")
        world.organization("Neuf", "neuf", owner=zoe)
    desk.people["zoe"] = zoe

    assert enter("zoe").get(PLANS).headers["Location"] == reverse("contact")
