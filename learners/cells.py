"""One cell of an import: text in, a value out, or what is wrong with it in French."""

import re
import unicodedata
from datetime import date

from django.utils.translation import gettext as _

MAX_TEXT = 254
MAX_CODE = 60
FIRST_DAY = date(2000, 1, 1)
STATUSES = {"inscrit": "enrolled", "annule": "cancelled", "abandon": "abandoned"}
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
FRENCH_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
SHORT_YEAR = re.compile(r"[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}")
# Signs that nobody sees: controls, zero-width spaces, marks that reverse the reading order.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
# What Excel writes, in English or in French, where a formula fails.
EXCEL_ERROR = re.compile(
    r"#(?:REF!|N/A|DIV/0!|NAME\?|NOM\?|VALUE!|VALEUR!|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!)"
)
LINE_BREAK = re.compile(r"\s*[\t\r\n]\s*")
EMAIL = re.compile(
    r"""[^\s@.,:;<>()\[\]"\\]+(?:\.[^\s@.,:;<>()\[\]"\\]+)*"""
    r"""@(?:[^\W_](?:(?:[^\W_]|-){0,61}[^\W_])?\.)+[^\W\d_](?:(?:[^\W_]|-){0,61}[^\W_])"""
)


class CellRefused(Exception):
    """A cell does not hold what its column expects."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


def read_code(text: str) -> str:
    """Return the code of a session; capitals matter."""
    return _required(text, longest=MAX_CODE)


def read_text(text: str) -> str:
    """Return a title or a name; a line break inside it becomes a space."""
    return _required(LINE_BREAK.sub(" ", text.strip()), longest=MAX_TEXT)


def read_email(text: str) -> str:
    """Return a normalised address, the learner's key: stripped, NFC, casefolded."""
    email = normalise_email(text)
    if len(email) > MAX_TEXT:
        raise CellRefused("email_invalid", _("Adresse invalide : plus de 254 caractères."))
    _required(email, longest=MAX_TEXT)
    if re.search(r"\s", email):
        raise CellRefused("email_invalid", _("Adresse invalide : elle contient un espace."))
    if not EMAIL.fullmatch(email):
        raise CellRefused("email_invalid", _("Adresse invalide : écrivez nom@domaine.fr."))
    return email


def normalise_email(text: str) -> str:
    """Return one spelling for all the ways of writing an address; twice changes nothing."""
    folded = unicodedata.normalize("NFD", text.strip()).casefold()
    return unicodedata.normalize("NFC", folded)


def read_status(text: str) -> str:
    """Return a status of Enrollment; case and accents do not matter."""
    letters = unicodedata.normalize("NFKD", _required(text, longest=MAX_TEXT)).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if plain not in STATUSES:
        raise CellRefused(
            "status_unknown", _("Statut inconnu : écrivez « inscrit », « annulé » ou « abandon ».")
        )
    return STATUSES[plain]


def read_date(text: str, *, today: date) -> date:
    """Return a day written AAAA-MM-JJ or JJ/MM/AAAA, from 2000 to two years after today."""
    day = _calendar_day(_required(text, longest=MAX_TEXT))
    last = last_day(today)
    if not FIRST_DAY <= day <= last:
        raise CellRefused(
            "date_out_of_range",
            _("Date hors plage : du 01/01/2000 au %(last)s.") % {"last": f"{last:%d/%m/%Y}"},
        )
    return day


def last_day(today: date) -> date:
    """Return the last day an import may name: two years after today, 28 for 29 February."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    return date(today.year + 2, today.month, day)


def _calendar_day(text: str) -> date:
    if SHORT_YEAR.fullmatch(text):
        raise CellRefused("date_year_digits", _("Écrivez l’année sur 4 chiffres : JJ/MM/AAAA."))
    if found := ISO_DATE.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := FRENCH_DATE.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise _wrong_format()
    if not (1 <= month <= 12 and 1 <= day <= 31 and year):
        raise _wrong_format()
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellRefused("date_nonexistent", _("Cette date n’existe pas.")) from error


def _wrong_format() -> CellRefused:
    return CellRefused("date_format", _("Date illisible : format attendu JJ/MM/AAAA."))


def _required(text: str, *, longest: int) -> str:
    """Return the text stripped and in NFC, if it is a text that may be kept."""
    text = unicodedata.normalize("NFC", text.strip())
    if not text:
        raise CellRefused("required", _("Cellule vide : une valeur est attendue."))
    if EXCEL_ERROR.fullmatch(text):
        raise CellRefused(
            "formula_failed", _("La formule de cette cellule échoue : écrivez-y sa valeur.")
        )
    if len(text) > longest:
        raise CellRefused("too_long", _("Texte trop long (max %(max)d).") % {"max": longest})
    if found := FORBIDDEN.search(text) or re.search(r"[\t\r\n]", text):
        raise CellRefused(
            "invalid_character",
            _("Caractère interdit U+%(point)04X : retirez-le.") % {"point": ord(found[0])},
        )
    return text
