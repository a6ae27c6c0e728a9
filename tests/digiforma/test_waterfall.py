"""Bars that hang where the one before ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digiforma.waterfall import Bar, waterfall


def test_bars_go_from_one_count_to_the_other():
    fall = waterfall(100, [50, -100, 0])

    assert fall.first == Bar("50.0%", "0.0%")
    assert fall.changes == (Bar("50.0%", "46.0%"), Bar("4.0%", "92.0%"), Bar("4.0%", "0.0%"))
    assert fall.last == Bar("4.0%", "0.0%")


@pytest.mark.parametrize("changes", [[], [0], [0, 0]])
def test_nothing_changes_without_a_bar(changes):
    fall = waterfall(412, changes)

    assert fall.first == fall.last == Bar("4.0%", "0.0%")
    assert [bar.width for bar in fall.changes] == ["0.0%"] * len(changes)


@given(st.integers(0, 30_000), st.lists(st.integers(-30_000, 30_000), max_size=5))
def test_every_bar_stays_in_its_frame(before, changes):
    fall = waterfall(before, changes)

    for bar in (fall.first, *fall.changes, fall.last):
        left, width = float(bar.x.rstrip("%")), float(bar.width.rstrip("%"))
        assert left >= 4
        assert left + width <= 96.1
