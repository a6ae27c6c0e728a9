"""How a line was computed, told in French from the numbers that it kept (R1, R5, R6, R13).

The page of the invoice, the admin and the printed document tell it with the same words.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from subscriptions.pricing import prorate

CARRIED, CANCELS = "carried", "cancel "
SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class Stated:
    """The numbers of a line, as stored; cents before VAT."""

    kind: str
    operation: str
    days: int
    days_in_period: int
    full_price_cents: int  # of the whole period, discount taken off
    listed_cents: int  # before the discount
    discount_percent: Decimal
    net_cents: int
    price_list_on: date | None  # None is a negotiated price
    is_goodwill: bool = False

    @property
    def share_cents(self) -> int:
        """What these days of the full price make."""
        return prorate(self.full_price_cents, days=self.days, days_in_period=self.days_in_period)

    @property
    def is_whole_share(self) -> bool:
        """Whether the line bills, or gives back, just its days at its price."""
        return abs(self.net_cents) == self.share_cents


def explain(line: Stated) -> tuple[str, ...]:
    """Return the sentences that say how a line came to its amount, without final stops."""
    told = [_origin(line), f"{_days(line)}, {_price(line)}"]
    if not line.is_whole_share:
        told.append(_("Seule la différence avec ce qui était déjà facturé pour ces jours"))
    return tuple(filter(None, told))


def _origin(line: Stated) -> str:
    if line.kind == CARRIED:
        return _("Reporté ici : sous 0,50\u00a0€ TTC, une somme attend la facture suivante")
    if line.operation.startswith(CANCELS):
        number = line.operation.removeprefix(CANCELS)
        return _("Annule une ligne de la facture %(number)s") % {"number": number}
    return _("Geste commercial") if line.is_goodwill else ""


def _days(line: Stated) -> str:
    """Return « 18 jours sur 28 », « 18 jours sur 28 non utilisés », « Période entière »."""
    if line.days == line.days_in_period:
        return _("Période entière rendue") if line.net_cents < 0 else _("Période entière")
    if line.net_cents < 0:
        words = ngettext(
            "%(days)s jour sur %(of)s non utilisé",
            "%(days)s jours sur %(of)s non utilisés",
            line.days,
        )
    else:
        words = ngettext("%(days)s jour sur %(of)s", "%(days)s jours sur %(of)s", line.days)
    return words % {"days": line.days, "of": line.days_in_period}


def _price(line: Stated) -> str:
    """Return « à 239,00 € la période, tarif en vigueur au 24 septembre 2024 »."""
    amounts = {"full": _euros(line.full_price_cents), "listed": _euros(line.listed_cents)}
    if line.discount_percent:
        words = _("à %(full)s la période : %(listed)s, %(source)s, moins %(percent)s de remise")
    elif line.net_cents < 0:
        words = _("au prix facturé de %(full)s la période, %(source)s")
    else:
        words = _("à %(full)s la période, %(source)s")
    return words % {**amounts, "source": _source(line), "percent": _percent(line.discount_percent)}


def _source(line: Stated) -> str:
    if line.price_list_on is None:
        return _("prix négocié")
    return _("tarif en vigueur au %(day)s") % {"day": _day(line.price_list_on)}


def _euros(cents: int) -> str:
    return format_currency(Decimal(cents) / 100, "EUR", locale="fr").replace("\u202f", SPACE)


def _percent(percent: Decimal) -> str:
    return f"{format_decimal(percent, format='#,##0.##', locale='fr')}{SPACE}%"


def _day(day: date) -> str:
    text = format_date(day, "d MMMM yyyy", locale="fr")
    return f"1er{text[1:]}" if day.day == 1 else text
