"""The bad inputs of an import, each by its code, line and column, and what is tolerated."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learners import importing
from learners.cells import normalise_email
from learners.csv_text import MAX_BYTES, MAX_ROWS, Problem
from learners.enrollment_row import EnrollmentRow, Notice
from tests.proving import examples

TODAY = date(2026, 11, 23)
DATA = Path(__file__).parent.parent / "data"
HEADER = "session,intitule,debut,fin,email,nom,prenom,statut,annule_le"
GOOD = "S1,Gestes et postures,2026-03-01,2026-03-02,zoe@exemple.fr,Été,Zoé,inscrit,"
ROW = EnrollmentRow(
    line=2,
    session_code="S1",
    title="Gestes et postures",
    starts_on=date(2026, 3, 1),
    ends_on=date(2026, 3, 2),
    email="zoe@exemple.fr",
    last_name="Été",
    first_name="Zoé",
    status="enrolled",
    left_on=None,
)


def line(**cells):
    """Return the good line with some cells replaced, as it stands in a file."""
    values = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | cells
    return ",".join(values.values())


def csv(*lines, header=HEADER, end="\n"):
    return end.join([header, *lines, ""])


def read(text, encoding="utf-8"):
    return importing.read(text.encode(encoding), today=TODAY)


def places(reading):
    return [(found.code, found.line, found.column) for found in reading.problems]


WHOLE_FILE = {
    "1 empty": (b"", ("csv_empty", None, "")),
    "1 blank": (b"\xef\xbb\xbf \r\n\n", ("csv_empty", None, "")),
    "2 header only": (csv().encode(), ("csv_no_rows", None, "")),
    "2 header and blank lines": (csv(",,,,,,,,", "").encode(), ("csv_no_rows", None, "")),
    "3 missing column": (
        csv(header=HEADER.replace("email", "courriel")).encode(),
        ("csv_missing_column", 1, "email"),
    ),
    "4 column twice": (csv(header=HEADER + ",nom").encode(), ("csv_duplicate_column", 1, "nom")),
    "5 unknown column": (csv(header=HEADER + ",role").encode(), ("csv_unknown_column", 1, "role")),
    "8 byte that no encoding has": (csv(GOOD).encode() + b"\x81", ("csv_encoding", 3, "")),
    "8 two encodings mixed": (
        csv(GOOD).encode() + line(nom="Noël").encode("cp1252"),
        ("csv_encoding", 3, ""),
    ),
    "9 UTF-16 without a mark": (csv(GOOD).encode("utf-16-le"), ("csv_encoding", None, "")),
    "9 UTF-16 cut in a letter": (csv(GOOD).encode("utf-16")[:-1], ("csv_encoding", 2, "")),
    "9 UTF-32": (csv(GOOD).encode("utf-32"), ("csv_encoding", None, "")),
    "13 too many rows": (
        csv(*[GOOD] * (MAX_ROWS + 1)).encode(),
        ("csv_too_large", None, ""),
    ),
    "13 too many bytes": (b"a" * (MAX_BYTES + 1), ("csv_too_large", None, "")),
    "14 Excel": (b"PK\x03\x04" + b"\0" * 50, ("csv_not_text", None, "")),
    "15 gzip": (b"\x1f\x8b\x08" + b"\0" * 50, ("csv_not_text", None, "")),
    "15 old Excel": (b"\xd0\xcf\x11\xe0\xa1", ("csv_not_text", None, "")),
}


@pytest.mark.parametrize(("content", "expected"), WHOLE_FILE.values(), ids=WHOLE_FILE)
def test_read_refuses_a_whole_file(content, expected):
    reading = importing.read(content, today=TODAY)

    assert places(reading) == [expected]
    assert reading.problems[0].message
    assert (reading.rows, reading.problem_count, reading.bad_line_count) == ((), 1, 1)


CELLS = {
    "6 fewer cells": (GOOD[:-1], ("csv_cell_count", "", "")),
    "6 more cells": (GOOD + ",", ("csv_cell_count", "", "")),
    "11 NUL": (line(nom="Du\0pont"), ("invalid_character", "nom", "Du<U+0000>pont")),
    "11 right-to-left mark": (line(nom="a\u202eb"), ("invalid_character", "nom", "a\u202eb")),
    "12 cell of 200 000 signs": (line(nom="a" * 200_000), ("too_long", "nom", "a" * 79 + "…")),
    "12 code of 61 signs": (line(session="a" * 61), ("too_long", "session", "a" * 61)),
    "16 31 February": (line(debut="31/02/2026"), ("date_nonexistent", "debut", "31/02/2026")),
    "16 30 February, ISO": (line(fin="2026-02-30"), ("date_nonexistent", "fin", "2026-02-30")),
    "17 two-digit year": (line(debut="03/04/26"), ("date_year_digits", "debut", "03/04/26")),
    "18 month 13": (line(debut="2026-13-01"), ("date_format", "debut", "2026-13-01")),
    "18 zeros": (line(debut="0000-00-00"), ("date_format", "debut", "0000-00-00")),
    "18 Arabic digits": (
        line(debut="\u0661\u0665/03/2026"),
        ("date_format", "debut", "\u0661\u0665/03/2026"),
    ),
    "18 words": (line(debut="1er mars"), ("date_format", "debut", "1er mars")),
    "19 1899": (line(debut="1899-12-30"), ("date_out_of_range", "debut", "1899-12-30")),
    "19 2999": (line(fin="2999-01-01"), ("date_out_of_range", "fin", "2999-01-01")),
    "19 two years and a day": (
        line(fin="24/11/2028"),
        ("date_out_of_range", "fin", "24/11/2028"),
    ),
    "20 no dot": (line(email="a@b"), ("email_invalid", "email", "a@b")),
    "20 a space": (line(email="a b@c.fr"), ("email_invalid", "email", "a b@c.fr")),
    "20 two at signs": (line(email="a@b@c.fr"), ("email_invalid", "email", "a@b@c.fr")),
    "20 255 signs": (
        line(email="a" * 245 + "@exempl.fr"),
        ("email_invalid", "email", "a" * 79 + "…"),
    ),
    "a formula that failed": (line(nom="#REF!"), ("formula_failed", "nom", "#REF!")),
    "a formula that failed, in French": (
        line(intitule="#VALEUR!"),
        ("formula_failed", "intitule", "#VALEUR!"),
    ),
    "no address": (line(email="  "), ("required", "email", "")),
    "no name": (line(prenom=""), ("required", "prenom", "")),
    "unknown status": (line(statut="présent"), ("status_unknown", "statut", "présent")),
    "cancelled without a day": (line(statut="annulé"), ("left_on_missing", "annule_le", "")),
    "abandoned without a day": (line(statut="abandon"), ("left_on_missing", "annule_le", "")),
    "enrolled with a day": (
        line(annule_le="01/02/2026"),
        ("left_on_unexpected", "annule_le", "01/02/2026"),
    ),
    "ends before it starts": (line(fin="2026-02-28"), ("ends_before_start", "fin", "2026-02-28")),
}


@pytest.mark.parametrize(("bad", "expected"), CELLS.values(), ids=CELLS)
def test_read_names_line_column_and_value_of_a_bad_cell(bad, expected):
    reading = read(csv(GOOD, bad))

    code, column, value = expected
    [problem] = reading.problems
    assert problem == Problem(code, problem.message, line=3, column=column, value=value)
    assert problem.message.endswith(".")
    assert (reading.rows, reading.problem_count, reading.bad_line_count) == ((ROW,), 1, 1)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (GOOD[:-1], "8 cellules au lieu de 9."),
        (line(nom="a" * 255), "Texte trop long (max 254)."),
        (line(nom="a\0"), "Caractère interdit U+0000 : retirez-le."),
        (line(debut="1999-12-31"), "Date hors plage : du 01/01/2000 au 23/11/2028."),
        (line(email="a b@c.fr"), "Adresse invalide : elle contient un espace."),
    ],
)
def test_a_problem_says_what_to_do_in_french(bad, message):
    assert [found.message for found in read(csv(bad)).problems] == [message]


def test_two_years_after_29_february_is_28_february():
    content = csv(line(fin="2030-03-01"), line(fin="2030-02-28", session="S2")).encode()

    reading = importing.read(content, today=date(2028, 2, 29))

    assert places(reading) == [("date_out_of_range", 2, "fin")]


@pytest.mark.parametrize(
    "tail",
    [
        ['S7,"Bilan,2026-03-01,2026-03-02,a@b.fr,A,B,inscrit,'],  # open until the end
        ['S7,"Bilan,2026-03-01', GOOD, 'S9,"Anglais, B1",2026-03-01'],  # "closed" by another
        ['S7,"Bilan" court,2026-03-01,2026-03-02,a@b.fr,A,B,inscrit,'],  # text after it
    ],
)
def test_a_bad_quote_is_told_at_the_line_that_opens_it(tail):
    reading = read(csv(*[GOOD] * 5, *tail))

    assert places(reading) == [("csv_malformed", 7, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read_understands_each_dialect(encoding, separator, end):
    text = csv(GOOD, end=end).replace(",", separator)

    reading = read(text, encoding)

    windows = [Notice("windows_1252", "Fichier lu comme Windows-1252.")]
    assert reading.rows == (ROW,)
    assert reading.problems == ()
    assert list(reading.notices) == (windows if encoding == "cp1252" else [])


def test_read_passes_over_the_line_that_states_the_separator():
    bad = line(debut="31/02/2026")
    text = "sep=;\r\n" + csv(GOOD, bad, end="\r\n").replace(",", ";")

    reading = read(text)

    assert [row.email for row in reading.rows] == [ROW.email]
    assert places(reading) == [("date_nonexistent", 4, "debut")]


def test_read_understands_big_endian_utf_16():
    assert importing.read(b"\xfe\xff" + csv(GOOD).encode("utf-16-be"), today=TODAY).rows == (ROW,)


def test_columns_may_come_in_any_order_case_and_accents():
    names = ["Annulé le", "STATUT", "Prénom", "nom", "EMAIL", "Fin", "Début", "intitulé"]
    cells = GOOD.split(",")
    text = "\n".join([";".join([*names, "Session"]), ";".join(reversed(cells))])

    assert read(text).rows == (ROW,)


def test_line_numbers_are_those_of_the_file():
    two_lines = line(intitule='"Gestes\net postures"')
    text = f"\r\n{HEADER}\r{two_lines}\n\r\n{line(debut='x')}\r{line(fin='x')}\r\n"

    reading = read(text)

    assert places(reading) == [("date_format", 6, "debut"), ("date_format", 7, "fin")]
    assert [(row.line, row.title) for row in reading.rows] == [(3, "Gestes et postures")]
    assert [notice.code for notice in reading.notices] == ["blank_lines"]


def test_dates_of_both_kinds_may_stand_in_one_line():
    assert read(csv(line(debut="01/03/2026", fin="2026-03-02"))).rows == (ROW,)


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Inscrit", "enrolled"),
        ("ANNULE", "cancelled"),
        ("annulé", "cancelled"),
        (unicodedata.normalize("NFD", "Annulé"), "cancelled"),
        (" abandon ", "abandoned"),
    ],
)
def test_a_status_may_lack_case_and_accents(written, status):
    left_on = "" if status == "enrolled" else "2026-02-01"

    [row] = read(csv(line(statut=written, annule_le=left_on))).rows

    assert row.status == status


@pytest.mark.parametrize(
    "written",
    [
        "Zoe@Exemple.FR",
        " zoe@exemple.fr ",
        "zoe@exemple.fr\u00a0",
    ],
)
def test_the_same_learner_twice_is_counted_once(written):
    reading = read(csv(GOOD, line(email=written)))

    assert [row.key for row in reading.rows] == [ROW.key]
    assert reading.notices == (
        Notice("identical_lines", "Les lignes 2 et 3 sont identiques : comptées une fois."),
    )


def test_accents_composed_or_not_make_one_address():
    decomposed = unicodedata.normalize("NFD", "élodie@exemple.fr")

    reading = read(csv(line(email="Élodie@exemple.fr"), line(email=decomposed)))

    assert [row.email for row in reading.rows] == ["élodie@exemple.fr"]


@pytest.mark.parametrize("order", [1, -1])
def test_cancelled_and_enrolled_in_one_file_is_enrolled(order):
    lines = [GOOD, line(statut="annulé", annule_le="2026-02-01")][::order]

    reading = read(csv(*lines))

    assert [(row.key, row.status, row.left_on) for row in reading.rows] == [
        (ROW.key, "enrolled", None)
    ]
    assert [notice.code for notice in reading.notices] == ["cancelled_then_enrolled"]


def test_two_first_days_for_a_session_name_both_lines():
    reading = read(csv(GOOD, line(email="b@c.fr"), line(debut="2026-02-27", email="c@c.fr")))

    assert reading.problems == (
        Problem(
            "session_two_starts",
            "La session S1 a une autre date ligne 2 : 01/03/2026.",
            line=4,
            column="debut",
            value="27/02/2026",
        ),
    )
    assert reading.rows == ()


@pytest.mark.parametrize(
    "others",
    [
        ["abandon,2026-03-02", "inscrit,"],
        ["annulé,2026-02-01", "annulé,2026-02-02"],
        ["annulé,2026-02-01", "abandon,2026-03-02"],
    ],
)
def test_other_contradictions_name_their_lines(others):
    start = GOOD.removesuffix("inscrit,")

    reading = read(csv(*(start + other for other in others)))

    assert places(reading) == [("enrollment_contradiction", 3, "statut")]
    assert "2 et 3" in reading.problems[0].message
    assert reading.rows == ()


def test_two_spellings_are_told_and_the_last_is_kept():
    other = line(session="S2", nom="ÉTÉ")

    reading = read(csv(GOOD, other, line(intitule="Gestes", email="b@c.fr")))

    assert [notice.code for notice in reading.notices] == [
        "session_two_titles",
        "learner_two_names",
    ]
    assert len(reading.rows) == 3


def test_a_learner_in_two_sessions_is_two_rows():
    assert len(read(csv(GOOD, line(session="S2"))).rows) == 2


def test_a_formula_is_text():
    name = '=HYPERLINK("http://x")'

    [row] = read(csv(line(nom=name))).rows

    assert row.last_name == name


def test_the_first_hundred_problems_are_told_with_their_number():
    reading = read(csv(*[line(debut="x", fin="y")] * 150))

    assert len(reading.problems) == 100
    assert (reading.problem_count, reading.bad_line_count) == (300, 150)
    assert not reading.is_clean


def test_the_template_is_a_file_that_reads():
    reading = importing.read(importing.TEMPLATE.encode("utf-8-sig"), today=TODAY)

    assert reading.is_clean
    assert [row.status for row in reading.rows] == ["enrolled", "cancelled"]


@pytest.mark.parametrize("name", ["ravel", "excel"])
def test_the_customers_files_read_without_a_problem(name):
    expected = json.loads((DATA / f"inscriptions-{name}.counts.json").read_text())

    reading = importing.read((DATA / f"inscriptions-{name}.csv").read_bytes(), today=TODAY)

    assert (len(reading.rows), reading.problems) == (expected["rows"], ())
    assert not any("Ã" in row.title for row in reading.rows)


@settings(max_examples=examples(100, 5000), deadline=None)
@given(st.text(max_size=40))
def test_normalising_an_address_twice_changes_nothing(text):
    once = normalise_email(text)

    assert normalise_email(once) == once


@settings(max_examples=examples(100, 5000), deadline=None)
@given(
    st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: csv(GOOD).encode() + tail)
)
def test_any_bytes_are_read_or_refused_with_a_code(content):
    reading = importing.read(content, today=TODAY)

    assert reading.rows or reading.problems
    assert all(found.code and found.message for found in reading.problems)
