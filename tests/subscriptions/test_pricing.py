from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscriptions.periods import Commitment, period
from subscriptions.pricing import (
    RECOVERY_FEE_CENTS,
    below_invoicing_minimum,
    discounted,
    is_downgrade,
    late_interest,
    prorate,
    round_half_away,
)
from tests.proving import examples

proved = settings(max_examples=examples(100, 10_000), deadline=None)
prices = st.integers(0, 10_000_000)
signed_prices = st.integers(-10_000_000, 10_000_000)
periods = st.builds(
    period,
    st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    st.sampled_from(Commitment),
    st.integers(0, 600),
)


@st.composite
def parts_of_a_period(draw):
    """The lengths in days of the parts that changes on some days cut a period into."""
    days = draw(periods).days
    cuts = sorted(draw(st.sets(st.integers(1, days - 1), max_size=12)))
    return [end - start for start, end in zip([0, *cuts], [*cuts, days], strict=True)]


@st.composite
def days_of_a_period(draw):
    whole = draw(periods)
    return whole, whole.starts_on + timedelta(days=draw(st.integers(0, whole.days - 1)))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Fraction(0), 0),
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),  # half to even would be 2
        (Fraction(-5, 2), -3),
        (Fraction(499, 1000), 0),
        (Fraction(-499, 1000), 0),
        (Fraction(501, 1000), 1),
        (Fraction(-501, 1000), -1),
        (Fraction(10**30 * 2 + 1, 2), 10**30 + 1),  # beyond what a float holds
        (7, 7),
    ],
)
def test_a_half_is_rounded_away_from_zero(amount, expected):
    assert round_half_away(amount) == expected


@pytest.mark.parametrize(
    ("price_cents", "days", "days_in_period", "expected"),
    [
        (100, 1, 3, 33),
        (100, 2, 3, 67),
        (1, 1, 2, 1),  # half a cent
        (-1, 1, 2, -1),
        (1, 14, 31, 0),
        (1, 16, 31, 1),
        (5400, 0, 31, 0),
        (5400, 31, 31, 5400),
        (5400, 17, 28, 3279),  # 3278.57
        (9900, 10, 29, 3414),  # February of a leap year
        (54000, 366, 366, 54000),
        (54000, 1, 365, 148),  # 147.95
        (54000, 1, 366, 148),  # 147.54
        (0, 3, 31, 0),
    ],
)
def test_prorate_rounds_the_share_once(price_cents, days, days_in_period, expected):
    assert prorate(price_cents, days=days, days_in_period=days_in_period) == expected


@pytest.mark.parametrize(("days", "days_in_period"), [(-1, 31), (32, 31), (0, 0), (0, -1)])
def test_prorate_refuses_days_outside_the_period(days, days_in_period):
    with pytest.raises(ValueError, match="days of a period"):
        prorate(5400, days=days, days_in_period=days_in_period)


@pytest.mark.parametrize(
    ("price_cents", "percent", "expected"),
    [
        (5400, 0, 5400),
        (5400, 100, 0),
        (5400, 10, 4860),
        (1, 50, 1),  # half a cent stays owed
        (-1, 50, -1),
        (5, 50, 3),
        (9999, Fraction(100, 3), 6666),
        (5400, Decimal("12.50"), 4725),
        (5400, Decimal("0.01"), 5399),  # 5399.46
    ],
)
def test_a_discount_leaves_a_price_rounded_to_the_cent(price_cents, percent, expected):
    assert discounted(price_cents, percent=percent) == expected


@pytest.mark.parametrize("percent", [-1, 101, Fraction(-1, 100), Decimal("100.01")])
def test_a_discount_is_between_nothing_and_everything(percent):
    with pytest.raises(ValueError, match="a discount of"):
        discounted(5400, percent=percent)


def test_the_discounted_price_is_rounded_before_its_share():
    price_cents = discounted(101, percent=50)

    assert price_cents == 51
    assert prorate(price_cents, days=15, days_in_period=30) == 26  # 25 from 50.5 unrounded


