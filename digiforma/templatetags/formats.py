"""How amounts, numbers, dates and sentences are written in French; pure functions.

No-break spaces are U+00A0: the pages' font has no narrow one (U+202F).
"""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.template.defaultfilters import filesizeformat, stringfilter
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from subscriptions.catalog import is_demonstration

LOCALE = "fr"
SPACE = "\u00a0"
MINUS = "\u2212"
EARLY_UNTIL, MIDDLE_UNTIL = 10, 20  # days of a month
MINUTES_OF_HOUR, MINUTES_OF_DAY = 60, 9 * 60  # of working time

register = template.Library()


@register.filter
def euros(cents: int) -> str:
    """Return an amount in cents as « 1 234,56 € »; below zero, after a minus sign."""
    return _french(format_currency(Decimal(cents) / 100, "EUR", locale=LOCALE))


@register.filter
def euros_signed(cents: int) -> str:
    """Return a difference in cents after its sign, « + 70,00 € »; nothing stands before zero."""
    if cents == 0:
        return euros(0)
    return f"{'+' if cents > 0 else MINUS}{SPACE}{euros(abs(cents))}"


@register.filter
def signed_fr(number: int) -> str:
    """Return a change after its sign, « + 58 »; nothing stands before zero."""
    if number == 0:
        return "0"
    return f"{'+' if number > 0 else MINUS}{SPACE}{number_fr(abs(number))}"


@register.filter
def number_fr(number: int | Decimal) -> str:
    """Return a number as « 1 500 » or « 2,5 »."""
    return _french(format_decimal(number, locale=LOCALE))


@register.filter
def tariffs_fr(effective_on: date) -> str:
    """Return what the price list of a day is called: « tarifs », or « tarifs de démonstration »."""
    return _("tarifs de démonstration") if is_demonstration(effective_on) else _("tarifs")


@register.filter
def size_fr(size: int) -> str:
    """Return a size in bytes as « 640 octets », « 12,5 Ko » or « 3,1 Mo »."""
    return filesizeformat(size).replace("io", "o")


@register.filter
def percent_fr(ratio: float | Decimal | Fraction) -> str:
    """Return a ratio in percent, with two decimals at most: 0.055 is « 5,5 % », 1 is « 100 % »."""
    if isinstance(ratio, Fraction):
        ratio = Decimal(ratio.numerator) / ratio.denominator
    return _french(format_percent(ratio, format="#,##0.##\u00a0%", locale=LOCALE))


@register.filter
def date_text(day: date) -> str:
    """Return « 9 décembre 2026 » or « 1er décembre 2026 », for mails, titles and attributes."""
    return f"{day_month_text(day)} {_local(day).year}"


@register.filter
def date_fr(day: date) -> str:
    """Return « 9 décembre 2026 » for a page; « 1er » stands with its exponent, as HTML."""
    return _raised(date_text(day))


@register.filter
def day_month(day: date) -> str:
    """Return « 9 décembre » for a page; « 1er » stands with its exponent, as HTML."""
    return _raised(day_month_text(day))


@register.filter
def day_month_short(day: date) -> str:
    """Return « 19 nov. » or « 1er déc. » where there is little room, as HTML."""
    number, month = format_date(_local(day), "d MMM", locale=LOCALE).split(" ")
    return _raised(f"{number}er {month}" if number == "1" else f"{number} {month}")


@register.filter
def around_month(day: date) -> str:
    """Return « début mars », « mi-mars » or « fin mars »: all that an estimate can promise."""
    day = _local(day)
    month = format_date(day, "MMMM", locale=LOCALE)
    if day.day <= EARLY_UNTIL:
        return f"début {month}"
    return f"mi-{month}" if day.day <= MIDDLE_UNTIL else f"fin {month}"


@register.filter
def around(day: date) -> str:
    """Return « fin mars 2027 »."""
    return f"{around_month(day)} {_local(day).year}"


@register.filter
def one_decimal(number: Fraction) -> str:
    """Return « 1,7 », rounded to the nearest tenth, a half upwards; « 2 » for a whole number."""
    return number_fr(Decimal(floor(10 * number + Fraction(1, 2))) / 10)


@register.filter
def eve(ends_before: date) -> date:
    """Return the last day of a half-open period, the eve of its `ends_before`."""
    return ends_before - timedelta(days=1)


@register.filter
def time_fr(moment: datetime) -> str:
    """Return « 17 h » or « 17 h 05 », Paris time."""
    local = timezone.localtime(moment)
    return f"{local.hour}{SPACE}h" + (f"{SPACE}{local.minute:02}" if local.minute else "")


@register.filter
def worked_fr(minutes: int) -> str:
    """Return working time: « 45 min », « 3 h 20 », from a day of 9 hours « 1,2 jour ouvré »."""
    hours, rest = divmod(minutes, MINUTES_OF_HOUR)
    if minutes >= MINUTES_OF_DAY:
        days = Fraction(floor(Fraction(10 * minutes, MINUTES_OF_DAY) + Fraction(1, 2)), 10)
        word = plural_fr(days, "jour ouvré,jours ouvrés")
        return f"{one_decimal(days)}{SPACE}{word}"
    if not hours:
        return f"{rest}{SPACE}min"
    return f"{hours}{SPACE}h" + (f"{SPACE}{rest:02}" if rest else "")


@register.filter
def plural_fr(number: float | Decimal, forms: str) -> str:
    """Return the word for a number: `{{ n|plural_fr:"apprenant,apprenants" }}`.

    French keeps the singular under 2: 0 apprenant, 1,5 apprenant, 2 apprenants.
    """
    singular, plural = forms.split(",")
    return singular if abs(number) < 2 else plural


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first two words, for an avatar: « RF »."""
    return "".join(word[0] for word in name.split()[:2]).upper()


BEFORE_MARK = re.compile(r"[ \u202f]+(?=[:;!?»€%])|(?<=[^\s\u00a0])(?=»)")
AFTER_QUOTE = re.compile(r"«[ \u202f]*(?!\u00a0)")


@register.filter(is_safe=True)
@stringfilter
def typo(text: str) -> str:
    """Put a no-break space before : ; ! ? » € % and after «.

    A space already written becomes unbreakable; only « and » gain a missing one, so an address
    (https://…) or an hour (17:30) is left alone.
    """
    return AFTER_QUOTE.sub("«" + SPACE, BEFORE_MARK.sub(SPACE, text))


def _french(text: str) -> str:
    return text.replace("\u202f", SPACE).replace("-", MINUS)


def _local(day: date) -> date:
    return timezone.localtime(day) if isinstance(day, datetime) else day


@register.filter
def day_month_text(day: date) -> str:
    """Return « 9 décembre » or « 1er décembre », for mails; a moment is taken on its Paris day."""
    number, month = format_date(_local(day), "d MMMM", locale=LOCALE).split(" ")
    return f"{number}er {month}" if number == "1" else f"{number} {month}"


def _raised(text: str) -> str:
    ordinal, separator, rest = text.partition("er ")
    return (
        format_html("{}<sup>er</sup> {}", ordinal, rest) if ordinal == "1" and separator else text
    )
