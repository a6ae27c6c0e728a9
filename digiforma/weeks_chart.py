"""One bar for each week as the numbers of an SVG: pure geometry, in percent of the frame."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 0.3  # of the room of a bar
LOWEST = 2  # percent, so that the least of delays is seen


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that stands on the ground; a week without a value has none, and no height."""

    x: str
    width: str
    y: str
    height: str


def bars(values: Sequence[int | None]) -> tuple[Bar, ...]:
    """Return a bar for each value, the highest as high as the frame."""
    highest = max((value for value in values if value is not None), default=0)
    return tuple(
        _bar(number, len(values), _percent_of(value, highest))
        for number, value in enumerate(values)
    )


def _percent_of(value: int | None, highest: int) -> float:
    if value is None:
        return 0
    return max(100 * value / highest, LOWEST) if highest else LOWEST


def _bar(number: int, among: int, height: float) -> Bar:
    room = 100 / among
    return Bar(
        x=f"{(number + GAP / 2) * room:.2f}%",
        width=f"{(1 - GAP) * room:.2f}%",
        y=f"{100 - height:.2f}%",
        height=f"{height:.2f}%",
    )
