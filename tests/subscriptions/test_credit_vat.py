"""What is given back keeps its VAT; the sum with VAT names the document (R6, R12)."""

from datetime import date

import pytest

from subscriptions import agreements
from subscriptions.account_credit import balance
from tests import world
from tests.subscriptions.corrections import END, FEBRUARY_14, START, cancel, move, upgrade
from tests.subscriptions.watch import unsound

pytestmark = pytest.mark.django_db


def test_a_credit_keeps_the_vat_of_its_charge_when_the_customer_has_moved(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    changed = upgrade(subscription, "orga", date(2026, 2, 10))
    move(ravel, "97400")

    further = upgrade(subscription, "leader", FEBRUARY_14)
    credit_note = cancel(further, FEBRUARY_14)

    assert changed.vat_totals[0]["rate"] == "20.00"
    assert further.vat_totals == [
        {"rate": "20.00", "base_cents": -11950, "amount_cents": -2390},
        {"rate": "8.50", "base_cents": 23950, "amount_cents": 2036},
    ]
    assert credit_note.vat_totals == [
        {"rate": "20.00", "base_cents": 11950, "amount_cents": 2390},
        {"rate": "8.50", "base_cents": -23950, "amount_cents": -2036},
    ]
    assert unsound(subscription.seller, today=FEBRUARY_14) == []


@pytest.mark.parametrize(
    ("billed_in", "moved_to", "codes", "cents", "expected"),
    [
        # 119 € at 20 % given back, 125 € at 0 % charged: 17.80 € are owed to the customer
        ("75001", "97300", ("equipe", "orga"), 12500, ("credit_note", 600, -1780, 1780)),
        # 239 € at 0 % given back, 220 € at 20 % charged: 25 € are owed by the customer
        ("97300", "75001", ("orga", "equipe"), 22000, ("invoice", -1900, 2500, 0)),
    ],
)
def test_what_is_owed_with_vat_makes_an_invoice_or_a_credit_note(
    ravel, billed_in, moved_to, codes, cents, expected
):
    """R6: with two rates in one document, the sum before VAT may have the other sign."""
    move(ravel, billed_in)
    subscription, _invoice = world.subscribed(ravel, on=START, code=codes[0])
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan(codes[1]),
            amount_cents=cents,
            first_on=START,
            last_on=END,
        ),
        reason="accord",
    )
    move(ravel, moved_to)

    document = upgrade(subscription, codes[1], START, override=True)

    assert (document.kind, document.net_cents, document.gross_cents, balance(ravel)) == expected
    assert unsound(subscription.seller, today=START) == []
