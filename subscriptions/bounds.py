"""Bounds against our own mistakes: what no right renewal ever does (R23)."""

from collections.abc import Iterable

from subscriptions.lines import Line
from subscriptions.tariffs import NoPrice, PriceBook

MOST_LINES = 15
MOST_TIMES_LISTED = 3


def breach(lines: Iterable[Line], book: PriceBook) -> str | None:
    """Return why a renewal's lines cannot be right, in French for support; None when they can."""
    lines = list(lines)
    if len(lines) > MOST_LINES:
        return f"{len(lines)} lignes dans une période, {MOST_LINES} au plus"
    for line in lines:
        if line.net_cents > line.full_price_cents:
            return (
                f"une ligne à {line.net_cents / 100:.2f} € dépasse son plein tarif "
                f"de {line.full_price_cents / 100:.2f} €"
            )
    net_cents = sum(line.net_cents for line in lines)
    listed_cents = sum(_listed(line, book) for line in lines)
    if net_cents > MOST_TIMES_LISTED * listed_cents:
        return (
            f"{net_cents / 100:.2f} € HT dépassent {MOST_TIMES_LISTED} fois le tarif "
            f"de {listed_cents / 100:.2f} €"
        )
    return None


def _listed(line: Line, book: PriceBook) -> int:
    """Return the price that the list in force states; 0 for what is sold on quote."""
    try:
        return book.listed_price(line.component, line.commitment, line.starts_on).amount_cents
    except NoPrice:
        return line.full_price_cents
