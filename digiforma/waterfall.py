"""From one count to another as bars that hang where the one before ends: pure geometry."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

MARGIN = 0.04  # of the width, on each side


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar in percent of the frame; the width of an edge or of nothing is the stylesheet's."""

    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The level at the start, one bar a change, the level at the end."""

    first: Bar
    changes: tuple[Bar, ...]
    last: Bar


def waterfall(before: int, changes: Sequence[int]) -> Waterfall:
    """Return the bars from a count, by changes of either sign, to what they make of it."""
    levels = list(accumulate(changes, initial=before))
    lowest, span = min(levels), max(max(levels) - min(levels), 1)

    def place(level: int) -> float:
        return MARGIN + (level - lowest) / span * (1 - 2 * MARGIN)

    def bar(one: int, other: int) -> Bar:
        left, right = sorted((place(one), place(other)))
        return Bar(f"{left:.1%}", f"{right - left:.1%}")

    return Waterfall(
        first=bar(before, before),
        changes=tuple(bar(one, other) for one, other in pairwise(levels)),
        last=bar(levels[-1], levels[-1]),
    )
