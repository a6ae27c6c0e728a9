"""Which files a conversation takes, told from what they hold and never from what they claim.

An archive (DOCX, XLSX, ODT, ODS) is known by the names in its directory: nothing is unpacked.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import puremagic


class Named(Protocol):
    """A file, to be read or joined already."""

    name: str


LARGEST = 10 * 1024 * 1024  # bytes
LONGEST_NAME = 120
NAME_END = 10  # characters, kept of a name that is cut
MOST_MEMBERS = 5_000  # of an archive; reading the names of more takes a second
DIRECTORY_ENTRY = b"PK\x01\x02"
FIRST_NAME = 30  # bytes before the name of an archive's first member
HEADER = 64  # bytes, where a picture or a PDF says what it is

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = f"{OFFICE}.wordprocessingml.document"
XLSX = f"{OFFICE}.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
TEXT = "text/plain"
CSV = "text/csv"

MEDIA_TYPES = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "webp": WEBP,
    "docx": DOCX,
    "xlsx": XLSX,
    "odt": ODT,
    "ods": ODS,
    "csv": CSV,
    "txt": TEXT,
}
WORDS_OF_KIND = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml"}
MACROS = re.compile(r"(^|/)vbaproject\.bin$|^(basic|scripts)/", re.IGNORECASE)
NOT_WRITTEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")  # by somebody who types
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # categories that hide or turn a name around


class Why(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_TAKEN = "not_taken"  # this kind of file is not on the list
    DISAGREES = "disagrees"  # it is not what its name says
    MACROS = "macros"
    UNREADABLE = "unreadable"


class FileRefused(Exception):
    """A file that is not taken, and why."""

    def __init__(self, why: Why):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that may be kept: its name made safe, its type told from its content."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def size(self) -> int:
        return len(self.content)


def read(name: str, content: bytes) -> ReadFile:
    """Return a file as it may be kept. Raises FileRefused."""
    if not content:
        raise FileRefused(Why.EMPTY)
    if len(content) > LARGEST:
        raise FileRefused(Why.TOO_LARGE)
    safe = safe_name(name)
    claimed = MEDIA_TYPES.get(extension(safe))
    if claimed is None:
        raise FileRefused(Why.NOT_TAKEN)
    if claimed != _told(content, text=claimed if claimed in (CSV, TEXT) else TEXT):
        raise FileRefused(Why.DISAGREES)
    return ReadFile(name=safe, media_type=claimed, content=content)


def extension(name: str) -> str:
    """Return the end of a name, in small letters: « pdf »."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def safe_name(name: str) -> str:
    """Return the last part of a path, without what cannot be seen, its end kept when it is cut."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(each for each in last if unicodedata.category(each) not in UNSEEN).strip(" .")
    if len(seen) <= LONGEST_NAME:
        return seen
    return seen[: LONGEST_NAME - NAME_END] + seen[-NAME_END:]


def _told(content: bytes, *, text: str) -> str:
    """Return the type that a content shows; `text` is what plain text is then called."""
    if content.startswith(b"PK"):
        return _told_of_archive(content)
    known = {match.mime_type for match in _magic(content[:HEADER])}
    for media_type in (PDF, PNG, JPEG, WEBP):
        if media_type in known:
            return media_type
    return text if _is_text(content) else ""


def _magic(header: bytes) -> list:
    try:
        return puremagic.magic_string(header)
    except puremagic.PureError:
        return []


def _told_of_archive(content: bytes) -> str:
    if content.count(DIRECTORY_ENTRY) > MOST_MEMBERS:
        raise FileRefused(Why.UNREADABLE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except Exception as error:  # a hostile directory may break the reader in any way
        raise FileRefused(Why.UNREADABLE) from error
    if any(MACROS.search(name) for name in names):
        raise FileRefused(Why.MACROS)
    for media_type in (ODT, ODS):
        if _says_first(content, media_type):
            return media_type
    kinds = [kind for kind, part in WORDS_OF_KIND.items() if part in names]
    return kinds[0] if len(kinds) == 1 and "[Content_Types].xml" in names else ""


def _says_first(content: bytes, media_type: str) -> bool:
    """Tell whether an archive begins as an OpenDocument of this type does, stored as it is."""
    return content.startswith(b"mimetype" + media_type.encode() + b"PK", FIRST_NAME)


def _is_text(content: bytes) -> bool:
    """Tell whether people may have typed it: no markup, no script, nothing but letters."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        words = content.decode("cp1252", errors="replace")
    return not NOT_WRITTEN.search(words) and not words.lstrip().startswith(("<", "#!", "{\\rtf"))


def named(files: Iterable[Named]) -> str:
    """Return the names of files: what a message says that has files and no word."""
    return ", ".join(file.name for file in files)


def said_beside(body: str, files: Iterable[Named]) -> str:
    """Return what is said beside files: nothing when it only names them."""
    return "" if body == named(files) else body
