from datetime import date

import pytest

from subscriptions.periods import (
    Commitment,
    Period,
    add_months,
    boundary,
    due_on,
    latest_request_on,
    number_on,
    period,
)

MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL


def test_commitments_count_one_and_twelve_months():
    assert [(commitment.value, commitment.months) for commitment in Commitment] == [
        ("monthly", 1),
        ("annual", 12),
    ]


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),  # short month
        (date(2026, 1, 31), 2, date(2026, 3, 31)),  # from the anchor, not from the step before
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 1, 31), 25, date(2028, 2, 29)),  # leap year
        (date(2025, 12, 31), 1, date(2026, 1, 31)),  # over the year
        (date(2025, 12, 30), 2, date(2026, 2, 28)),
        (date(2025, 12, 29), 2, date(2026, 2, 28)),
        (date(2025, 12, 28), 2, date(2026, 2, 28)),
        (date(2024, 2, 29), 1, date(2024, 3, 29)),  # not the month's end
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),  # 2100 is no leap year
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), -1, date(2025, 12, 31)),
        (date(9999, 1, 31), 11, date(9999, 12, 31)),
        (date(1, 12, 31), -11, date(1, 1, 31)),
    ],
)
def test_add_months_counts_from_the_anchor(anchor, months, expected):
    assert add_months(anchor, months) == expected


@pytest.mark.parametrize(
    ("anchor", "months"),
    [
        (date(9999, 12, 1), 1),
        (date(2026, 1, 1), 10**30),
        (date(1, 1, 31), -1),
        (date(2026, 1, 1), -(10**30)),
    ],
)
def test_add_months_refuses_to_leave_the_calendar(anchor, months):
    with pytest.raises(ValueError, match="outside the calendar"):
        add_months(anchor, months)


@pytest.mark.parametrize(
    ("anchor", "commitment", "expected"),
    [
        (
            date(2026, 1, 31),
            MONTHLY,
            [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)],
        ),
        (
            date(2024, 2, 29),
            ANNUAL,
            [
                date(2024, 2, 29),
                date(2025, 2, 28),
                date(2026, 2, 28),
                date(2027, 2, 28),
                date(2028, 2, 29),
            ],
        ),
        (
            date(2023, 11, 30),
            MONTHLY,
            [
                date(2023, 11, 30),
                date(2023, 12, 30),
                date(2024, 1, 30),
                date(2024, 2, 29),
                date(2024, 3, 30),
            ],
        ),
    ],
)
def test_boundaries_keep_the_anchor_day_after_a_short_month(anchor, commitment, expected):
    boundaries = [boundary(anchor, commitment, number) for number in range(len(expected))]

    assert boundaries == expected


def test_boundary_refuses_a_number_before_the_first():
    with pytest.raises(ValueError, match="no period -1"):
        boundary(date(2026, 1, 1), MONTHLY, -1)


def test_period_refuses_to_end_outside_the_calendar():
    with pytest.raises(ValueError, match="outside the calendar"):
        period(date(9999, 1, 1), ANNUAL, 0)


@pytest.mark.parametrize(
    ("anchor", "commitment", "number", "expected"),
    [
        (date(2026, 1, 31), MONTHLY, 0, Period(date(2026, 1, 31), date(2026, 2, 28))),
        (date(2026, 1, 31), MONTHLY, 1, Period(date(2026, 2, 28), date(2026, 3, 31))),
        (date(2024, 2, 29), ANNUAL, 0, Period(date(2024, 2, 29), date(2025, 2, 28))),
        (date(2024, 2, 29), ANNUAL, 3, Period(date(2027, 2, 28), date(2028, 2, 29))),
    ],
)
def test_period_runs_between_two_boundaries(anchor, commitment, number, expected):
    assert period(anchor, commitment, number) == expected


