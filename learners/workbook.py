"""A workbook (.xlsx) as rows of text, within bounds whatever it pretends to hold.

A workbook is an archive of XML: what it unpacks to and how many elements it holds are bounded
before anything reads it, entities are never expanded (defusedxml), and the rows are streamed.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import takewhile

import openpyxl
from django.utils.translation import gettext as _

from learners.csv_text import OLD_EXCEL, FileRefused, old_excel, too_large

MAX_UNPACKED = 100 * 1024 * 1024
MAX_ELEMENTS = 8_000_000  # each takes memory; 50,000 honest lines of nine cells hold 2 million
MAX_LINES = 1_048_576  # of a sheet, blank ones included
MAX_COLUMNS = 200
VISIBLE = "visible"
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound


def is_named_so(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm"))


def open_first_sheet(content: bytes) -> tuple[Iterator[tuple[int, list[str]]], list[str]]:
    """Return the numbered rows of the first sheet that is not hidden, and the names of such ones.

    Dates are written JJ/MM/AAAA, formulas are their last result. Raises FileRefused, at once or
    while the rows are read.
    """
    if not content:
        raise FileRefused("csv_empty", _("Le fichier est vide."))
    if content.startswith(OLD_EXCEL):
        raise old_excel()
    try:
        _check_bounds(content)
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        shown = [each for each in book.worksheets if each.sheet_state == VISIBLE]
        sheet = shown[0]
    except FileRefused:
        raise
    except Exception as error:  # a hostile archive may break the reader in any way
        raise _unreadable() from error
    sheet.reset_dimensions()  # they are only what the file says of itself
    return _rows(sheet), [each.title for each in shown]


def _unreadable() -> FileRefused:
    return FileRefused(
        "xlsx_unreadable",
        _("Ce classeur Excel ne se lit pas. Ouvrez-le et enregistrez-le de nouveau en .xlsx."),
    )


def _check_bounds(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise too_large()
        if any(member.compress_type not in READABLE for member in members):
            raise _unreadable()
        # The reader stops where the member said that it would end.
        if sum(archive.read(member).count(b"<") for member in members) > MAX_ELEMENTS:
            raise too_large()


def _rows(sheet) -> Iterator[tuple[int, list[str]]]:
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    try:
        for line, values in takewhile(lambda row: _is_within(*row), rows):
            cells = [_text(value) for value in values]
            while cells and not cells[-1]:
                cells.pop()
            yield line, cells
    except FileRefused:
        raise
    except Exception as error:
        raise _unreadable() from error


def _is_within(line: int, values: tuple) -> bool:
    if line > MAX_LINES:
        raise too_large()
    if len(values) > MAX_COLUMNS and any(value is not None for value in values[MAX_COLUMNS:]):
        raise too_many_columns(line)
    return True


def too_many_columns(line: int) -> FileRefused:
    return FileRefused(
        "csv_too_many_columns",
        _("Plus de %(most)d colonnes : gardez celles des inscriptions.") % {"most": MAX_COLUMNS},
        line=line,
    )


def _text(value) -> str:
    """Return a cell as a person would have typed it in a CSV."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\r\n", "\n")
