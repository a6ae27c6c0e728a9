"""Bounds against our own mistakes: what no right renewal ever does (R23)."""

from collections.abc import Iterable

from subscriptions.lines import Line
from subscriptions.tariffs import NoPrice, PriceBook

MOST_LINES = 15
MOST_TIMES_LISTED = 3


def breach(lines: Iterable[Line], book: PriceBook) -> str | None:
    """Return all that cannot be right in a renewal's lines, in French for support; else None."""
    lines = list(lines)
    found = (_too_many(lines), _above_full_price(lines), _above_list(lines, book))
    return " ; ".join(filter(None, found)) or None


def _too_many(lines: list[Line]) -> str:
    if len(lines) <= MOST_LINES:
        return ""
    return f"{len(lines)} lignes dans une période, {MOST_LINES} au plus"


def _above_full_price(lines: list[Line]) -> str:
    for line in lines:
        if line.net_cents > line.full_price_cents:
            return (
                f"une ligne à {line.net_cents / 100:.2f} € dépasse son plein tarif "
                f"de {line.full_price_cents / 100:.2f} €"
            )
    return ""


def _above_list(lines: list[Line], book: PriceBook) -> str:
    net_cents = sum(line.net_cents for line in lines)
    listed_cents = sum(_listed(line, book) for line in lines)
    if net_cents <= MOST_TIMES_LISTED * listed_cents:
        return ""
    return (
        f"{net_cents / 100:.2f} € HT dépassent {MOST_TIMES_LISTED} fois le tarif "
        f"de {listed_cents / 100:.2f} €"
    )


def _listed(line: Line, book: PriceBook) -> int:
    """Return the price that the list in force states; 0 for what is sold on quote."""
    try:
        return book.listed_price(line.component, line.commitment, line.starts_on).amount_cents
    except NoPrice:
        return line.full_price_cents