@pytest.mark.parametrize("ends_before", [date(2026, 1, 1), date(2025, 12, 31)])
def test_period_is_never_empty_nor_inverted(ends_before):
    with pytest.raises(ValueError, match="must end after its start"):
        Period(date(2026, 1, 1), ends_before)


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "days"),
    [
        (date(2026, 1, 31), date(2026, 2, 1), 1),
        (date(2026, 2, 1), date(2026, 3, 1), 28),
        (date(2024, 2, 1), date(2024, 3, 1), 29),
        (date(2026, 3, 23), date(2026, 3, 30), 7),  # 29 March lasts 23 hours
        (date(2026, 10, 19), date(2026, 10, 26), 7),  # 25 October lasts 25 hours
        (date(2024, 1, 1), date(2025, 1, 1), 366),
        (date(2025, 1, 1), date(2026, 1, 1), 365),
        (date(2024, 2, 29), date(2025, 2, 28), 365),
        (date(2027, 2, 28), date(2028, 2, 29), 366),
    ],
)
def test_a_day_counts_one_whatever_its_length(starts_on, ends_before, days):
    assert Period(starts_on, ends_before).days == days


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 3, 15), 31),  # the first day: all of it
        (date(2026, 3, 28), 18),
        (date(2026, 3, 29), 17),  # 23 hours
        (date(2026, 3, 30), 16),
        (date(2026, 4, 14), 1),  # the last day
    ],
)
def test_days_left_counts_the_day_itself(on, expected):
    assert Period(date(2026, 3, 15), date(2026, 4, 15)).days_left(on) == expected


@pytest.mark.parametrize("on", [date(2026, 3, 14), date(2026, 4, 15)])
def test_days_left_refuses_a_day_outside_the_period(on):
    with pytest.raises(ValueError, match="is outside"):
        Period(date(2026, 3, 15), date(2026, 4, 15)).days_left(on)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 3, 14), False),
        (date(2026, 3, 15), True),
        (date(2026, 4, 14), True),
        (date(2026, 4, 15), False),  # the next period's first day
    ],
)
def test_period_contains_its_first_day_and_not_its_end(on, expected):
    assert (on in Period(date(2026, 3, 15), date(2026, 4, 15))) is expected


def test_periods_sort_by_start_then_end():
    early = Period(date(2026, 1, 1), date(2026, 2, 1))
    long = Period(date(2026, 1, 1), date(2027, 1, 1))
    late = Period(date(2026, 1, 2), date(2026, 1, 3))

    assert sorted([late, long, early]) == [early, long, late]


@pytest.mark.parametrize(
    ("anchor", "commitment", "on", "expected"),
    [
        (date(2026, 1, 31), MONTHLY, date(2026, 1, 31), 0),
        (date(2026, 1, 31), MONTHLY, date(2026, 2, 27), 0),
        (date(2026, 1, 31), MONTHLY, date(2026, 2, 28), 1),
        (date(2026, 1, 31), MONTHLY, date(2026, 3, 30), 1),
        (date(2026, 1, 31), MONTHLY, date(2026, 3, 31), 2),
        (date(2024, 2, 29), ANNUAL, date(2025, 2, 27), 0),
        (date(2024, 2, 29), ANNUAL, date(2025, 2, 28), 1),
        (date(2024, 2, 29), ANNUAL, date(2028, 2, 28), 3),
        (date(2024, 2, 29), ANNUAL, date(2028, 2, 29), 4),
        (date(2026, 1, 31), MONTHLY, date(9999, 12, 31), 95687),  # whose end has no date
    ],
)
def test_number_on_finds_the_period_of_a_day(anchor, commitment, on, expected):
    assert number_on(anchor, commitment, on) == expected


def test_number_on_refuses_a_day_before_the_anchor():
    with pytest.raises(ValueError, match="before the anchor"):
        number_on(date(2026, 1, 31), MONTHLY, date(2026, 1, 30))


@pytest.mark.parametrize(
    ("renews_on", "expected"),
    [
        (date(2026, 3, 31), date(2026, 3, 23)),  # over the clock change
        (date(2026, 3, 5), date(2026, 2, 25)),
        (date(2024, 3, 5), date(2024, 2, 26)),
        (date(2026, 1, 1), date(2025, 12, 24)),
    ],
)
def test_a_change_is_best_asked_eight_days_before_the_anniversary(renews_on, expected):
    assert latest_request_on(renews_on) == expected


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        (date(2025, 1, 31), date(2025, 3, 2)),  # thirty days, not one month
        (date(2024, 1, 31), date(2024, 3, 1)),
        (date(2026, 10, 20), date(2026, 11, 19)),  # over the clock change
    ],
)
def test_a_transfer_is_due_thirty_days_after_issue(issued_on, expected):
    assert due_on(issued_on) == expected


@pytest.mark.parametrize(("rule", "day"), [(latest_request_on, date.min), (due_on, date.max)])
def test_dates_outside_the_calendar_are_refused_by_name(rule, day):
    with pytest.raises(ValueError, match="outside the calendar"):
        rule(day)
