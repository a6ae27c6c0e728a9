"""What API doors accept: known names only, strict dates and amounts."""

import re
from datetime import date
from decimal import Decimal
from unicodedata import category

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,9})(\.[0-9]{1,2})?")
LONGEST_NAME_SHOWN = 60
KEY = re.compile(r"[A-Za-z0-9_-]{8,60}")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": f"^{KEY.pattern}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="La même clé agit une seule fois et reçoit la même réponse.",
)


class StrictSerializer(serializers.Serializer):
    """Refuse what it does not know, instead of forgetting it."""

    unknown_code = "unknown_field"
    unknown_text = _("Ce champ n’existe pas.")

    def to_internal_value(self, data):
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            raise serializers.ValidationError(
                {
                    shown(name): [ErrorDetail(self.unknown_text, self.unknown_code)]
                    for name in unknown
                }
            )
        return super().to_internal_value(data)


class QuerySerializer(StrictSerializer):
    """The parameters after « ? », each known and given once."""

    unknown_code = "unknown_filter"
    unknown_text = _("Ce paramètre n’existe pas.")

    def to_internal_value(self, data: QueryDict):
        for name, values in data.lists():
            if len(values) > 1:
                error = ErrorDetail(_("Ce paramètre est donné plusieurs fois."), "duplicate_key")
                raise serializers.ValidationError({shown(name): [error]})
        return super().to_internal_value(data.dict())  # plain: « ?on= » is an empty day, not none


class NoParameters(QuerySerializer):
    """None is known: any is refused."""


class DayField(serializers.DateField):
    """An ISO day in ASCII digits, within the years that one can count."""

    default_error_messages = {
        "invalid": _("Cette date n’existe pas : écrivez AAAA-MM-JJ."),
        "out_of_range": _("Cette date est hors de portée : de 2000 à 2099."),
    }

    def to_internal_value(self, value):
        if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
            self.fail("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")
        if not FIRST_DAY <= day <= LAST_DAY:
            self.fail("out_of_range")
        return day


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "example": "29.00"})
class AmountField(serializers.Field):
    """Euros as a decimal string, « 29.00 »; cents inside."""

    default_error_messages = {
        "invalid_amount": _("Écrivez un montant en euros, en texte : « 29.00 ».")
    }

    def to_internal_value(self, value) -> int:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            self.fail("invalid_amount")
        return int(Decimal(value) * 100)

    def to_representation(self, cents: int) -> str:
        sign = "-" if cents < 0 else ""
        return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


@extend_schema_field({"type": "integer", "minimum": 1})
class NumberField(serializers.Field):
    """A number from 1 on, written as one: neither a text, nor true, nor 1.0."""

    default_error_messages = {
        "invalid_integer": _("Écrivez un nombre entier."),
        "out_of_range": _("Ce nombre est hors de portée : de 1 à {most}."),
    }

    def __init__(self, *, most: int, **options):
        super().__init__(**options)
        self.most = most

    def to_internal_value(self, value) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail("invalid_integer")
        if not 1 <= value <= self.most:
            self.fail("out_of_range", most=self.most)
        return value

    def to_representation(self, value: int) -> int:
        return value


@extend_schema_field({"type": "string"})
class TextField(serializers.Field):
    """A text of so many characters at most, without the white space around it."""

    default_error_messages = {
        "invalid": _("Écrivez un texte."),
        "blank": _("Ce texte est vide : écrivez quelque chose."),
        "too_long": _("Ce texte est trop long : {most} caractères au plus."),
    }

    def __init__(self, *, most: int, may_be_blank: bool = False, **options):
        super().__init__(**options)
        self.most, self.may_be_blank = most, may_be_blank

    def to_internal_value(self, value) -> str:
        if not isinstance(value, str):
            self.fail("invalid")
        text = value.strip()
        if len(text) > self.most:
            self.fail("too_long", most=self.most)
        seen = any(not each.isspace() and category(each) != "Cf" for each in text)
        if not seen and not self.may_be_blank:
            self.fail("blank")
        return text if seen else ""

    def to_representation(self, value: str) -> str:
        return value


def accepted(serializer_class: type[StrictSerializer], request) -> dict:
    """Return the validated body of a request. Raises ValidationError, or ParseError without one."""
    if request.stream is None:
        raise not_an_object()
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def asked(serializer_class: type[QuerySerializer], request) -> dict:
    """Return the validated parameters of a request's address. Raises ValidationError."""
    serializer = serializer_class(data=request.query_params)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def idempotency_key(request) -> str:
    """Return the key by which a request sent again acts once. Raises ValidationError."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        text = _("De 8 à 60 lettres sans accent, chiffres, - ou _.")
        raise ValidationError({"Idempotency-Key": [ErrorDetail(text, "invalid_key")]})
    return key


def not_an_object() -> ParseError:
    """Return the refusal of a body that is not one JSON object."""
    return ParseError(_("Un objet JSON est attendu."), "not_an_object")


def shown(name: str) -> str:
    """Return a name that a caller chose, fit to stand in an answer."""
    return name[:LONGEST_NAME_SHOWN] if name.isprintable() else "…"
