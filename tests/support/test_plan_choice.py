"""The page of plans: which one fits now, until when, and for the year to come."""

import re
from datetime import timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context
from learners.services import recount_all
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll, html, visit

PLANS = "/compte/abonnement/formules/"


@pytest.fixture
def read(db):
    """Enrol Ravel's learners by (days from today, learners) and read the page of plans."""

    def told(*sessions: tuple[int, int]) -> str:
        with staff_context():
            there = ravel.found(learners=0)
            for days, learners in sessions:
                enroll(there.ravel, learners, on=TODAY + timedelta(days=days))
            recount_all(on=TODAY)
        return html(visit(there.alice, PLANS))

    with time_machine.travel(NOW, tick=False):
        yield told


def fits(source: str) -> list[tuple[str, ...]]:
    """Return what each plan's row says of how it fits: its name, the claim, the reason."""
    rows = re.findall(
        r'class="plan-name">(.+?)</span>.*?class="fit[^>]*><b>(?:<svg.*?</svg>)?(.+?)</b>(.*?)</td>',
        source,
        re.DOTALL,
    )
    return [tuple(" ".join(part.replace("&nbsp;", " ").split()) for part in row) for row in rows]


def advised(source: str) -> list[str]:
    return re.findall(r'class="plan-advised">\s*<th.*?class="plan-name">(.+?)</span>', source)


def test_each_plan_says_until_when_it_holds(read):
    said = read((-300, 259), (-30, 153))

    assert "412 comptés sur les 365 derniers jours, 721 au plus haut de la prévision" in said
    assert fits(said) == [
        (
            "INDÉP+",
            "Trop petite",
            "412 apprenants comptés pour 200, 3 administrateurs pour 2.",
        ),
        ("ÉQUIPE", "Suffit jusqu’à mi-janvier 2027", "88 apprenants de marge aujourd’hui."),
        (
            "ORGA",
            "Suffit pour douze mois",
            "779 apprenants, 19 intervenants et 3 administrateurs de marge.",
        ),
        (
            "ORGA+",
            "Convient, plus large",
            "Utile au-delà de 1 500 apprenants, de 20 intervenants ou de 6 administrateurs.",
        ),
        ("LEADER", "Convient, plus large", "Utile au-delà de 2 500 apprenants."),
        ("SUR-MESURE", "Convient, plus large", "Utile au-delà de 4 500 apprenants."),
    ]
    assert advised(said) == ["ORGA"]


def test_a_peak_of_one_day_is_told_as_such(read):
    said = read((-355, 100), (-200, 350), (9, 51))

    assert fits(said)[1] == ("ÉQUIPE", "Suffit, sauf un jour", "Pointe à 501 le 2 décembre 2026.")
    assert advised(said) == ["ORGA"]


def test_a_short_history_tells_of_today_only(read):
    said = read((-20, 412))

    assert "412 comptés sur les 365 derniers jours</p>" in said
    assert fits(said)[1][:2] == ("ÉQUIPE", "Convient")
    assert advised(said) == ["ÉQUIPE"]
