"""The curve as numbers of an SVG."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from digiforma.chart import HEIGHT, LABEL_ABOVE, LABEL_BELOW, WIDTH, Dot, Foreseen, draw


def points(path: str) -> list[tuple[float, float]]:
    return [tuple(map(float, point.split())) for point in path.removeprefix("M").split("L")]


def test_draw_puts_the_limit_at_four_fifths_and_the_counts_under_it():
    chart = draw([0, 250, 500], limit=500)

    assert chart.line == "M0 200L500 119.4L1000 38.7"
    assert chart.area == chart.line + "V200H0Z"
    assert (chart.limit_y, chart.limit_percent) == ("38.7", "19.35%")
    assert (chart.today, chart.coming) == (Dot("100.00%", "19.35%", is_at_edge=True), None)


def test_draw_makes_room_for_what_exceeds_the_limit():
    chart = draw([400, 1_000], limit=500)

    assert points(chart.line) == [(0, 125.9), (1000, 14.8)]
    assert chart.limit_y == "107.4"


def test_draw_without_a_limit_leaves_room_above_the_peak():
    chart = draw([50, 100, 80], limit=None)

    assert (chart.limit_y, chart.limit_percent) == ("", "")
    assert min(y for _x, y in points(chart.line)) == 38.7


def test_draw_keeps_only_the_ends_of_a_level_run():
    assert draw([3, 3, 3, 3, 5], limit=5).line == "M0 103.2L750 103.2L1000 38.7"


@pytest.mark.parametrize(
    ("counts", "limit", "expected"),
    [
        ([0, 100], 500, LABEL_ABOVE),  # near the ground
        ([0, 412], 500, LABEL_BELOW),
        ([0, 500], 500, LABEL_BELOW),  # on the limit
        ([0, 528], 500, LABEL_ABOVE),  # clear of the line under it
        ([0, 0], None, LABEL_ABOVE),
    ],
)
def test_label_stands_clear_of_the_ground_and_the_limit(counts, limit, expected):
    assert draw(counts, limit=limit).label_dy == expected


def test_draw_goes_on_from_today_with_what_is_known_and_what_is_estimated():
    coming = [Foreseen(400, 500), Foreseen(300, 510), Foreseen(200, 480)]

    chart = draw([400, 410], limit=500, coming=coming, passed=1, peaks=[0])

    assert (chart.line, chart.today.x, chart.today_x) == ("M0 71L250 67.7", "25.00%", "250")
    assert chart.coming.line == "M250 67.7L500 38.7L750 35.5L1000 45.2"
    assert chart.coming.known == "M250 67.7L500 71L750 103.2L1000 135.5V200H250Z"
    assert chart.coming.estimated == (
        "M250 67.7L500 38.7L750 35.5L1000 45.2L1000 135.5L750 103.2L500 71L250 67.7Z"
    )
    assert chart.coming.passed == Dot("75.00%", "17.75%", is_at_edge=False)
    assert chart.coming.peaks == (Dot("50.00%", "19.35%", is_at_edge=False),)


@pytest.mark.parametrize(
    ("counts", "totals", "expected"),
    [
        ([300, 310], [310, 320], (LABEL_BELOW, False)),
        ([300, 310], [300, 305], (LABEL_BELOW, False)),
        ([300, 310], [320, 200], (LABEL_ABOVE, False)),  # of a line to come that falls
        ([400] * 120, [420, 200], (LABEL_BELOW, True)),  # of the limit too: before the dot
        ([340, *[400] * 119], [420, 200], (LABEL_BELOW + 14, True)),  # and below the past
        ([200, *[400] * 119], [420, 200], (LABEL_ABOVE, False)),  # unless the past is lower there
        ([400] * 119, [420, 200], (LABEL_ABOVE, False)),  # or too short for it
    ],
)
def test_label_stands_clear_of_lines(counts, totals, expected):
    coming = [Foreseen(0, total) for total in totals]

    chart = draw(counts, limit=500, coming=coming)

    assert (chart.label_dy, chart.label_is_before) == expected


def test_draw_makes_room_for_what_is_foreseen():
    chart = draw([400, 410], limit=500, coming=[Foreseen(400, 1_000)])

    assert chart.coming.line == "M500 124.1L1000 14.8"


@given(
    some.lists(some.integers(0, 50_000), min_size=2, max_size=400),
    some.none() | some.integers(0, 5_000),
)
def test_draw_stays_inside_its_frame(counts, limit):
    drawn = points(draw(counts, limit=limit).line)

    xs, ys = [x for x, _y in drawn], [y for _x, y in drawn]
    assert (xs[0], xs[-1], sorted(xs)) == (0, WIDTH, xs)
    assert 0 <= min(ys) <= max(ys) <= HEIGHT
    assert (ys[0] >= ys[-1]) == (counts[0] <= counts[-1]) or ys[0] == ys[-1]
