"""The bad inputs of an import, rows 1 to 26, through the command and through the page."""

import re
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from tests.learners.deposits import desk, enrollments, number_of, stored
from tests.learners.test_importing import CELLS, GOOD, HEADER, WHOLE_FILE, csv, line

ASKED_AT_THE_COLUMNS = {
    "csv_missing_column": 422,
    "csv_duplicate_column": 422,
    "csv_unknown_column": 302,  # « Ne pas importer », and it is not
}
TOLERATED = {
    "8 Windows-1252": csv(GOOD).encode("cp1252"),
    "9 UTF-16": csv(GOOD).encode("utf-16"),
    "10 UTF-8 with its mark": csv(GOOD).encode("utf-8-sig"),
    "21 the same twice": csv(GOOD, line(email="ZOE@exemple.fr ")).encode(),
    "24 a formula": csv(line(nom="=HYPERLINK(A1)")).encode(),
    "26 lone CR": csv(GOOD, end="\r").encode(),
    "26 mixed ends": f"{HEADER}\r\n{GOOD}\n".encode(),
}

pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture(autouse=True)
def _the_day():
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield


def command(tmp_path, content: bytes) -> list[str]:
    """Return the codes that the command tells; none when it imports."""
    file = tmp_path / "inscriptions.csv"
    file.write_bytes(content)
    told = StringIO()
    try:
        call_command(
            "import_enrollments", str(file), "--organization", "ravel",
            stdout=StringIO(), stderr=told,
        )  # fmt: skip
    except CommandError:
        return re.findall(r"\[(\w+)\]$", told.getvalue(), re.MULTILINE)
    return []


def test_the_command_refuses_each_whole_file_by_its_code(ravel, tmp_path):
    told = {name: command(tmp_path, content) for name, (content, _) in WHOLE_FILE.items()}

    assert told == {name: [code] for name, (_, (code, *_where)) in WHOLE_FILE.items()}
    assert enrollments(ravel) == 0


@pytest.mark.parametrize("name", WHOLE_FILE)
def test_the_page_refuses_each_whole_file_where_it_may(ravel, name):
    content, (code, at_line, _column) = WHOLE_FILE[name]
    alice = desk("alice")

    if code not in ASKED_AT_THE_COLUMNS:
        answer = alice.deposit(content)
        assert answer.status_code == (413 if code == "csv_too_large" else 422)
        assert at_line is None or f"Ligne {at_line}" in answer.text
    else:
        number = number_of(alice.deposit(content + GOOD.encode()))
        choices = {"c4": ""} if code == "csv_missing_column" else {}  # courriel is known as well
        assert alice.match(number, **choices).status_code == ASKED_AT_THE_COLUMNS[code]
    assert enrollments(ravel) == 0


def test_the_command_tells_each_bad_cell_by_its_code(ravel, tmp_path):
    content = csv(GOOD, *(bad for bad, _ in CELLS.values())).encode()

    told = command(tmp_path, content)

    assert told == [code for _, (code, *_where) in CELLS.values()]
    assert enrollments(ravel) == 0


def test_the_page_tells_each_bad_cell_by_its_line_and_leaves_it(ravel):
    alice = desk("alice")
    content = csv(GOOD, *(bad for bad, _ in CELLS.values())).encode()

    number = alice.imported(content)

    told = [
        (found["code"], found["line"], found["column"], found["value"])
        for found in stored(ravel, number).report["problems"]
    ]
    assert told == [
        (code, at, column, value)
        for at, (_, (code, column, value)) in enumerate(CELLS.values(), start=3)
    ]
    assert enrollments(ravel) == 1
    file = alice.client.get(reverse("import-bad-lines", args=[number])).content.decode("utf-8-sig")
    assert file.count("\r\n") == 1 + len(CELLS)


@pytest.mark.parametrize("content", TOLERATED.values(), ids=TOLERATED)
def test_what_is_tolerated_is_imported_by_both_doors(ravel, tmp_path, content):
    assert command(tmp_path, content) == []
    alice = desk("alice")

    number = alice.checked(content)

    assert stored(ravel, number).report["outcome"]["unchanged"] == 1
    assert enrollments(ravel) == 1


def test_a_code_that_another_organization_uses_stays_its_own(places):
    desk("charlie").imported(csv(GOOD))
    desk("alice").imported(csv(GOOD))

    assert (enrollments(places.ravel), enrollments(places.elsewhere)) == (1, 1)
