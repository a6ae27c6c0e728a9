from datetime import date

import pytest

from subscriptions.periods import Commitment
from subscriptions.tariffs import Negotiated, NoPrice, Price, PriceBook

MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL
OLD, NEW = date(2023, 7, 1), date(2024, 9, 24)
BOOK = PriceBook(
    {
        ("equipe", MONTHLY): ((NEW, Price(11900, "new")), (OLD, Price(9900, "old"))),
        ("equipe", ANNUAL): ((NEW, Price(119000, "new")), (OLD, Price(99000, "old"))),
        ("orga-plus", MONTHLY): ((NEW, Price(35900, "new")),),
    }
)


@pytest.mark.parametrize(
    ("on", "since"), [(OLD, OLD), (date(2024, 9, 23), OLD), (NEW, NEW), (date(2099, 1, 1), NEW)]
)
def test_the_list_in_force_says_since_when(on, since):
    assert BOOK.in_force_since(on) == since


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (OLD, Price(9900, "old")),
        (date(2024, 9, 23), Price(9900, "old")),  # the eve
        (NEW, Price(11900, "new")),  # the day itself
        (date(2099, 1, 1), Price(11900, "new")),
    ],
)
def test_the_latest_list_in_force_wins(on, expected):
    assert BOOK.price("equipe", MONTHLY, on) == expected


@pytest.mark.parametrize(
    ("component", "commitment", "on"),
    [
        ("equipe", MONTHLY, date(2023, 6, 30)),  # before any list
        ("orga-plus", MONTHLY, date(2024, 9, 23)),  # before the list that states it
        ("orga-plus", ANNUAL, NEW),  # stated for another commitment
        ("sur-mesure", MONTHLY, NEW),  # stated nowhere
    ],
)
def test_what_no_list_in_force_states_has_no_price(component, commitment, on):
    with pytest.raises(NoPrice) as refusal:
        BOOK.price(component, commitment, on)

    assert refusal.value.component == component


def test_what_a_later_list_does_not_mention_keeps_its_last_price():
    book = PriceBook(
        {
            ("equipe", MONTHLY): ((OLD, Price(9900, "old")),),
            ("orga", MONTHLY): ((NEW, Price(23900, "new")), (OLD, Price(19900, "old"))),
        }
    )

    assert book.price("equipe", MONTHLY, NEW) == Price(9900, "old")


def agreed(
    cents: int,
    first_on: date = NEW,
    last_on: date = date(2024, 12, 31),
    *,
    component: str = "equipe",
    commitment: Commitment = MONTHLY,
) -> Negotiated:
    return Negotiated(component, commitment, cents, first_on, last_on)


@pytest.mark.parametrize(
    ("negotiated", "on", "cents"),
    [
        ([agreed(5000)], NEW, 5000),  # its first day
        ([agreed(5000)], date(2024, 12, 31), 5000),  # its last day, included
        ([agreed(5000)], date(2024, 9, 23), 9900),
        ([agreed(5000)], date(2025, 1, 1), 11900),
        ([agreed(20000)], NEW, 20000),  # dearer than the list, it still beats it
        ([agreed(0)], NEW, 0),  # free is a price
        ([agreed(5000, commitment=ANNUAL)], NEW, 11900),  # for the other commitment
        ([agreed(5000, component="orga")], NEW, 11900),  # for another plan
        ([agreed(5000), agreed(6000)], NEW, 6000),  # the last one agreed
        ([agreed(5000), agreed(6000, first_on=date(2024, 10, 1))], NEW, 5000),
    ],
)
def test_a_negotiated_price_beats_the_list_on_its_days(negotiated, on, cents):
    assert BOOK.price("equipe", MONTHLY, on, tuple(negotiated)).amount_cents == cents


def test_a_negotiated_price_has_no_list_and_sells_what_no_list_states():
    quoted = agreed(99900, component="sur-mesure")

    assert BOOK.price("sur-mesure", MONTHLY, NEW, (quoted,)) == Price(99900, None)


def test_the_list_price_ignores_what_was_negotiated():
    """R7 compares list prices."""
    assert BOOK.listed_price("equipe", MONTHLY, NEW) == Price(11900, "new")
