"""The page that asks for a change: what it brings and bills, said again at each choice."""

import html
import re

import pytest
import time_machine

from accounts.tenancy import staff_context
from subscriptions.periods import Commitment
from support.models import Request
from tests import world
from tests.support.conftest import OPENED_ON
from tests.support.test_views import CHOICE, ask_at, only, text


def changes(response) -> list[str]:
    """Return the lines of « Ce qui change », each in one piece."""
    found = re.search(r'id="changes">(.*?)</ul>', response.content.decode(), re.DOTALL)
    lines = re.findall(r"<b>(.*?)</b><small>(.*?)</small>", found[1], re.DOTALL)
    return [" | ".join(html.unescape(part).replace("\xa0", " ") for part in line) for line in lines]


def title(response) -> str:
    return re.search(r"<h1>(.*?)</h1>", response.content.decode())[1]


def test_a_larger_plan_says_what_is_won_and_what_stays(enter):
    response = enter("alice").get(ask_at("orga"), {"options": ["custom-fields"]})

    assert title(response) == "Passer à ORGA"
    assert changes(response) == [
        "Apprenants sur 365 jours : 1 500 | 1 000 de plus : 500 aujourd’hui",
        "Intervenants : 20 | comme aujourd’hui",
        "Administrateurs : 6 | comme aujourd’hui",
        "Champs personnalisés | Ouverte dès la prise d’effet, pour toute votre équipe",
        "Espace entreprise | Conservée",
    ]


def test_a_smaller_plan_says_what_is_lost(enter):
    lost = changes(enter("alice").get(ask_at("indep-plus")))

    assert lost[:3] == [
        "Apprenants sur 365 jours : 200 | 300 de moins : 500 aujourd’hui",
        "Intervenants : 3 | 17 de moins : 20 aujourd’hui",
        "Administrateurs : 2 | 4 de moins : 6 aujourd’hui",
    ]


def test_the_commitment_alone_is_a_change(enter):
    client = enter("alice")

    response = client.get(ask_at("equipe"), {"commitment": "annual"})
    client.post(ask_at("equipe"), CHOICE | {"commitment": "annual"})

    assert title(response) == "Passer à l’annuel"
    assert changes(response)[:2] == [
        "Vous gardez ÉQUIPE | Les mêmes limites d’apprenants, d’intervenants et d’administrateurs",
        "Vous vous engagez pour douze mois | "
        "Facturés en une fois ; vos options suivent, à l’année.",
    ]
    assert "Différence : -296,00 € HT par an." in text(response).replace("- ", "-")
    assert (only().plan.code, only().commitment) == ("equipe", "annual")


def test_options_alone_are_a_change(enter):
    client = enter("alice")

    chosen = {"options": ["micro-certification"]}

    response = client.get(ask_at("equipe"), chosen)
    seen = client.post(ask_at("equipe"), CHOICE | chosen | {"deed": "preview"})
    waiting = client.post(ask_at("equipe"), CHOICE | chosen)
    client.post(ask_at("equipe"), CHOICE | chosen | {"when": "now"})

    assert title(response) == "Modifier ÉQUIPE"
    for page in (response, seen):
        assert "Supplément : + 29,00 € HT par mois." in text(page)
        assert "Facture immédiate" in text(page)
        assert "à l’échéance" not in text(page)
    assert waiting.status_code == 422
    assert "Des options seules commencent tout de suite" in text(waiting)
    assert (only().options, only().when) == (["micro-certification"], "now")


def test_going_back_to_the_month_waits_for_the_term(enter, desk):
    with staff_context():
        zoe = world.person("Zoe")
        there = world.organization("Neuf", "neuf", owner=zoe)
        world.subscribed(there, on=OPENED_ON, commitment=Commitment.ANNUAL)
    desk.people["zoe"] = zoe
    client = enter("zoe")

    at_term = client.get(ask_at("equipe"), {"commitment": "monthly"})
    at_once = client.post(ask_at("equipe"), CHOICE | {"when": "now"})

    assert title(at_term) == "Revenir au mensuel"
    assert "Vous n’êtes plus engagé qu’au mois" in text(at_term)
    assert at_once.status_code == 422
    assert "ne prend effet qu’à l’échéance" in text(at_once)


@pytest.mark.parametrize(
    ("day", "late", "told"),
    [
        ("2026-12-01", False, "À demander au plus tard le 1 er décembre 2026."),
        ("2026-12-02", True, "Le délai de 8 jours est passé"),
    ],
)
def test_the_eighth_day_before_is_told_and_then_that_it_is_past(enter, day, late, told):
    with time_machine.travel(f"{day}T23:59:00+01:00", tick=False):
        page = text(enter("alice").get(ask_at("orga")))

    assert told in page
    assert ("même si nous tardons" in page) != late


@pytest.mark.parametrize("option", ["company-space", "inconnue", "\x00"])
def test_an_option_that_is_not_offered_is_told(enter, option):
    response = enter("alice").get(ask_at("orga"), {"options": [option]})

    assert response.status_code == 200
    assert "Cette option ne peut pas être demandée ici" in text(response)


def test_a_message_too_long_is_told_beside_its_field_and_kept(enter):
    response = enter("alice").post(ask_at("orga"), CHOICE | {"message": "x" * 5_001})

    assert response.status_code == 422
    assert '<p class="field__error" id="id_message_error">' in response.content.decode()
    assert "x" * 5_001 in response.content.decode()
    with staff_context():
        assert not Request.objects.exists()
