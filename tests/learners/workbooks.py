"""Workbooks as tests need them: honest ones, and some that lie."""

import io
import zipfile
from collections.abc import Iterable, Sequence

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"


def workbook(
    *rows: Sequence, others: Iterable[str] = (), hidden_before: Iterable[str] = ()
) -> bytes:
    """Return an .xlsx whose first sheet that is not hidden holds these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for title in hidden_before:
        book.create_sheet(title, 0).sheet_state = "hidden"
    for title in others:
        book.create_sheet(title)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_sheet(content: bytes, xml: bytes, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a workbook whose first sheet is this XML."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", compression) as target,
    ):
        for member in source.infolist():
            target.writestr(
                member.filename, xml if member.filename == SHEET else source.read(member)
            )
    return file.getvalue()