@pytest.mark.parametrize(
    ("old_list_price_cents", "new_list_price_cents", "expected"),
    [
        (5400, 9900, False),
        (9900, 5400, True),
        (5400, 5400, False),
        (5400, 5399, True),
        (9900, None, False),  # sold on quote, above every price
        (None, 9900, True),
        (None, None, False),
    ],
)
def test_only_a_cheaper_plan_is_a_downgrade(old_list_price_cents, new_list_price_cents, expected):
    assert is_downgrade(old_list_price_cents, new_list_price_cents) is expected


@pytest.mark.parametrize(
    ("gross_cents", "expected"),
    [(0, True), (1, True), (49, True), (50, False), (51, False), (-1, False), (-5000, False)],
)
def test_only_a_charge_under_fifty_cents_waits(gross_cents, expected):
    assert below_invoicing_minimum(gross_cents) is expected


@pytest.mark.parametrize(
    ("balance_cents", "rate", "days", "expected"),
    [
        (6480, Fraction(15, 100), 0, 0),
        (6480, Fraction(15, 100), 1, 3),  # 2.66
        (6480, Fraction(15, 100), 31, 83),  # 82.55
        (100000, Fraction(1215, 10000), 365, 12150),
        (100000, Fraction(1215, 10000), 366, 12183),  # a year is 365 days in leap years too
        (365, Fraction(1, 2), 1, 1),  # half a cent
        (0, Fraction(15, 100), 400, 0),
    ],
)
def test_late_interest_is_simple_and_rounded(balance_cents, rate, days, expected):
    assert late_interest(balance_cents, rate=rate, days=days) == expected


@pytest.mark.parametrize(
    ("balance_cents", "rate", "days"),
    [(-1, Fraction(15, 100), 1), (6480, Fraction(-1, 100), 1), (6480, Fraction(15, 100), -1)],
)
def test_late_interest_refuses_what_is_not_late(balance_cents, rate, days):
    with pytest.raises(ValueError, match="interest on"):
        late_interest(balance_cents, rate=rate, days=days)


def test_the_recovery_fee_is_forty_euros():
    assert RECOVERY_FEE_CENTS == 4000


@proved
@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_agrees_with_the_decimal_module(numerator, denominator):
    with localcontext(prec=60):
        expected = (Decimal(numerator) / denominator).to_integral_value(ROUND_HALF_UP)

    assert round_half_away(Fraction(numerator, denominator)) == expected


@proved
@given(st.fractions(max_denominator=1000))
def test_rounding_mirrors_the_sign(amount):
    assert round_half_away(-amount) == -round_half_away(amount)


@proved
@given(signed_prices, parts_of_a_period())
def test_the_shares_of_a_period_miss_its_price_by_half_a_cent_a_part(price_cents, parts):
    days = sum(parts)

    shares = [prorate(price_cents, days=part, days_in_period=days) for part in parts]

    assert abs(sum(shares) - price_cents) <= Fraction(len(parts), 2)


@proved
@given(signed_prices, days_of_a_period())
def test_a_share_mirrors_the_sign_of_its_price(price_cents, day):
    whole, on = day
    days = whole.days_left(on)

    share = prorate(price_cents, days=days, days_in_period=whole.days)

    assert prorate(-price_cents, days=days, days_in_period=whole.days) == -share
    assert abs(share) <= abs(price_cents)


@proved
@given(prices, periods, st.data())
def test_a_segment_is_never_credited_more_than_it_was_billed(price_cents, whole, data):
    days = st.dates(whole.starts_on, whole.ends_before - timedelta(days=1))
    opened_on, closed_on = sorted([data.draw(days), data.draw(days)])

    billed_cents, given_back_cents = (
        prorate(price_cents, days=whole.days_left(on), days_in_period=whole.days)
        for on in (opened_on, closed_on)
    )

    assert given_back_cents <= billed_cents


@proved
@given(prices, st.fractions(0, 100, max_denominator=100))
def test_a_discount_and_its_rest_miss_the_price_by_a_cent_at_most(price_cents, percent):
    kept = discounted(price_cents, percent=percent)
    given_away = discounted(price_cents, percent=100 - percent)

    assert 0 <= kept + given_away - price_cents <= 1  # both halves of a cent go up
