"""The list behind a number, as a file: as many lines, nothing that a spreadsheet computes."""

import csv
import io
from datetime import date

import pytest

from accounts.tenancy import staff_context
from learners import services
from learners.enrollment_row import EnrollmentRow
from tests.digiforma import counted
from tests.digiforma.ravel import TODAY, visit
from tests.learners.test_safe_csv import PAYLOADS

FILE = "/compte/abonnement/apprenants.csv"
HEADER = ["Apprenant", "Code de la session", "Session", "Entre le", "Sort le"]


def lines(response) -> list[list[str]]:
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def asked(person, **what):
    return visit(person, f"{FILE}?{'&'.join(f'{name}={value}' for name, value in what.items())}")


def test_the_file_is_named_and_typed_for_a_spreadsheet(month):
    response = visit(month.alice, FILE)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == (
        'attachment; filename="apprenants-comptes-2026-11-23-v2.csv"'
    )
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response.content.startswith(b"\xef\xbb\xbf")
    header, first, *_rest = lines(response)
    assert header == HEADER
    assert first[1:] == ["S2026-0093", "Prise de parole en public", "16/11/2026", "16/11/2027"]


@pytest.mark.parametrize(
    ("what", "count"),
    [
        ({}, 412),
        ({"jour": TODAY, "version": 1}, 411),
        ({"jour": counted.SINCE}, 392),
        ({"mois": "2026-11"}, 64),
        ({"session": "S2026-0093"}, 30),
        ({"session": "S2026-9999"}, 0),
        ({"cause": "entered"}, 58),
        ({"cause": "moved"}, 10),
    ],
)
def test_the_file_holds_as_many_lines_as_the_number_says(month, what, count):
    assert len(lines(asked(month.alice, **what))) == 1 + count


def test_the_file_of_a_figure_adds_up_to_it(month):
    header, *rows = lines(asked(month.sam, cause="moved"))

    assert header == [*HEADER, "Effet sur le nombre"]
    assert sum(int(row[-1]) for row in rows) == 2


def test_no_address_leaves_in_a_file(month):
    assert "@" not in visit(month.alice, FILE).content.decode()


def test_names_that_look_like_formulas_are_text(month):
    names = [payload for payload in PAYLOADS if payload.strip()[0] != "L" and "\0" not in payload]
    rows = [
        EnrollmentRow(2, "S9", "=1+1", TODAY, TODAY, f"p{n}@exemple.fr", "", name, "enrolled", None)
        for n, name in enumerate(names)
    ]
    with staff_context():
        services.import_rows(organization=month.ravel, rows=rows, on=TODAY, by=None)

    _header, *told = lines(asked(month.alice, jour=TODAY, version="maintenant", session="S9"))

    assert len(told) == len(names)
    for learner, code, title, *_days in told:
        assert learner[0] == "'"
        assert (code, title) == ("S9", "'=1+1")


@pytest.mark.parametrize("what", [{"du": "hier"}, {"page": "x"}, {"jour": "2030-01-01"}])
def test_what_is_asked_wrongly_is_said_by_the_page(month, what):
    response = asked(month.alice, **what)

    [(name, value)] = what.items()
    assert response.status_code == 302
    assert response.url == f"/compte/abonnement/apprenants/?{name}={value}"


def test_a_version_never_counted_is_not_found(month):
    assert asked(month.alice, jour=date(2026, 10, 23), version=2).status_code == 404


def test_a_trainer_gets_no_file(month):
    response = visit(month.tara, FILE)

    assert response.status_code == 403
    assert "Garnier" not in response.content.decode()
