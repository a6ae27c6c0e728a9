"""What a received mail says, read from its bytes, whatever they are; no database, no clock.

Nothing in a mail is believed: a header that says that it passed a check says nothing, since
whoever wrote the mail may have written it; one that says that it failed is heard.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from enum import StrEnum
from hashlib import sha256

from inscriptis import get_text

from support.quoted_past import said

MOST_PARTS = 100
DEEPEST = 50  # parts inside one another
LONGEST_HEADER = 2_000  # characters that are read of one
LONGEST_HTML = 1_000_000  # bytes; a larger one is not turned into text
LONGEST_ADDRESS = 320
LONGEST_ID = 255
OUR_HEADER = "X-Digiforma-Mail"


class Doubt(StrEnum):
    """Why a mail may not be from whom it says."""

    SPAM = "spam"
    UNPROVEN = "unproven"  # SPF, DKIM or DMARC failed
    NOBODY = "nobody"  # no sender, or several


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file as it came."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, read; addresses are lower-case."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str  # what was said, without the quoted past and the signature
    whole: str
    files: tuple[Enclosed, ...]
    is_automatic: bool
    doubts: frozenset[Doubt]

    @property
    def is_empty(self) -> bool:
        """Say that nobody wrote nothing: this is no mail."""
        return not (self.sender or self.text or self.files)

    @property
    def digest(self) -> str:
        """Return a name for what is written and by whom, whatever way the mail came."""
        files = (part for file in self.files for part in (file.name.encode(), file.content))
        parts = (self.sender.encode(), self.subject.encode(), self.whole.encode(), *files)
        return _digest(b"".join(sha256(part).digest() for part in parts))


def read(raw: bytes) -> Letter:
    """Return what a mail says. Raises RecursionError for parts nested without reason."""
    message = message_from_bytes(raw)
    parts = list(_leaves(message))
    senders = _addresses(message, "From")
    html = _body(parts, "text/html")
    text = _body(parts, "text/plain") or _text_of(html)
    return Letter(
        message_id=_message_id(message, raw),
        sender=senders[0] if len(senders) == 1 else "",
        recipients=_addresses(message, "To", "Cc", "Delivered-To", "X-Original-To"),
        subject=" ".join(_words(message["Subject"]).split()),
        text=said(text),
        whole=text,
        files=tuple(_files(parts, html)),
        is_automatic=_is_automatic(message, senders),
        doubts=_doubts(message) | ({Doubt.NOBODY} if len(senders) != 1 else frozenset()),
    )


def _message_id(message: Message, raw: bytes) -> str:
    given = _words(message["Message-ID"]).strip().strip("<>")
    return given if 0 < len(given) <= LONGEST_ID else _digest(raw)


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def _words(value: object) -> str:
    """Return a header as it is read, its encoded words decoded where they can be."""
    text = "" if value is None else str(value)[:LONGEST_HEADER]
    try:
        return clean(str(make_header(decode_header(text))))
    except (ValueError, LookupError, MessageError):
        return clean(text)


def _addresses(message: Message, *names: str) -> tuple[str, ...]:
    """Return the addresses of some headers, each once, in their order."""
    values = [str(value)[:LONGEST_HEADER] for name in names for value in message.get_all(name, [])]
    found = [clean(address).strip().lower() for _name, address in getaddresses(values)]
    return tuple(
        dict.fromkeys(
            address for address in found if "@" in address and len(address) <= LONGEST_ADDRESS
        )
    )


def clean(text: str) -> str:
    """Return a text that can be kept and shown: one kind of line end, nothing that is not seen."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = re.sub(r"\r\n?|[\u2028\u2029]", "\n", text)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]", "", text)


