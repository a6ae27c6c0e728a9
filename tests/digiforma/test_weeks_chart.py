import pytest

from digiforma.weeks_chart import bars


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([None, None], ["0.00%", "0.00%"]),
        ([50, None, 200], ["25.00%", "0.00%", "100.00%"]),
        ([1, 1_000], ["2.00%", "100.00%"]),  # the least is seen
        ([0, 0], ["2.00%", "2.00%"]),  # answered at once, every week
    ],
)
def test_bars_are_as_high_as_their_delay(values, expected):
    drawn = bars(values)

    assert [bar.height for bar in drawn] == expected


def test_bars_stand_on_the_ground_side_by_side():
    drawn = bars([1, 2, 3, None])

    assert all(float(bar.y[:-1]) + float(bar.height[:-1]) == 100 for bar in drawn)
    assert [bar.x for bar in drawn] == ["3.75%", "28.75%", "53.75%", "78.75%"]
    assert {bar.width for bar in drawn} == {"17.50%"}
