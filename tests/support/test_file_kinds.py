import tracemalloc
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.file_kinds import (
    LARGEST,
    LONGEST_NAME,
    MEDIA_TYPES,
    MOST_MEMBERS,
    ODT,
    UNSEEN,
    FileRefused,
    ReadFile,
    Why,
    read,
    safe_name,
)
from tests.proving import examples
from tests.support.files import (
    CSV,
    HTML,
    JPEG,
    PDF,
    PNG,
    SVG,
    TAKEN,
    TEXT,
    archive,
    bomb,
    docx,
    opendocument,
    xlsx,
)


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_of_the_list_is_taken_as_what_it_is(name):
    taken = read(name, TAKEN[name])

    expected = MEDIA_TYPES[name.rpartition(".")[2].lower()]
    assert taken == ReadFile(name=name, media_type=expected, content=TAKEN[name])


def test_every_kind_of_the_list_has_its_sample():
    assert {name.rpartition(".")[2].lower() for name in TAKEN} == set(MEDIA_TYPES)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("vide.pdf", b"", Why.EMPTY),
        ("lourd.txt", b"a" * (LARGEST + 1), Why.TOO_LARGE),
        ("page.html", HTML, Why.NOT_TAKEN),
        ("dessin.svg", SVG, Why.NOT_TAKEN),
        ("outil.exe", b"MZ\x90\x00", Why.NOT_TAKEN),
        ("classeur.xlsm", xlsx(), Why.NOT_TAKEN),
        ("ancien.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Why.NOT_TAKEN),
        ("archive.zip", archive(("a.txt", TEXT)), Why.NOT_TAKEN),
        ("sans extension", PDF, Why.NOT_TAKEN),
        ("pdf", PDF, Why.NOT_TAKEN),
        ("convention.pdf.exe", PDF, Why.NOT_TAKEN),
        ("photo.png", JPEG, Why.DISAGREES),
        ("convention.pdf", PNG, Why.DISAGREES),
        ("convention.pdf", HTML, Why.DISAGREES),
        ("convention.txt", PDF, Why.DISAGREES),
        ("convention.pdf", b"MZ" + PDF, Why.DISAGREES),
        ("page.txt", HTML, Why.DISAGREES),
        ("page.csv", b"\xef\xbb\xbf  " + HTML, Why.DISAGREES),
        ("dessin.txt", SVG, Why.DISAGREES),
        ("dessin.png", SVG, Why.DISAGREES),
        ("outil.txt", b"#!/bin/sh\nrm -rf /", Why.DISAGREES),
        ("lettre.txt", b"{\\rtf1 bonjour}", Why.DISAGREES),
        ("liste.csv", "Nom;Prénom".encode("utf-16"), Why.DISAGREES),
        ("outil.txt", b"MZ\x90\x00", Why.DISAGREES),
        ("archive.docx", archive(("a.txt", TEXT)), Why.DISAGREES),
        ("lettre.odt", docx(), Why.DISAGREES),
        ("budget.ods", opendocument(ODT), Why.DISAGREES),
        ("modele.odt", opendocument(f"{ODT}-template"), Why.DISAGREES),
        ("lettre.docx", xlsx(), Why.DISAGREES),
        ("deux.docx", docx(("xl/workbook.xml", b"")), Why.DISAGREES),
        ("lettre.docx", docx(("word/vbaProject.bin", b"x")), Why.MACROS),
        ("lettre.odt", opendocument(ODT, ("Basic/Standard/Module1.xml", b"x")), Why.MACROS),
        ("lettre.odt", opendocument(ODT, ("Scripts/python/x.py", b"x")), Why.MACROS),
        ("coupe.docx", docx()[:-30], Why.UNREADABLE),
        ("rien.docx", b"PK\x03\x04", Why.UNREADABLE),
        (
            "foule.docx",
            docx(*((f"word/{number}", b"") for number in range(MOST_MEMBERS))),
            Why.UNREADABLE,
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_file_that_is_not_of_the_list_or_not_what_it_says_is_refused(name, content, why):
    with pytest.raises(FileRefused) as refusal:
        read(name, content)

    assert refusal.value.why == why


def test_an_archive_is_never_unpacked():
    content = bomb()

    tracemalloc.start()
    taken = read("bombe.docx", content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert taken.size == len(content) < 1_000_000
    assert peak < 2_000_000  # of the 200 MB that it holds


@settings(max_examples=examples(200, 5_000), deadline=None)
@given(st.binary(min_size=1, max_size=400), st.sampled_from(sorted(MEDIA_TYPES)))
def test_any_bytes_are_taken_or_refused(content, extension):
    for claimed in (content, b"PK\x03\x04" + content, docx()[:-1] + content):
        with suppress(FileRefused):  # and nothing else is raised
            assert read(f"a.{extension}", claimed).content == claimed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Alice\\accord.pdf", "accord.pdf"),
        ("fac\u202efdp.exe", "facfdp.exe"),  # shown as « facexe.pdf »
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie: b.pdf"),
        ("  accord.pdf. ", "accord.pdf"),
        ("Accord « signé ».pdf", "Accord « signé ».pdf"),
        ("e\u0301tat.pdf", "état.pdf"),
        ("a" * 200 + ".pdf", "a" * 116 + ".pdf"),
        ("a." + "b" * 200, "a." + "b" * 118),
    ],
)
def test_a_name_is_made_safe(name, expected):
    assert safe_name(name) == expected


@given(st.text())
def test_a_safe_name_is_short_and_seen(name):
    safe = safe_name(name)

    assert len(safe) <= LONGEST_NAME
    assert not {unicodedata.category(each) for each in safe} & UNSEEN
    assert not {"/", "\\"} & set(safe)


def test_a_table_of_figures_is_text_whatever_its_encoding():
    assert read("a.csv", CSV).media_type == read("a.csv", CSV.decode("cp1252").encode()).media_type
