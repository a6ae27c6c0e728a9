"""Write CSV that spreadsheets open as text: no cell of a customer's is ever a formula (T22)."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence

SEPARATOR = ";"  # what a French Excel expects
CONTENT_TYPE = "text/csv; charset=utf-8; header=present"
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
BLANK = " \t\r\n\v\f\ufeff\u200b\xa0\u3000"
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")


def written(header: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """Return a whole file, every cell quoted, after the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([safe(str(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet computes: after an apostrophe if it might.

    What a spreadsheet skips is skipped, and a full-width sign is taken for the sign it is.
    """
    if NUMBER.fullmatch(cell):
        return cell
    heads = cell[:1], unicodedata.normalize("NFKC", cell.lstrip(BLANK)[:1])
    return f"'{cell}" if any(head in STARTS_A_FORMULA for head in heads if head) else cell
