"""What lateness costs: a rule of plain values, then the same on real rows (R16)."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import override_settings

from subscriptions import selectors, services
from subscriptions.credit_notes import cancel_document
from subscriptions.lateness import Payable, late_fees, payable, rate_on
from subscriptions.mentions import document_of
from tests import world

DUE = date(2026, 3, 2)


def told(fees) -> tuple | None:
    return fees and (
        [
            (segment.balance_cents, segment.days, segment.interest_cents)
            for segment in fees.segments
        ],
        fees.total_cents,
    )


@pytest.mark.parametrize(
    ("payments", "on", "expected"),
    [
        ([], date(2026, 3, 2), None),  # the due date itself is in time
        ([], date(2026, 3, 3), ([(14280, 1, 6)], 4006)),
        ([], date(2026, 3, 12), ([(14280, 10, 59)], 4059)),  # 58.68
        ([(date(2026, 3, 2), 14280)], date(2026, 4, 1), None),
        ([(date(2026, 2, 20), 4280)], date(2026, 3, 12), ([(10000, 10, 41)], 4041)),
        (  # each segment is rounded by itself: 58.68 and 20.55 together would be 79
            [(date(2026, 3, 12), 4280)],
            date(2026, 3, 17),
            ([(14280, 10, 59), (10000, 5, 21)], 4080),
        ),
        ([(date(2026, 3, 12), 14280)], date(2026, 12, 31), ([(14280, 10, 59)], 4059)),  # stops
        ([(date(2026, 3, 20), 14280)], date(2026, 3, 12), ([(14280, 10, 59)], 4059)),  # to come
        (  # out of order, two on one day
            [(date(2026, 3, 12), 4280), (date(2026, 3, 5), 5000), (date(2026, 3, 12), 5000)],
            date(2026, 6, 1),
            ([(14280, 3, 18), (9280, 7, 27)], 4045),
        ),
    ],
)
def test_late_fees_are_simple_interest_by_segment_and_forty_euros_once(payments, on, expected):
    fees = late_fees(14280, payments, due_on=DUE, percent=Decimal("15"), on=on)

    assert told(fees) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2022, 1, 1), "12"),  # before the first one, the first
        (date(2023, 1, 1), "12"),
        (date(2025, 12, 31), "12"),
        (date(2026, 1, 1), "15"),
    ],
)
def test_rate_on_is_the_latest_in_force(on, expected):
    rates = [(date(2026, 1, 1), Decimal(15)), (date(2023, 1, 1), Decimal(12))]

    assert rate_on(rates, on) == Decimal(expected)


@pytest.mark.parametrize(
    ("amounts", "on", "expected"),
    [
        ((10000, 0, 0), DUE, Payable.DUE),
        ((10000, 0, 0), date(2026, 3, 3), Payable.LATE),
        ((10000, 0, 9999), date(2026, 3, 3), Payable.LATE),
        ((10000, 0, 10000), date(2026, 3, 3), Payable.PAID),
        ((10000, 4000, 6000), date(2026, 3, 3), Payable.PAID),
        ((10000, 10000, 0), date(2026, 3, 3), Payable.SETTLED_BY_CREDIT),
        ((0, 0, 0), date(2026, 3, 3), Payable.PAID),  # wholly discounted
        ((-10000, 0, 0), date(2026, 3, 3), Payable.CREDIT_NOTE),
    ],
)
def test_payable_says_where_a_document_stands(amounts, on, expected):
    gross, credit, paid = amounts

    assert (
        payable(gross_cents=gross, credit_used_cents=credit, paid_cents=paid, due_on=DUE, on=on)
        == expected
    )


@pytest.mark.django_db
def test_late_fees_of_an_invoice_use_the_rate_of_its_issue_date(ravel):
    _subscription, invoice = world.subscribed(ravel, on=date(2026, 1, 31))
    services.record_payment(
        invoice=invoice, amount_cents=4280, received_on=date(2026, 3, 12), reference="virement"
    )

    rates = ((date(2023, 1, 1), Decimal(15)), (date(2026, 2, 1), Decimal(30)))
    with override_settings(LATE_INTEREST_RATES=rates):
        fees = selectors.late_fees(invoice, date(2026, 3, 17))
        shown = document_of(invoice.pk, on=date(2026, 3, 17))

    assert told(fees) == ([(14280, 10, 59), (10000, 5, 21)], 4080)
    assert (shown.late_ratio, shown.late_fees) == (Decimal("0.15"), fees)


@pytest.mark.django_db
def test_a_credit_note_bears_no_late_fee(ravel):
    _subscription, invoice = world.subscribed(ravel, on=date(2026, 1, 31))
    credit_note = cancel_document(invoice_id=invoice.pk, on=date(2026, 1, 31), reason="erreur")

    assert selectors.late_fees(credit_note, date(2027, 1, 31)) is None
