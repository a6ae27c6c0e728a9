from datetime import date

from support import comparison
from support.refusals import refusal_text
from tests.support.conftest import RENEWS_ON, TODAY


def ways(desk, *, on: date = TODAY, **wish) -> dict:
    found = comparison.ways(desk.ravel, desk.wish(**wish), on=on, told=refusal_text)
    return {way.key: way for way in found}


def figures(way) -> tuple:
    return (
        [(bill.on, bill.net_cents) for bill in way.bills],
        way.due_today and way.due_today.gross_cents,
        way.year_cents,
        way.saved_cents,
        way.committed_until,
    )


def test_the_four_ways_to_a_larger_plan(staff):
    found = ways(staff, options=("custom-fields",))

    assert {key: figures(way) for key, way in found.items()} == {
        "term-monthly": (
            [
                (RENEWS_ON, 283_00),
                (date(2027, 1, 9), 283_00),
                (date(2027, 2, 9), 283_00),
            ],
            None,
            12 * 283_00,
            0,
            None,
        ),
        "now-monthly": (
            [(TODAY, 72_00), (RENEWS_ON, 283_00), (date(2027, 1, 9), 283_00)],
            86_40,
            12 * 283_00,
            0,
            None,
        ),
        "term-annual": (
            [
                (RENEWS_ON, 2830_00),
                (date(2027, 12, 9), 2830_00),
                (date(2028, 12, 9), 2830_00),
            ],
            None,
            2830_00,
            566_00,
            date(2027, 12, 8),
        ),
        "now-annual": (
            [
                (TODAY, 2751_06),
                (date(2027, 11, 23), 2830_00),
                (date(2028, 11, 23), 2830_00),
            ],
            3301_27,
            2830_00,
            566_00,
            date(2027, 11, 22),
        ),
    }
