"""The curve of the year as the numbers of one SVG: pure geometry, no database, no clock.

The curve stretches with the page (an inner SVG without ratio); dots and texts stand in percent,
so nothing is distorted and nothing needs an inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000, 200
HEADROOM = 1.24  # the limit stands at four fifths of the height, its label above it
ABOVE_PEAK = 1.08
LABEL_BELOW, LABEL_ABOVE = 22, -12  # pixels from the dot
LABEL_ROOM = 52  # of the height of 200, what a label below its dot takes on a phone


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template puts into the SVG; `limit_y` is empty without a limit."""

    line: str
    area: str
    limit_y: str
    limit_percent: str
    today_percent: str
    label_dy: int


def draw(counts: Sequence[int], *, limit: int | None) -> Chart:
    """Return the curve of at least two values, the last one today, under a limit or none."""
    ceiling = max((limit or 0) * HEADROOM, max(counts) * (ABOVE_PEAK if limit else HEADROOM), 1)
    heights = [_height(count, ceiling) for count in counts]
    line = _line(heights)
    limit_y = _height(limit, ceiling) if limit is not None else None
    return Chart(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        limit_y="" if limit_y is None else f"{limit_y:g}",
        limit_percent="" if limit_y is None else _percent(limit_y),
        today_percent=_percent(heights[-1]),
        label_dy=_label_dy(heights[-1], limit_y),
    )


def _height(count: int, ceiling: float) -> float:
    return round(HEIGHT * (1 - count / ceiling), 1)


def _line(heights: list[float]) -> str:
    """Return the path; inside a level run only its two ends are kept."""
    last = len(heights) - 1
    kept = [
        (WIDTH * index / last, height)
        for index, height in enumerate(heights)
        if index in (0, last) or not heights[index - 1] == height == heights[index + 1]
    ]
    return "M" + "L".join(f"{x:.4g} {y:g}" for x, y in kept)


def _percent(height: float) -> str:
    return f"{height * 100 / HEIGHT:.2f}%"


def _label_dy(today_y: float, limit_y: float | None) -> int:
    """Return how far from its dot a label stands: below, or above near the ground or a limit."""
    is_low = HEIGHT - today_y < LABEL_ROOM
    is_over = limit_y is not None and today_y < limit_y
    return LABEL_ABOVE if is_low or is_over else LABEL_BELOW
