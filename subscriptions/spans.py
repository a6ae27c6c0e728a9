"""Commitments from their anchor on, and the periods that are entered under them (R3, R9). Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from subscriptions.periods import Commitment, Period, number_on, period


@dataclass(frozen=True, slots=True)
class Span:
    """A commitment from its anchor on, until the day another one begins (R9)."""

    commitment: Commitment
    anchor_on: date
    ends_before: date | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A period of a commitment: its own days, and where another commitment cut it."""

    period: Period
    commitment: Commitment
    runs_until: date


def entered_periods(
    spans: Iterable[Span], *, ending_after: date, starting_before: date
) -> list[Entered]:
    """Return the periods of all commitments that end after a day and start before another."""
    return [
        Entered(days, span.commitment, min(days.ends_before, span.ends_before or date.max))
        for span in spans
        for days in takewhile(
            lambda days, span=span: (
                days.starts_on < min(starting_before, span.ends_before or date.max)
            ),
            _periods_from(span, ending_after),
        )
    ]


def _periods_from(span: Span, on: date) -> Iterator[Period]:
    number = number_on(span.anchor_on, span.commitment, max(on, span.anchor_on))
    while True:
        yield period(span.anchor_on, span.commitment, number)
        number += 1
