"""A deposited file as a header and numbered records, be it CSV or a workbook."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from learners import columns, workbook
from learners.csv_text import (
    MAX_ROWS,
    SEPARATORS,
    STATED_SEPARATOR,
    FileRefused,
    decode,
    records,
    too_large,
)
from learners.enrollment_row import Notice

Records = Iterator[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Table:
    """The header of a file and the records that follow it, blank ones as empty lists."""

    header: list[str]
    header_line: int
    records: Records
    encoding: str
    separator: str
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What is told of a file before its columns are matched.

    A workbook's lines are not counted: it takes seconds.
    """

    header: list[str]
    sample: list[str]
    line_count: int | None
    encoding: str
    separator: str


def open_table(content: bytes, *, name: str) -> Table:
    """Open a file by the end of its name; whatever is not a workbook is read as CSV.

    Raises FileRefused, at once or while the records are read.
    """
    table = _open_workbook(content) if workbook.is_named_so(name) else _open_csv(content)
    if len(table.header) > workbook.MAX_COLUMNS:
        raise workbook.too_many_columns(table.header_line)
    return table


def glimpse(content: bytes, *, name: str) -> Glimpse:
    """Return the header, the first record, and the number of lines of a CSV. Raises FileRefused."""
    table = open_table(content, name=name)
    filled = (cells for _line, cells in table.records if _is_filled(cells))
    sample = next(filled, None)
    if sample is None:
        raise FileRefused("csv_no_rows", _("Aucune ligne à importer."))
    line_count = None
    if table.separator:
        line_count = 1 + sum(1 for _cells in islice(_until_malformed(filled), MAX_ROWS))
        if line_count > MAX_ROWS:
            raise too_large()
    blank = [""] * len(table.header)
    return Glimpse(
        header=table.header,
        sample=[*sample, *blank][: len(table.header)],
        line_count=line_count,
        encoding=table.encoding,
        separator=table.separator,
    )


def _until_malformed(filled: Iterator[list[str]]) -> Iterator[list[str]]:
    """Yield what can be read; the reading of the file tells why it ends there."""
    try:
        yield from filled
    except FileRefused:
        return


def _open_csv(content: bytes) -> Table:
    text, encoding = decode(content)
    stated = STATED_SEPARATOR.match(text)
    separator = stated[1] if stated else _separator(text)
    lines = records(text, separator)
    if stated:
        next(lines)
    header_line, header, rest = _after_header(lines)
    windows = Notice("windows_1252", _("Fichier lu comme Windows-1252."))
    return Table(
        header=header,
        header_line=header_line,
        records=rest,
        encoding=encoding,
        separator=SEPARATORS[separator],
        notices=(windows,) if encoding == "Windows-1252" else (),
    )


def _open_workbook(content: bytes) -> Table:
    rows, sheets = workbook.open_first_sheet(content)
    header_line, header, rest = _after_header(rows)
    message = _("Le classeur a %(n)d feuilles : seule la première est lue, « %(first)s ».")
    several = Notice("several_sheets", message % {"n": len(sheets), "first": sheets[0]})
    return Table(
        header=header,
        header_line=header_line,
        records=_padded(rest, len(header)),
        encoding="Excel",
        separator="",
        notices=(several,) if len(sheets) > 1 else (),
    )


def _padded(rows: Records, width: int) -> Records:
    """Yield rows as long as the header: a sheet has no end of line, only cells left blank."""
    for line, cells in rows:
        yield line, cells + [""] * (width - len(cells))


def _after_header(lines: Records) -> tuple[int, list[str], Records]:
    """Return the line and cells of the first record that is not blank, and what follows."""
    for line, cells in lines:
        if _is_filled(cells):
            return line, cells, lines
    raise FileRefused("csv_empty", _("Le fichier est vide."))


def _is_filled(cells: list[str]) -> bool:
    return any(map(str.strip, cells))


def _separator(text: str) -> str:
    """Return the separator under which the header holds the most columns that we know."""
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")

    def known(separator: str) -> tuple[int, int]:
        names = [name.strip(' "\r\n') for name in header.split(separator)]
        return sum(columns.plain(name) in columns.KNOWN for name in names), len(names)

    return max(SEPARATORS, key=known)
