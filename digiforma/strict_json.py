"""Read a JSON body strictly: one object, each key once, plain text, bounded in size and depth."""

import json
import math
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from accounts.payloads import not_an_object, shown

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 20
LONGEST_NUMBER = 18  # digits: what a bigint holds


class TooLarge(APIException):
    """The body is larger than the API reads."""

    status_code = 413
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """Read one JSON object in UTF-8; refuse what the standard library repairs or forgets."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> dict:
        """Return the object. Raises TooLarge, or ParseError with the code of what is wrong."""
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise TooLarge(_("Le corps de la requête dépasse 1 Mo."))
        value = _loaded(_decoded(raw, media_type or ""))
        if not isinstance(value, dict):
            raise not_an_object()
        _require_plain(value, depth=1)
        return value


def _decoded(raw: bytes, media_type: str) -> str:
    charset = media_type.lower().partition("charset=")[2].strip('" ')
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if charset not in {"", "utf-8", "utf8"} or "\0" in text:
        raise ParseError(_("Le corps de la requête doit être en UTF-8."), "encoding")
    return text


def _loaded(text: str) -> Any:
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        raise ParseError(
            _("Ce n’est pas du JSON : ligne %(line)s, colonne %(column)s.")
            % {"line": error.lineno, "column": error.colno},
            "malformed_json",
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict:
    members = {}
    for name, value in pairs:
        if name in members:
            raise ParseError(
                _("La clé « %(name)s » est donnée deux fois.") % {"name": shown(name)},
                "duplicate_key",
            )
        members[name] = value
    return members


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > LONGEST_NUMBER:
        raise _out_of_range()
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _out_of_range()
    return number


def _constant(name: str) -> None:
    raise ParseError(_("%(name)s n’est pas du JSON.") % {"name": name}, "malformed_json")


def _out_of_range() -> ParseError:
    return ParseError(_("Un nombre est hors de portée."), "out_of_range")


def _too_deep() -> ParseError:
    return ParseError(
        _("L’objet est imbriqué sur plus de %(most)s niveaux.") % {"most": MAX_DEPTH},
        "json_too_deep",
    )


def _require_plain(value: Any, *, depth: int) -> None:
    """Refuse NUL and lone surrogates, which no table holds, wherever they hide."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ParseError(_("Un texte contient un caractère interdit."), "invalid_character")
    elif isinstance(value, dict):
        for name, member in value.items():
            _require_plain(name, depth=depth)
            _require_plain(member, depth=depth + 1)
    elif isinstance(value, list):
        for member in value:
            _require_plain(member, depth=depth + 1)
