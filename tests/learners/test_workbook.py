"""Workbooks read as a CSV would be, and those that would harm refused within bounds."""

import tracemalloc
import zipfile
from datetime import date, datetime, time

import pytest

from learners import importing, workbook
from learners.csv_text import MAX_ROWS
from tests.learners.test_importing import GOOD, HEADER, ROW
from tests.learners.workbooks import with_sheet
from tests.learners.workbooks import workbook as made

TODAY = date(2026, 11, 23)
NAMES = HEADER.split(",")
CELLS = [
    "S1", "Gestes et postures", date(2026, 3, 1), datetime.combine(date(2026, 3, 2), time.min),
    "zoe@exemple.fr",
    "Été", "Zoé", "inscrit", None,
]  # fmt: skip
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def read(content, name="inscriptions.xlsx", **asked):
    return importing.read(content, today=TODAY, name=name, **asked)


def codes(reading):
    return [problem.code for problem in reading.problems]


def test_an_honest_workbook_says_what_its_csv_says():
    reading = read(made(NAMES, CELLS))

    assert (reading.rows, reading.problems, reading.notices) == ((ROW,), (), ())


def test_dates_may_be_text_and_codes_may_be_numbers():
    cells = [2026.0, *GOOD.split(",")[1:]]

    [row] = read(made(NAMES, cells)).rows

    assert (row.session_code, row.starts_on) == ("2026", date(2026, 3, 1))


def test_a_formula_is_its_last_result_never_computed():
    xml = (
        b"<worksheet " + MAIN + b"><sheetData>"
        b'<row r="1">' + b"".join(inline(name) for name in NAMES) + b"</row><row>"
        + b"".join(inline(cell) for cell in GOOD.split(",")[:5])
        + b'<c t="str"><f>1+1</f><v>Result</v></c>'
        + b"".join(inline(cell) for cell in GOOD.split(",")[6:])
        + b"</row></sheetData></worksheet>"
    )  # fmt: skip

    [row] = read(with_sheet(made(["x"]), xml)).rows

    assert row.last_name == "Result"


def inline(text: str) -> bytes:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def test_lines_are_those_of_the_sheet():
    bad = ["S1", "Bilan", "31/02/2026", *CELLS[3:]]

    reading = read(made([], NAMES, [], CELLS, bad))

    assert [(found.code, found.line) for found in reading.problems] == [("date_nonexistent", 5)]
    assert [notice.code for notice in reading.notices] == ["blank_lines"]


def test_the_first_of_several_sheets_is_read_and_told():
    [notice] = read(made(NAMES, CELLS, others=["Notes", "Listes"])).notices

    assert notice.message == "Le classeur a 3 feuilles : seule la première est lue, « Sheet »."


def test_a_hidden_sheet_is_neither_read_nor_told():
    reading = read(made(NAMES, CELLS, hidden_before=["Listes"]))

    assert (reading.rows, reading.notices) == ((ROW,), ())


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (b"PK\x03\x04" + b"\0" * 40, "xlsx_unreadable"),
        (HEADER.encode(), "xlsx_unreadable"),
        (b"\xd0\xcf\x11\xe0", "csv_not_text"),
        (made(), "csv_empty"),
        (made(NAMES), "csv_no_rows"),
        (made(NAMES[1:], CELLS[1:]), "csv_missing_column"),
        (made([f"c{n}" for n in range(201)], CELLS), "csv_too_many_columns"),
    ],
)
def test_a_workbook_that_cannot_be_read_says_why(content, code):
    assert codes(read(content)) == [code]


def test_an_excel_file_named_csv_is_told_to_change_its_name():
    [problem] = read(made(NAMES, CELLS), name="inscriptions.csv").problems

    assert (problem.code, "nommez-le .xlsx" in problem.message) == ("csv_not_text", True)


def test_too_many_lines_are_refused():
    rows = b"".join(b'<row r="%d"><c t="n"><v>1</v></c></row>' % n for n in range(2, MAX_ROWS + 3))
    head = b"<row>" + b"".join(inline(name) for name in NAMES) + b"</row>"
    xml = b"<worksheet " + MAIN + b"><sheetData>" + head + rows + b"</sheetData></worksheet>"

    assert codes(read(with_sheet(made(["x"]), xml))) == ["csv_too_large"]


BOMBS = {
    "a hundred megabytes of nothing": b" " * (workbook.MAX_UNPACKED + 1),
    "ten million elements": b"<worksheet>" + b"<c/>" * workbook.MAX_ELEMENTS,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_before_it_is_read(bomb):
    content = with_sheet(made(["x"]), bomb)
    tracemalloc.start()

    reading = read(content)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert codes(reading) == ["csv_too_large"]
    assert len(content) < 1_000_000
    assert peak < 2 * workbook.MAX_UNPACKED


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_unpacks_without_bound_is_refused(compression):
    content = with_sheet(made(NAMES, CELLS), b"<worksheet/>", compression=compression)

    assert codes(read(content)) == ["xlsx_unreadable"]


def test_a_row_far_below_is_not_waited_for():
    xml = (
        b"<worksheet " + MAIN + b'><sheetData><row r="1"><c t="n"><v>1</v></c></row>'
        b'<row r="999999999"><c t="n"><v>1</v></c></row></sheetData></worksheet>'
    )

    assert codes(read(with_sheet(made(["x"]), xml), mapping=[""])) == ["csv_missing_column"]
    assert codes(read(with_sheet(made(["x"]), xml))) == ["csv_missing_column"]


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_never_expanded(declaration):
    xml = (
        b'<?xml version="1.0"?>' + declaration + b"<worksheet " + MAIN + b"><sheetData><row>"
        b'<c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    )

    assert codes(read(with_sheet(made(["x"]), xml))) == ["xlsx_unreadable"]
