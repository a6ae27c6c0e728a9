"""What customers wrote comes back from a file as text, whatever opens it (T22)."""

import csv
import io

import pytest

from learners.safe_csv import safe, written

PAYLOADS = [
    "=1+1",
    '=HYPERLINK("https://exemple.fr";"Voir")',
    "+33 6 12 34 56 78",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\0=1+1",
    " =1+1",
    "\xa0=1+1",
    "\n=1+1",
    "\ufeff=1+1",
    "\u3000=1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1+1",
    "\uff20SUM(A1)",
    "-1 rue des Tanneurs",
    "=cmd|' /C calc'!A0",
    "+",
    "\tLouise",
]


@pytest.mark.parametrize("cell", PAYLOADS)
def test_a_cell_that_might_be_computed_is_text(cell):
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", " ", "Louise", "d’Été-Müller", "-12", "+3,5", "1.5", "2026-11-23", "A=B", "'=1"]
)
def test_other_cells_are_left_alone(cell):
    assert safe(cell) == cell


def test_twenty_payloads_come_back_cell_for_cell():
    file = written(["Apprenant", "Session"], [(cell, 'A;"B"') for cell in PAYLOADS])

    lines = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";"))

    assert len(PAYLOADS) >= 20
    assert file.startswith(b"\xef\xbb\xbf")
    assert lines == [
        ["Apprenant", "Session"],
        *([f"'{cell}", 'A;"B"'] for cell in PAYLOADS),
    ]
