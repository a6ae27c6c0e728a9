"""The curve of the year and of what is foreseen as the numbers of one SVG: pure geometry.

The curve stretches with the page (an inner SVG without ratio); dots and texts stand in percent,
so nothing is distorted and nothing needs an inline style.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 200
HEADROOM = 1.24  # the limit stands at four fifths of the height, its label above it
ABOVE_PEAK = 1.08
LABEL_BELOW, LABEL_ABOVE = 22, -12  # pixels from the dot
LABEL_ROOM = 52  # of the height of 200, what a label below its dot takes on a phone
LABEL_DAYS = 60  # to come, over which the label of today stretches
BEFORE_DAYS = 120  # gone by, over which it stretches when it ends on its dot
LEVEL = 40  # of the height, that these days may be lower than the dot
PIXELS = 0.75  # of one of the height of 200
EDGE = 0.92  # of the width, past which a label ends on its dot


class Foreseen(NamedTuple):
    """A day to come: what is known of it, and with what is estimated."""

    known: int
    total: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A point in percent of the frame; at its right edge the label ends on it."""

    x: str
    y: str
    is_at_edge: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """The days to come: a dotted line, the ground that is known, the part that is estimated."""

    line: str
    known: str
    estimated: str
    passed: Dot | None
    peaks: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template puts into the SVG; `limit_y` is empty without a limit."""

    line: str
    area: str
    limit_y: str
    limit_percent: str
    today: Dot
    today_x: str
    today_y: str
    label_dy: int
    label_is_before: bool  # it ends on its dot, else it begins there
    coming: Coming | None


def draw(
    counts: Sequence[int],
    *,
    limit: int | None,
    coming: Sequence[Foreseen] = (),
    passed: int | None = None,
    peaks: Sequence[int] = (),
) -> Chart:
    """Return the curve of at least two values, the last one today, under a limit or none.

    `passed` and `peaks` are places in what is coming: where the limit is passed, where it is
    for one day.
    """
    highest = max(*counts, *(day.total for day in coming))
    frame = _Frame(
        ceiling=max((limit or 0) * HEADROOM, highest * (ABOVE_PEAK if limit else HEADROOM), 1),
        last=len(counts) - 1 + len(coming),
    )
    heights = [frame.height(count) for count in counts]
    line = frame.line(heights)
    today_x = frame.x(len(counts) - 1)
    limit_y = frame.height(limit) if limit is not None else None
    dy = _label_dy(heights[-1], limit_y, frame.lowest(coming[:LABEL_DAYS]))
    before_dy = _before_dy(heights, limit_y) if dy == LABEL_ABOVE else None
    return Chart(
        line=line,
        area=f"{line}V{HEIGHT}H0Z",
        limit_y="" if limit_y is None else f"{limit_y:g}",
        limit_percent="" if limit_y is None else _percent(limit_y / HEIGHT),
        today=frame.dot(len(counts) - 1, counts[-1]),
        today_x=f"{today_x:.4g}",
        today_y=f"{heights[-1]:g}",
        label_dy=before_dy or dy,
        label_is_before=before_dy is not None,
        coming=_coming(frame, counts, coming, passed, peaks) if coming else None,
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """How counts and places become points: `last` is the place at the right edge."""

    ceiling: float
    last: int

    def x(self, place: int) -> float:
        return WIDTH * place / self.last

    def height(self, count: int) -> float:
        return round(HEIGHT * (1 - count / self.ceiling), 1)

    def lowest(self, coming: Sequence[Foreseen]) -> float:
        """Return how far down the line of some days to come goes; 0 without any."""
        return max((self.height(day.total) for day in coming), default=0)

    def dot(self, place: int, count: int) -> Dot:
        x = place / self.last
        return Dot(_percent(x), _percent(self.height(count) / HEIGHT), is_at_edge=x > EDGE)

    def points(self, heights: Sequence[float], first: int = 0) -> list[str]:
        """Return the points of a line that begins at a place; of a level run only its ends."""
        last = len(heights) - 1
        return [
            f"{self.x(first + place):.4g} {height:g}"
            for place, height in enumerate(heights)
            if place in (0, last) or not heights[place - 1] == height == heights[place + 1]
        ]

    def line(self, heights: Sequence[float], first: int = 0) -> str:
        return "M" + "L".join(self.points(heights, first))


def _coming(
    frame: _Frame,
    counts: Sequence[int],
    coming: Sequence[Foreseen],
    passed: int | None,
    peaks: Sequence[int],
) -> Coming:
    first = len(counts) - 1
    totals = [frame.height(count) for count in (counts[-1], *(day.total for day in coming))]
    known = [frame.height(count) for count in (counts[-1], *(day.known for day in coming))]
    line, ground = frame.line(totals, first), frame.points(known, first)

    def dot(place: int) -> Dot:
        return frame.dot(first + 1 + place, coming[place].total)

    return Coming(
        line=line,
        known=f"M{'L'.join(ground)}V{HEIGHT}H{frame.x(first):.4g}Z",
        estimated=f"{line}L{'L'.join(reversed(ground))}Z",
        passed=None if passed is None else dot(passed),
        peaks=tuple(dot(place) for place in peaks),
    )


def _percent(part: float) -> str:
    return f"{part * 100:.2f}%"


def _label_dy(today_y: float, limit_y: float | None, lowest_y: float) -> int:
    """Return how far from its dot a label stands: below, or above what would strike it out.

    That is the ground, a limit under the dot, a line to come that falls.
    """
    is_low = HEIGHT - today_y < LABEL_ROOM
    is_over = limit_y is not None and today_y < limit_y
    is_falling = lowest_y > today_y + LABEL_BELOW / 2
    return LABEL_ABOVE if is_low or is_over or is_falling else LABEL_BELOW


def _before_dy(heights: Sequence[float], limit_y: float | None) -> int | None:
    """Return how far below its dot a label ends, under the days gone by; None when it need not.

    It need when it would strike the limit above, and may when these days leave it room.
    """
    today_y, lowest_y = heights[-1], max(heights[-BEFORE_DAYS:])
    is_struck = limit_y is not None and limit_y <= today_y < limit_y + LABEL_ROOM
    is_level = len(heights) >= BEFORE_DAYS and lowest_y <= today_y + LEVEL
    if not (is_struck and is_level and HEIGHT - lowest_y >= LABEL_ROOM):
        return None
    return LABEL_BELOW + round(PIXELS * (lowest_y - today_y))
