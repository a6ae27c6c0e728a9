"""What is owed: facts in, lines out, by example (R6, R9, R11)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from subscriptions.lines import CREDIT, Discount, Facts, Holding, Line, owed
from subscriptions.periods import Period
from subscriptions.spans import Span, entered_periods
from subscriptions.tariffs import Negotiated
from tests.subscriptions.pure_lives import ANNUAL, MONTHLY, book

LISTED = {
    ("S", MONTHLY): [(date(2023, 1, 1), 5400), (date(2026, 3, 1), 6000)],
    ("S", ANNUAL): [(date(2023, 1, 1), 54000)],
    ("M", MONTHLY): [(date(2023, 1, 1), 9900)],
    ("M", ANNUAL): [(date(2023, 1, 1), 99000)],
    ("sign", MONTHLY): [(date(2023, 1, 1), 1500)],
    ("sign", ANNUAL): [(date(2023, 1, 1), 15000)],
}


START, END = date(2026, 1, 31), date(2026, 2, 28)


MARCH_31_2025, APRIL_30_2025 = date(2025, 3, 31), date(2025, 4, 30)


FEBRUARY_10 = date(2026, 2, 10)  # 18 of 28 days are left


S = Holding("S", START, is_plan=True)


def told(lines: tuple[Line, ...]) -> list[tuple]:
    return [(line.component, line.kind, str(line.starts_on), line.net_cents) for line in lines]


def asked(
    *holdings: Holding,
    spans: tuple[Span, ...] = (Span(MONTHLY, START),),
    until: date = END,
    entering: Period | None = None,
    issued: tuple[Line, ...] = (),
    negotiated: tuple[Negotiated, ...] = (),
    discounts: tuple[Discount, ...] = (),
) -> tuple[Line, ...]:
    """Return what these facts ask for in all that was entered until a day."""
    return owed(
        Facts(spans, holdings, negotiated, discounts),
        book(LISTED),
        entered=entered_periods(spans, ending_after=date(2025, 1, 1), starting_before=until),
        issued=issued,
        entering=entering,
    )


FIRST = asked(S, entering=Period(START, END))


@pytest.mark.parametrize(
    ("holdings", "expected"),
    [
        pytest.param([S], [], id="nothing more for what was billed"),
        pytest.param(
            [Holding("S", START, FEBRUARY_10, is_plan=True), Holding("M", FEBRUARY_10)],
            [("S", "credit", "2026-02-10", -3471), ("M", "charge", "2026-02-10", 6364)],
            id="R6: a change now is 18/28 back and 18/28 more",
        ),
        pytest.param(
            [Holding("S", START, START, is_plan=True), Holding("M", START, is_plan=True)],
            [("S", "credit", "2026-01-31", -5400), ("M", "charge", "2026-01-31", 9900)],
            id="R6: on the first day, the whole period both ways",
        ),
        pytest.param(
            [S, Holding("sign", date(2026, 2, 27))],
            [("sign", "charge", "2026-02-27", 54)],
            id="R10: 1 of 28 days, 53.57 cents",
        ),
        pytest.param(
            [S, Holding("sign", FEBRUARY_10, END)],
            [("sign", "charge", "2026-02-10", 964)],
            id="R10: an option that ends with the period is not credited",
        ),
        pytest.param(
            [S, Holding("sign", FEBRUARY_10, date(2026, 2, 14))],
            [("sign", "charge", "2026-02-10", 964), ("sign", "credit", "2026-02-14", -750)],
            id="R10: one swallowed on the way is",
        ),
        pytest.param(
            [S, Holding("sign", FEBRUARY_10, FEBRUARY_10)], [], id="held for no day at all"
        ),
        pytest.param(
            [
                Holding("S", START, FEBRUARY_10, is_plan=True),
                Holding("M", FEBRUARY_10, FEBRUARY_10, is_plan=True),
                Holding("S", FEBRUARY_10, is_plan=True),
            ],
            [],
            id="there and back on one day is nothing",
        ),
    ],
)
def test_owed_is_the_difference_between_facts_and_documents(holdings, expected):
    assert told(asked(*holdings, issued=FIRST)) == expected


def test_a_period_is_credited_at_the_price_it_was_billed():
    billed = asked(S, spans=(Span(MONTHLY, START),), until=END, entering=Period(START, END))
    cheaper = Negotiated("S", MONTHLY, 100, START, date(2027, 1, 1))

    lines = asked(
        Holding("S", START, FEBRUARY_10, is_plan=True),
        Holding("M", FEBRUARY_10, is_plan=True),
        issued=billed,
        negotiated=(cheaper,),
    )

    assert told(lines)[0] == ("S", "credit", "2026-02-10", -3471)


def test_a_late_change_corrects_each_period_by_its_own_lines():
    billed = asked(S, until=date(2026, 4, 30))

    lines = asked(
        Holding("S", START, FEBRUARY_10, is_plan=True),
        Holding("M", FEBRUARY_10, is_plan=True),
        until=date(2026, 4, 30),
        issued=billed,
    )

    assert told(billed) == [
        ("S", "charge", "2026-01-31", 5400),
        ("S", "charge", "2026-02-28", 5400),
        ("S", "charge", "2026-03-31", 6000),  # the list of 1 March
    ]
    assert told(lines) == [
        ("S", "credit", "2026-02-10", -3471),
        ("M", "charge", "2026-02-10", 6364),
        ("S", "credit", "2026-02-28", -5400),
        ("M", "charge", "2026-02-28", 9900),
        ("S", "credit", "2026-03-31", -6000),
        ("M", "charge", "2026-03-31", 9900),
    ]


def test_monthly_to_annual_credits_the_month_and_opens_a_year():
    spans = (Span(MONTHLY, START, FEBRUARY_10), Span(ANNUAL, FEBRUARY_10))

    lines = asked(
        S,
        spans=spans,
        until=date(2027, 2, 10),
        issued=FIRST,
        entering=Period(FEBRUARY_10, date(2027, 2, 10)),
    )

    assert told(lines) == [
        ("S", "credit", "2026-02-10", -3471),
        ("S", "period", "2026-02-10", 54000),
    ]


def test_monthly_again_on_the_day_of_the_annual_bills_no_second_period_line():
    """R11: one `period` line for each component and period start, whatever was credited."""
    year = Period(START, date(2027, 1, 31))
    annual = asked(
        S, spans=(Span(ANNUAL, START),), until=year.ends_before, issued=FIRST, entering=year
    )

    again = asked(S, issued=(*FIRST, *annual), entering=Period(START, END))

    assert told(annual) == [
        ("S", "credit", "2026-01-31", -5400),
        ("S", "period", "2026-01-31", 54000),
    ]
    assert told(again) == [
        ("S", "credit", "2026-01-31", -54000),
        ("S", "charge", "2026-01-31", 5400),
    ]


def test_what_is_free_keeps_its_price_beside_a_credit_of_the_same_day():
    """There and back on one day for nothing: a price agreed since is for what follows."""
    free = Negotiated("S", MONTHLY, 0, START, date(2027, 1, 1))
    dearer = Negotiated("S", MONTHLY, 9000, START, date(2027, 1, 1))
    back = [
        Holding("S", START, FEBRUARY_10, is_plan=True),
        Holding("M", FEBRUARY_10, FEBRUARY_10, is_plan=True),
        Holding("S", FEBRUARY_10, is_plan=True),
    ]
    month = asked(S, negotiated=(free,), entering=Period(START, END))

    returned = asked(*back, issued=month, negotiated=(free,))

    assert told(returned) == [("S", "charge", "2026-02-10", 0)]
    assert asked(*back, issued=(*month, *returned), negotiated=(free, dearer)) == ()


def test_two_periods_that_end_on_one_day_are_told_apart():
    """From the 30th and from the 31st, both end on 30 April: 30 days of 31 are not 30 of 30."""
    march_30 = Span(MONTHLY, date(2025, 3, 30), MARCH_31_2025)
    march_31 = Span(MONTHLY, MARCH_31_2025)
    moved = [
        Holding("S", date(2025, 3, 30), MARCH_31_2025, is_plan=True),
        Holding("M", MARCH_31_2025, is_plan=True),
    ]
    old_month = asked(*moved, spans=(replace(march_30, ends_before=None),), until=APRIL_30_2025)

    lines = asked(*moved, spans=(march_30, march_31), until=APRIL_30_2025, issued=old_month)

    assert told(old_month)[-1] == ("M", "charge", "2025-03-31", 9581)  # 99 x 30/31
    assert told(lines) == [
        ("M", "credit", "2025-03-31", -9581),
        ("M", "charge", "2025-03-31", 9900),
    ]


def discount(starts_on: date, periods: int, percent: str = "10") -> Discount:
    return Discount(Decimal(percent), starts_on, periods)


@pytest.mark.parametrize(
    ("spans", "discounts", "cents"),
    [
        pytest.param(
            [Span(MONTHLY, START)],
            [discount(END, 1)],
            [5400, 4860, 6000],
            id="from its own first day on",
        ),
        pytest.param(
            [Span(MONTHLY, START)],
            [discount(START, 2, "33.33")],
            [3600, 3600, 6000],
            id="3600.18 on the full price",
        ),
        pytest.param(
            [Span(MONTHLY, START)],
            [discount(START, 3), discount(END, 1, "100")],
            [4860, 0, 5400],
            id="the latest wins while it lasts",
        ),
        pytest.param(
            [Span(ANNUAL, date(2025, 2, 28), date(2025, 3, 31)), Span(MONTHLY, date(2025, 3, 31))],
            [discount(date(2025, 4, 30), 1)],
            [54000, 5400, 4860],
            id="a year that was cut before it began takes none of its periods",
        ),
    ],
)
def test_a_discount_runs_for_the_periods_that_begin_since(spans, discounts, cents):
    first = spans[0].anchor_on

    lines = asked(
        Holding("S", first, is_plan=True),
        spans=tuple(spans),
        until=date(2025, 5, 30) if first.year == 2025 else date(2026, 4, 30),
        discounts=tuple(discounts),
    )

    assert [line.net_cents for line in lines if line.kind != CREDIT] == cents


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        pytest.param(
            [discount(START, 1)],
            [("S", "credit", "2026-01-31", -5400), ("S", "charge", "2026-01-31", 4860)],
            id="R18: credit and charge over the period billed before it was known",
        ),
        pytest.param(
            [discount(START, 1, "100")],
            [("S", "credit", "2026-01-31", -5400), ("S", "charge", "2026-01-31", 0)],
            id="free, and told so",
        ),
        pytest.param([discount(START, 1), discount(START, 1, "5")], [], id="never less of it"),
        pytest.param([discount(END, 1)], [], id="one that begins later changes nothing"),
    ],
)
def test_a_discount_agreed_late_reaches_what_was_billed_once(agreed, expected):
    before = (*FIRST, *asked(S, issued=FIRST, discounts=tuple(agreed[:-1])))

    corrections = asked(S, issued=before, discounts=tuple(agreed))

    assert told(corrections) == expected
    assert asked(S, issued=(*before, *corrections), discounts=tuple(agreed)) == ()


@pytest.mark.parametrize("on", [START, FEBRUARY_10])
def test_a_negotiated_price_counts_on_its_first_and_its_last_day(on):
    agreed = Negotiated("M", MONTHLY, 2800, on, on)
    plans = [Holding("S", START, on, is_plan=True), Holding("M", on, is_plan=True)]

    charge = asked(*plans, issued=FIRST, negotiated=(agreed,))[-1]

    assert charge.full_price_cents == 2800
    assert charge.price_list is None
