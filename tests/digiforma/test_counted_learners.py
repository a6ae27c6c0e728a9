"""« Apprenants comptés »: the number, its list, its versions, why it changed."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.tenancy import staff_context
from digiforma.templatetags.formats import MINUS
from learners.services import recount_all
from tests import world
from tests.digiforma import counted
from tests.digiforma.ravel import TODAY, between, html, text, visit

PAGE = "/compte/abonnement/apprenants/"


def see(person, **asked):
    return visit(person, f"{PAGE}?{'&'.join(f'{name}={value}' for name, value in asked.items())}")


def test_page_tells_what_makes_the_number(month):
    said = text(visit(month.alice, PAGE))

    assert said.startswith("Mon abonnement Apprenants comptés Les 365 derniers jours, ")
    assert "du 24 novembre 2025 au 23 novembre 2026. Compté " in said
    assert ", version 2." in said
    assert "412 sur 500" in said
    assert "Inscriptions comptées 412, dans 8 sessions" in said
    assert "Personnes différentes 77 Une personne" in said
    assert "Sortent d’ici au 31 décembre 77 Une inscription" in said
    assert "Entrent d’ici au 31 décembre 44, déjà inscrits" in said


def test_page_shares_out_the_difference_of_a_month(month):
    said = between(text(visit(month.alice, PAGE)), "Comparer", "Liste de")

    assert "Le 23 octobre 2026 Compté le" in said
    figures = [
        ("Entrées", "+ 58"),
        ("Saisies tardives", "+ 7"),
        ("Sorties après 365 jours", f"{MINUS} 41"),
        ("Annulations", f"{MINUS} 6"),
        ("Sessions déplacées", "+ 2"),
    ]
    for name, figure in figures:
        assert between(said, name, " Voir").endswith(figure)
    assert "Sessions commencées entre le 24 octobre 2026 et le 23 novembre 2026 + 58" in said
    assert f"entre le 24 octobre 2025 et le 23 novembre 2025 {MINUS} 41" in said
    assert "6 entrent avec leur session, 4 sortent + 2" in said
    assert said.endswith(", version 2 412")


def test_every_stored_version_has_its_list(month):
    first = text(see(month.alice, jour=TODAY, version=1))
    last = text(see(month.alice, jour=TODAY))

    assert "Liste de 411 inscriptions" in first
    assert "1 à 20 sur 411" in first
    assert "Version 2 : 412 Version 1 : 411 Ce qui est écrit à présent" in first
    assert "Liste de 412 inscriptions" in last
    assert "412 sur 500" in first
    assert see(month.alice, jour=TODAY, version=3).status_code == 404


def test_a_later_deed_changes_what_is_known_now_and_no_stored_list(month):
    with staff_context():
        counted.load(month.ravel, "S2026-0093", "Prise de parole en public", date(2026, 11, 16), 33)

    assert "Liste de 412 inscriptions" in text(visit(month.alice, PAGE))
    assert "Liste de 415 inscriptions" in text(see(month.alice, jour=TODAY, version="maintenant"))
    assert "Liste de 392 inscriptions" in text(see(month.alice, jour=counted.SINCE))


def test_a_day_never_counted_is_told_from_what_is_written_now(month):
    said = text(see(month.alice, jour="2026-08-01"))

    assert "Liste de 346 inscriptions" in said  # without the two sessions cancelled and moved
    assert "Version" not in said


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"session": "S2026-0093"}, 30),
        ({"mois": "2026-11"}, 64),
        ({"mois": "2026-11", "session": "S2026-0097"}, 6),
        ({"mois": "2026-10", "session": "S2026-0097"}, 0),
        ({"session": "S2026-0071"}, 0),
        ({"session": "S2026-0071", "jour": counted.SINCE}, 6),
        ({"session": "' OR 1=1 --"}, 0),
    ],
)
def test_the_list_is_filtered_by_session_and_month(month, asked, count):
    said = text(see(month.alice, **asked))

    assert (f" sur {count}" if count else "Aucune inscription pour ces filtres.") in said.partition(
        "Liste de "
    )[2]


def test_the_pages_of_a_list_hold_every_line_once(month):
    rows = [row for page in range(1, 23) for row in listed(see(month.alice, page=page))]
    beyond = see(month.alice, page=99)

    assert len(set(rows[:412])) == len(rows[:412]) == 412
    assert "401 à 412 sur 412" in text(beyond)


def listed(response) -> list[str]:
    """Return the lines of the last table of a page, as a person reads them."""
    table = html(response).rpartition("<tbody>")[2].partition("</tbody>")[0]
    return table.split("<tr>")[1:]


@pytest.mark.parametrize(
    ("cause", "count", "told"),
    [
        ("entered", 58, "+ 1 : compte à présent"),
        ("late", 7, "Conduite de réunion S2026-0080 12 octobre 2026"),
        ("left", 41, f"{MINUS} 1 : ne compte plus"),
        ("cancelled", 6, "Sauveteur secouriste du travail"),
        ("moved", 10, "2 novembre 2026 avant : le 14 décembre 2026"),
    ],
)
def test_each_figure_has_its_list(month, cause, count, told):
    said = text(see(month.alice, cause=cause)).rpartition("Revenir à toute la liste")[2]

    assert told in said
    assert f" sur {count}" in said


def test_two_versions_of_a_day_are_compared(month):
    said = text(see(month.alice, du=TODAY, du_version=1, au=TODAY, au_version=2))

    said = between(said, "Comparer", "Liste de")
    assert "Le 23 novembre 2026 Compté" in said
    assert "411 Saisies tardives" in said
    assert "+ 1 Voir" in said
    assert "Entrées" not in said
    assert "Annulations Sessions ou inscriptions annulées, doublons fusionnés 0 " in said


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"du": "hier"}, "Choisissez un jour du 1er janvier 2000 à aujourd’hui."),
        ({"du": "2026-02-30"}, "Choisissez un jour du 1er janvier 2000 à aujourd’hui."),
        ({"au": "2026-11-24"}, "Choisissez un jour du 1er janvier 2000 à aujourd’hui."),
        ({"jour": "1999-12-31"}, "Choisissez un jour du 1er janvier 2000 à aujourd’hui."),
        ({"du": "2026-11-02", "au": "2026-11-01"}, "Choisissez un jour qui suit le premier."),
        ({"jour": "2026-11-23", "version": "deux"}, "Cette version n’existe pas."),
        ({"cause": "chance"}, "n’en fait pas partie"),
        ({"page": "0"}, "supérieure ou égale à 1"),
        ({"mois": "novembre"}, "date valide"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_the_rest_is_shown(month, asked, message):
    response = see(month.alice, **asked)

    assert response.status_code == 422
    assert message in text(response)
    assert "Liste de 412 inscriptions" in text(response)
    assert "<title>Erreur : Apprenants" in html(response)


def test_the_day_is_that_of_paris(month):
    with time_machine.travel(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), tick=False):
        response = see(month.alice, au="2026-11-24")

    assert response.status_code == 200
    assert "Le 24 novembre 2026 Recalculé" in text(response)


def test_each_role_sees_it_or_reads_whom_to_ask(month):
    for person in (month.alice, month.adam, month.sam):
        assert "Liste de 412 inscriptions" in text(visit(person, PAGE))
    refused = visit(month.tara, PAGE)

    assert refused.status_code == 403
    assert "Alice Ravel, possesseur du compte" in text(refused)
    assert "412" not in text(refused)


def test_a_neighbour_sees_their_own_alone(month):
    with staff_context():
        charlie = world.person("Charlie")
        atelier = world.organization("Atelier", "atelier", charlie)
        counted.load(atelier, "S2026-0093", "Vannerie", date(2026, 11, 16), 2)
        recount_all(on=TODAY)

    said = text(visit(charlie, PAGE))

    assert "Liste de 2 inscriptions" in said
    assert "Prise de parole" not in said
    assert "Vannerie" not in text(visit(month.alice, PAGE))