# Parts


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, in their order; a mail that is joined is one part."""
    waiting, seen = [(message, 0)], 0
    while waiting and seen < MOST_PARTS:
        (part, depth), seen = waiting.pop(), seen + 1
        if depth > DEEPEST:
            raise RecursionError(depth)
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend((inner, depth + 1) for inner in reversed(part.get_payload()))
        else:
            yield part


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    try:
        return _words(part.get_filename())
    except (ValueError, LookupError, TypeError):  # a name in parts that do not add up
        return ""


def _body(parts: list[Message], kind: str) -> str:
    """Return the texts of a kind, one after the other: a phone parts them around pictures."""
    written = [part for part in parts if part.get_content_type() == kind and not _is_file(part)]
    texts = [clean(_decoded(_content(part), _charset(part))) for part in written]
    return "\n".join(text.strip() for text in texts if text.strip())


def _content(part: Message) -> bytes:
    """Return the bytes of a part; those of a mail that is joined are the mail itself."""
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.get_payload())
    return part.get_payload(decode=True) or b""


def _charset(part: Message) -> str:
    try:
        return (part.get_content_charset() or "").lower()
    except (ValueError, LookupError, TypeError):
        return ""


ONE_BYTE = re.compile(r"(us-)?ascii|latin.?1|iso-?8859-?1|(cp|windows-?)1252|$")
NOT_TEXT = {"punycode", "idna", "unicode_escape", "raw_unicode_escape"}


def _decoded(content: bytes, charset: str) -> str:
    """Return a text by its charset; what says Latin 1 is often UTF-8, else Windows' own."""
    names = ["utf-8", "cp1252"] if ONE_BYTE.fullmatch(charset) else [charset, "utf-8", "cp1252"]
    for name in names:
        if name.replace("-", "_") in NOT_TEXT:
            continue
        try:
            return content.decode(name)
        except (ValueError, LookupError):  # not in this charset, or no such charset
            continue
    return content.decode("latin-1")


def _text_of(html: str) -> str:
    if not html.strip() or len(html) > LONGEST_HTML:
        return ""
    try:
        return clean(get_text(html))
    except Exception:  # whatever its markup does to the parser, the mail is kept
        return ""


def _files(parts: list[Message], html: str) -> Iterator[Enclosed]:
    """Yield the files that were joined, without the pictures that dress the HTML."""
    for part in parts:
        content_id = str(part.get("Content-ID", "")).strip().strip("<>")
        dresses = content_id and f"cid:{content_id}" in html
        if _is_file(part) and not dresses:
            yield Enclosed(name=_file_name(part) or "sans-nom", content=_content(part))


# Whether to believe it


def _said(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:LONGEST_HEADER].strip().lower()


def _is_automatic(message: Message, senders: tuple[str, ...]) -> bool:
    """Say whether a machine wrote it, ours included: nobody waits for an answer."""
    return (
        _said(message, "Auto-Submitted").partition(";")[0].strip() not in {"", "no"}
        or _said(message, "Precedence") in {"bulk", "junk", "list", "auto_reply"}
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", OUR_HEADER))
        or _said(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
        or any(sender.startswith(("mailer-daemon@", "postmaster@")) for sender in senders)
    )


SPAM_HEADERS = ("X-Spam-Status", "X-Spam-Flag", "X-Mailgun-Sflag")
CHECK_HEADERS = ("Received-SPF", "X-Mailgun-Spf", "X-Mailgun-Dkim-Check-Result")
FAILED = re.compile(
    r"\b(?:spf|dkim|dmarc)=(?:hard|soft)?fail|\b(?:spf_(?:soft)?fail|dkim_invalid)\b"
)


def _doubts(message: Message) -> frozenset[Doubt]:
    doubts = set()
    if any(_said(message, name).startswith("yes") for name in SPAM_HEADERS):
        doubts.add(Doubt.SPAM)
    told = [_said(message, name) for name in CHECK_HEADERS]
    checks = [*message.get_all("Authentication-Results", []), message.get("X-Spam-Tests", "")]
    if any(each.startswith(("fail", "softfail")) for each in told) or any(
        FAILED.search(str(each)[:LONGEST_HEADER].lower()) for each in checks
    ):
        doubts.add(Doubt.UNPROVEN)
    return frozenset(doubts)
