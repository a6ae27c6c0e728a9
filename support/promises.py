"""What a quote promises: its lines as they are kept, its prices, what it orders (R19)."""

from datetime import date

from django.utils.translation import gettext as _

from subscriptions.agreements import Quoted
from subscriptions.lines import CHARGE, PERIOD
from subscriptions.models import Component
from subscriptions.periods import Commitment
from subscriptions.preview import Drawn, DrawnLine
from subscriptions.reductions import Reduction
from support.models import Quote
from support.wishes import Order


def order_of(quote: Quote) -> Order:
    """Return what a quote is for."""
    return Order(
        plan=quote.plan,
        commitment=Commitment(quote.commitment),
        when=quote.when,
        effective_on=quote.effective_on,
        options=tuple(quote.options),
        promised=promised(
            quote.plan.component.seller_id, Commitment(quote.commitment), quote.lines
        ),
        reason=_named(quote),
        reduction=_reduction(quote),
    )


def _named(quote: Quote) -> str:
    return _("Devis %(reference)s, version %(version)d") % {
        "reference": quote.request.reference,
        "version": quote.version,
    }


def _reduction(quote: Quote) -> Reduction | None:
    """Return the discount of a quote, its reason after the quote's name."""
    if not quote.discount_percent:
        return None
    reason = f"{_named(quote)} : {quote.discount_reason}"
    return Reduction(quote.discount_percent, quote.discount_periods, reason)


def promised(seller_id: int, commitment: Commitment, lines: list[dict]) -> tuple[Quoted, ...]:
    """Return the full prices that the frozen lines of a quote promise, each for its first day."""
    owed = [line for line in lines if line["kind"] in (PERIOD, CHARGE)]
    components = {
        component.label: component.pk for component in Component.objects.filter(seller=seller_id)
    }
    return tuple(
        Quoted(
            component_id=components[line["component"]],
            commitment=commitment,
            on=date.fromisoformat(line["starts_on"]),
            amount_cents=line["listed_cents"],
        )
        for line in owed
    )


def frozen_line(line: DrawnLine) -> dict:
    """Return a drawn line as a quote keeps it."""
    return {
        "component": line.component,
        "name": line.name,
        "designation": line.designation,
        "kind": line.kind,
        "starts_on": line.starts_on.isoformat(),
        "ends_before": line.ends_before.isoformat(),
        "days": line.days,
        "days_in_period": line.days_in_period,
        "full_price_cents": line.full_price_cents,
        "listed_cents": line.listed_cents,
        "net_cents": line.net_cents,
    }


def states(quote: Quote, document: Drawn) -> bool:
    """Tell whether a document says what was quoted, to the cent.

    What was billed since, before we got to it, is corrected beside the lines of the quote: from a
    later day than theirs, it is not what the quote is held against (R18).
    """
    lines = [frozen_line(line) for line in document.lines]
    own = [line for line in lines if line["starts_on"] <= last_start(quote)]
    return own == quote.lines and (own != lines or document.gross_cents == quote.gross_cents)


def last_start(quote: Quote) -> str:
    """Return the latest first day of a quote's lines, as ISO text."""
    return max(line["starts_on"] for line in quote.lines)
