"""What is owed, in euro cents before VAT: exact fractions, each line rounded once (R1)."""

from decimal import Decimal
from fractions import Fraction

INVOICING_MINIMUM_CENTS = 50  # with VAT (R13)
RECOVERY_FEE_CENTS = 4000  # indemnité forfaitaire de recouvrement, once an invoice (R16)
DAYS_IN_YEAR_OF_INTEREST = 365  # leap years too (R16)


def round_half_away(amount: Fraction) -> int:
    """Return the nearest integer, a half going away from zero: 0.5 is 1 and -0.5 is -1."""
    numerator, denominator = abs(amount).as_integer_ratio()
    rounded = (2 * numerator + denominator) // (2 * denominator)
    return rounded if amount >= 0 else -rounded


def prorate(price_cents: int, *, days: int, days_in_period: int) -> int:
    """Return the part of a period's price owed for some of its days (R6, R10).

    Rounded once, half away from zero: 100 for 1 day of 3 is 33.
    Raises ValueError unless 0 <= days <= days_in_period and the period has a day.
    """
    if not 0 <= days <= days_in_period or days_in_period == 0:
        raise ValueError(f"{days} days of a period of {days_in_period}")
    if days == days_in_period:
        return price_cents
    return round_half_away(Fraction(price_cents * days, days_in_period))


def discounted(price_cents: int, *, percent: Fraction | Decimal | int) -> int:
    """Return the full price net of a discount, rounded to the cent before any share (R6).

    Raises ValueError unless 0 <= percent <= 100.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a discount of {percent} %")
    return round_half_away(price_cents * (100 - Fraction(percent)) / 100)


def is_downgrade(old_list_price_cents: int | None, new_list_price_cents: int | None) -> bool:
    """Say whether the new plan is cheaper, by full-period list price at one commitment (R7).

    None is a plan sold on quote, which no list states: it stands above those that have a price.
    """
    if old_list_price_cents is None or new_list_price_cents is None:
        return new_list_price_cents is not None
    return new_list_price_cents < old_list_price_cents


def below_invoicing_minimum(gross_cents: int) -> bool:
    """Say whether a charge, VAT included, is too small to be invoiced alone (R13).

    A negative sum is not a charge but a credit note (R6), and never waits.
    """
    return 0 <= gross_cents < INVOICING_MINIMUM_CENTS


def late_interest(balance_cents: int, *, rate: Fraction, days: int) -> int:
    """Return the simple interest on an unpaid balance, VAT included, for one segment (R16).

    `rate` is the yearly rate as a part of 1: 15 % is Fraction(15, 100). No VAT on the result.
    Raises ValueError for a negative balance, rate or number of days.
    """
    if balance_cents < 0 or rate < 0 or days < 0:
        raise ValueError(f"interest on {balance_cents} cents at {rate} for {days} days")
    return round_half_away(balance_cents * Fraction(rate) * days / DAYS_IN_YEAR_OF_INTEREST)
