from datetime import date

import pytest

from accounts.models import AuditEvent, SeatLimit
from subscriptions import services
from subscriptions.items import AlreadySubscribed
from subscriptions.models import Invoice
from subscriptions.periods import Commitment
from subscriptions.tariffs import NoPrice
from tests import world

pytestmark = pytest.mark.django_db


def test_subscribe_bills_the_first_period_in_advance(ravel, told):
    subscription, invoice = world.subscribed(
        ravel, on=date(2026, 1, 31), code="equipe", options=("e-signature",)
    )

    assert told(invoice) == [
        ("plan:equipe", "period", "2026-01-31", "2026-02-28", "119.00"),
        ("option:e-signature", "period", "2026-01-31", "2026-02-28", "25.00"),
    ]
    assert (invoice.net_cents, invoice.vat_cents, invoice.gross_cents) == (14400, 2880, 17280)
    assert (invoice.number, invoice.due_on) == ("F2026-000001", date(2026, 3, 2))
    assert subscription.renews_on == date(2026, 2, 28)


@pytest.mark.parametrize(
    ("on", "cents"),
    [
        (date(2023, 7, 1), 99000),  # ten months of 99 €
        (date(2024, 9, 23), 99000),  # the eve of the new list
        (date(2024, 9, 24), 119000),
    ],
)
def test_subscribe_for_a_year_costs_ten_months_of_the_list_in_force(ravel, on, cents):
    _subscription, invoice = world.subscribed(ravel, on=on, commitment=Commitment.ANNUAL)

    assert invoice.net_cents == cents


def test_subscribe_writes_the_seats_of_the_plan_and_the_journal(ravel):
    world.subscribed(ravel, on=date(2026, 1, 31), code="indep-plus")

    limit = SeatLimit.objects.get(organization=ravel)
    assert (limit.trainers, limit.administrators) == (3, 2)
    assert AuditEvent.objects.filter(organization=ravel, action="subscribed").count() == 1


def test_subscribe_twice_is_refused_and_writes_nothing(ravel):
    _subscription, first = world.subscribed(ravel, on=date(2026, 1, 31))

    with pytest.raises(AlreadySubscribed):
        world.subscribed(ravel, on=date(2026, 1, 31), code="orga")

    assert list(ravel_invoices(ravel)) == [first]


def test_subscribe_refuses_a_plan_sold_on_quote(ravel):
    with pytest.raises(NoPrice):
        world.subscribed(ravel, on=date(2026, 1, 31), code="sur-mesure")

    assert not ravel_invoices(ravel).exists()


def test_subscribe_refuses_orga_plus_before_the_list_that_states_it(ravel):
    with pytest.raises(NoPrice):
        world.subscribed(ravel, on=date(2024, 9, 23), code="orga-plus")


def test_record_payment_never_takes_more_than_the_balance(ravel):
    _subscription, invoice = world.subscribed(ravel, on=date(2026, 1, 31))
    pay(invoice, 10000, "premier virement")

    with pytest.raises(services.ExceedsBalance):
        pay(invoice, 4281, "second virement")

    pay(invoice, 4280, "second virement")
    assert [payment.amount_cents for payment in invoice.payments.order_by("pk")] == [10000, 4280]


def pay(invoice, cents: int, reference: str):
    return services.record_payment(
        invoice=invoice, amount_cents=cents, received_on=date(2026, 2, 3), reference=reference
    )


def ravel_invoices(ravel):
    return Invoice.objects.for_organization(ravel)
