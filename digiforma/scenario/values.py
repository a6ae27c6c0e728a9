"""What a member of a scenario may hold: plain JSON in, a value out, or Wrong with the reason."""

import re
from collections.abc import Callable, Container
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from digiforma.scenario.wrong import Wrong, unexpected
from subscriptions.periods import Commitment

Read = Callable[[Any], Any]

PARIS = ZoneInfo("Europe/Paris")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
AMOUNT = re.compile(r"[0-9]{1,7}\.[0-9]{2}")
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
NUMBER = re.compile(r"[FA][0-9]{4}-[0-9]{6,}")
SERIES = re.compile(r"[FA][0-9]{4}")
COUNTRY = re.compile(r"[A-Z]{2}")
LONGEST_NAME, LONGEST_CODE, LONGEST_REASON = 120, 60, 200  # what the tables hold
FIRST_YEAR, LAST_YEAR = 2000, 2200
LARGEST = 100_000


def text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise unexpected(_("un texte est attendu"), value)
    return value


def line(most: int) -> Read:
    """Return what reads a text of one line that is not empty, up to a length."""

    def read(value: Any) -> str:
        fits = isinstance(value, str) and value.isprintable() and value == value.strip()
        if not fits or not 0 < len(value) <= most:
            sentence = _("un texte de 1 à %(most)d caractères est attendu") % {"most": most}
            raise unexpected(sentence, value)
        return value

    return read


name = line(LONGEST_NAME)
code = line(LONGEST_CODE)


def optional(read: Read) -> Read:
    """Return what reads a text that null and the empty text leave out."""
    return lambda value: "" if value in (None, "") else read(value)


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise unexpected(_("true ou false est attendu"), value)
    return value


def whole(least: int, most: int = LARGEST) -> Read:
    """Return what reads a whole number between two bounds."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            sentence = _("un nombre entier de %(least)d à %(most)d est attendu")
            raise unexpected(sentence % {"least": least, "most": most}, value)
        return value

    return read


def limit(value: Any) -> int | None:
    """A limit of a plan; null is unlimited."""
    return None if value is None else whole(0, 10**9)(value)


def day(value: Any) -> date:
    """A calendar day, written 2025-01-31."""
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise unexpected(_("un jour qui existe est attendu"), value) from error
    raise unexpected(_("un jour comme 2025-01-31 est attendu"), value)


def played_day(value: Any) -> date:
    """A day on which something happens, within the years that a life may span."""
    read = day(value)
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise unexpected(_("un jour de 2000 à 2200 est attendu"), value)
    return read


def instant(value: Any) -> date:
    """The Paris day of an instant with its offset: 2024-12-31T23:30:00Z is 2025-01-01 (R2)."""
    try:
        if isinstance(value, str) and INSTANT.fullmatch(value):
            moment = datetime.fromisoformat(value).astimezone(PARIS)
            return played_day(moment.date().isoformat())
    except (ValueError, OverflowError) as error:
        raise unexpected(_("un instant qui existe est attendu"), value) from error
    raise unexpected(_("un instant comme 2024-12-31T23:30:00Z est attendu"), value)


def cents(value: Any) -> int:
    """Euros before VAT, written "54.00"; returned in cents."""
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise unexpected(_("un montant comme “54.00” est attendu"), value)
    return int(value.replace(".", ""))


def positive_cents(value: Any) -> int:
    amount = cents(value)
    if amount == 0:
        raise unexpected(_("un montant au-dessus de zéro est attendu"), value)
    return amount


def percent(value: Any) -> Decimal:
    """A part above 0 and up to 100, as a number or as a decimal text."""
    written = "" if isinstance(value, bool) else str(value)
    if PERCENT.fullmatch(written) and 0 < Decimal(written) <= 100:
        return Decimal(written)
    raise unexpected(_("un pourcentage au-dessus de 0 et jusqu’à 100 est attendu"), value)


def one_of(*words: str) -> Read:
    """Return what reads one of some words."""

    def read(value: Any) -> str:
        if value not in words:
            sentence = _("un mot parmi %(words)s est attendu") % {"words": ", ".join(words)}
            raise unexpected(sentence, value)
        return value

    return read


def commitment(value: Any) -> Commitment:
    return Commitment(one_of(*Commitment)(value))


def matching(pattern: re.Pattern, example: str) -> Read:
    """Return what reads a text of a given form."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            sentence = _("un texte comme %(example)s est attendu") % {"example": example}
            raise unexpected(sentence, value)
        return value

    return read


number = matching(NUMBER, "F2025-000201")
series = matching(SERIES, "F2025")
country = matching(COUNTRY, "FR")


def among(names: Container[str], sentence: str) -> Read:
    """Return what reads a name that must be known."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            raise unexpected(sentence, value)
        return value

    return read


def entries(read: Read) -> Read:
    """Return what reads a list, entry by entry."""

    def read_all(value: Any) -> list:
        if not isinstance(value, list):
            raise unexpected(_("une liste est attendue"), value)
        return [member(position, entry, read) for position, entry in enumerate(value)]

    return read_all


def distinct(read: Read) -> Read:
    """Return what reads a list in which nothing stands twice."""

    def read_all(value: Any) -> list:
        found = entries(read)(value)
        if len(set(found)) < len(found):
            raise unexpected(_("chaque entrée une seule fois est attendue"), value)
        return found

    return read_all


class Members(dict):
    """A JSON object that remembers a key given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]):
        super().__init__(pairs)
        names = [name for name, _value in pairs]
        self.twice = next((name for name in names if names.count(name) > 1), None)


def mapping(value: Any) -> Members:
    """A JSON object, each key once."""
    if not isinstance(value, Members):
        raise unexpected(_("un objet est attendu"), value)
    if value.twice is not None:
        raise Wrong(_("cette clé est donnée deux fois"), value.twice)
    return value


def members(value: Any, required: dict[str, Read], optional: dict[str, Read]) -> dict[str, Any]:
    """Read an object: all the required keys, none but these and the optional ones."""
    given = mapping(value)
    readers = required | optional
    for name in given:
        if name not in readers:
            sentence = _("champ inconnu, ceux-ci sont connus : %(names)s")
            raise Wrong(sentence % {"names": ", ".join(readers)}, name)
    for name in required:
        if name not in given:
            raise Wrong(_("ce champ manque"), name)
    return {name: member(name, given[name], readers[name]) for name in given}


def member(name: str | int, value: Any, read: Read) -> Any:
    """Read one member, whose refusal is told under its name."""
    try:
        return read(value)
    except Wrong as wrong:
        raise wrong.inside(name) from None
