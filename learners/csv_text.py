"""A file of enrolments as text: which encoding, which separator, which line each record is on."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 50_000
VALUE_SHOWN = 80
SEPARATORS = {",": "virgule", ";": "point-virgule", "\t": "tabulation", "|": "barre verticale"}
STATED_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n")  # a first line that Excel reads and hides
NOT_TEXT = (b"\x1f\x8b", b"PK", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!")
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx under a password
# Two bytes that French never writes in Windows-1252 (Ã or Â before a sign, â€): UTF-8 is mixed in.
UTF8_INSIDE = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x80-\xbf]")
# The module's only global effect: a cell too long is ours to report, with its line and column.
csv.field_size_limit(MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where (lines of the file, from 1), and in French what to do about it."""

    code: str
    message: str
    line: int | None = None
    column: str = ""
    value: str = ""


class FileRefused(Exception):
    """The file, or what remains of it, cannot be read at all."""

    def __init__(self, code: str, message: str, *, line: int | None = None, column: str = ""):
        super().__init__(message)
        self.problem = Problem(code, message, line=line, column=column)


def too_large() -> FileRefused:
    """Return the refusal of a file over either limit."""
    return FileRefused(
        "csv_too_large",
        _(
            "Fichier trop grand : 10\u00a0Mo et 50\u00a0000 lignes au plus. "
            "Coupez-le en plusieurs fichiers."
        ),
    )


def old_excel() -> FileRefused:
    """Return the refusal of a workbook that only Excel opens."""
    return FileRefused(
        "csv_not_text",
        _(
            "C’est un ancien fichier Excel (.xls), ou il est protégé par un mot de passe : "
            "ouvrez-le dans Excel et enregistrez-le en .xlsx, sans mot de passe, ou en CSV."
        ),
    )


def shown(value: str) -> str:
    """Return a cell as an error may show it: short, its control characters spelled out."""
    spelled = re.sub(r"[\x00-\x1f\x7f-\x9f]", lambda sign: f"<U+{ord(sign[0]):04X}>", value[:200])
    return spelled if len(spelled) <= VALUE_SHOWN else spelled[: VALUE_SHOWN - 1] + "…"


def decode(content: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read in.

    A byte-order mark decides; without one UTF-8 is tried, then Windows-1252, but never on a file
    that mixes both: a wrong letter must not reach the database. Raises FileRefused.
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    _refuse_what_is_not_text(content)
    for mark, encoding, name in (
        (b"\xef\xbb\xbf", "utf-8", "UTF-8"),
        (b"\xff\xfe", "utf-16-le", "UTF-16"),
        (b"\xfe\xff", "utf-16-be", "UTF-16"),
    ):
        if content.startswith(mark):
            return _decode_strictly(content[len(mark) :], encoding), name
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        if UTF8_INSIDE.search(content):
            raise _wrong_encoding(content[: error.start], content[error.start]) from error
    return _decode_strictly(content, "cp1252"), "Windows-1252"


def _refuse_what_is_not_text(content: bytes) -> None:
    if not content:
        raise FileRefused("csv_empty", _("Le fichier est vide."))
    if content.startswith(b"PK\x03\x04"):
        raise FileRefused(
            "csv_not_text",
            _("C’est un fichier Excel ou une archive : nommez-le .xlsx, ou exportez-le en CSV."),
        )
    if content.startswith(OLD_EXCEL):
        raise old_excel()
    if content.startswith(NOT_TEXT):
        raise FileRefused("csv_not_text", _("Ce fichier n’est pas un CSV : exportez-le en CSV."))
    start = content[:4000]
    unmarked_utf16 = start.count(0) * 4 > len(start)
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")) or (
        unmarked_utf16 and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        raise FileRefused("csv_encoding", _("Encodage inconnu. Enregistrez en CSV UTF-8."))


def _decode_strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = content[: error.start].decode(encoding).encode()
        raise _wrong_encoding(before, content[error.start]) from error


def _wrong_encoding(before: bytes, byte: int) -> FileRefused:
    """Name the line of the first byte that cannot be read, and the byte."""
    return FileRefused(
        "csv_encoding",
        _("Octet illisible 0x%(byte)02X : le fichier mêle des encodages. Enregistrez en CSV UTF-8.")
        % {"byte": byte},
        line=1 + len(re.findall(rb"\r\n|\r|\n", before)),
    )


def records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line of the file it begins on; blank lines are yielded empty.

    CRLF, LF and CR end a line, in any mix. Raises FileRefused at a quote that is not closed or
    is followed by something else than a separator: what comes after cannot be trusted.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(
                "csv_malformed",
                _("Guillemet mal fermé : fermez-le, ou doublez-le s’il fait partie du texte."),
                line=line,
            ) from error
        yield line, cells
