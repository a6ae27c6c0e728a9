"""« Ce qui est prévu », in words: what each state of the year to come says."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.template.loader import render_to_string

from accounts.tenancy import staff_context, tenant_context
from digiforma.foresight import foresight
from learners.services import recount_all
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll


@pytest.fixture
def said(db):
    """Enrol Ravel's learners by (days from today, learners) and return what the section says."""

    def read(*sessions: tuple[int, int], code: str = "equipe") -> str:
        with staff_context():
            there = ravel.found(learners=0, code=code)
            for days, learners in sessions:
                enroll(there.ravel, learners, on=TODAY + timedelta(days=days))
            recount_all(on=TODAY)
        with tenant_context(there.ravel.pk):
            page = foresight(there.ravel, at=NOW)
        source = render_to_string("digiforma/_counted_forecast.html", {"foresight": page})
        return " ".join(re.sub(r"<[^>]+>", " ", source).replace("\u00a0", " ").split())

    with time_machine.travel(NOW, tick=False):
        yield read


def test_a_limit_passed_for_long_tells_when_one_is_refused_and_the_range(said):
    told = said((-500, 1), (-364, 1), (-330, 89), (-300, 170), (-30, 153))

    assert (
        "Limite dépassée le 16 juin 2027 , avec 502 apprenants. Rien ne serait bloqué ce jour-là ;"
        " sans changement, les nouvelles inscriptions seraient refusées à partir du "
        "16 juillet 2027 ." in told
    )
    assert (
        "Estimés : 153 inscriptions en 90 jours, soit 1,7 par jour, moins celles déjà saisies ; "
        "au plus près de l’unité. Au rythme de la même période l’an dernier, 2,9 par jour, "
        "la limite serait dépassée le 24 décembre 2026. "
        "Comptez donc entre le 24 décembre 2026 et le 16 juin 2027 ." in told
    )
    assert "30 juin 2027 153 0 372 525 25 de trop" in told


def test_an_overrun_of_some_days_is_told_with_both_its_ends(said):
    told = said((-355, 100), (-200, 350), (3, 51))

    assert (
        "Limite dépassée du 26 novembre 2026 au 2 décembre 2026 , avec 501 apprenants au plus. "
        "Rien ne serait bloqué." in told
    )


def test_a_peak_of_one_day_tells_who_leaves_and_blocks_nothing(said):
    told = said((-355, 100), (-200, 350), (9, 51))

    assert "suffit pour les douze prochains mois , hors la pointe d’un jour ci-dessous." in told
    assert (
        "2 décembre 2026 Pointe d’un jour à 501. Le lendemain, 100 inscrits de « Session » "
        "(3 décembre 2025) sortent du décompte et vous revenez à 401. "
        "Cette pointe ne bloque rien." in told
    )


def test_a_plan_that_suffices_tells_the_highest_day(said):
    told = said((-300, 60), (-30, 90))

    assert (
        "Votre formule suffit pour les douze prochains mois : 424 apprenants au plus, "
        "le 23 octobre 2027." in told
    )


def test_too_many_already_tells_the_way_back(said):
    told = said((-350, 40), (-30, 488))

    assert (
        "Vous comptez 28 de trop. Sans nouvelle inscription, vous repasseriez dans votre limite "
        "le 8 décembre 2026 ." in told
    )


def test_a_short_history_says_from_when_on(said):
    assert said((-20, 30)).endswith(
        "La prévision paraîtra après 60 jours d’historique : avant, le rythme ne dit rien."
    )
