from datetime import date
from threading import Thread

import pytest
from django.db import connections

from accounts.tenancy import staff_context
from subscriptions import items
from subscriptions.account_credit import balance
from subscriptions.credit_notes import credit_days
from subscriptions.models import AccountCredit, CreditUse, Invoice, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_now
from subscriptions.renewal import renew
from tests import world
from tests.subscriptions.watch import unsound

START, END = date(2026, 1, 31), date(2026, 2, 28)
MARCH_31 = date(2026, 3, 31)


@pytest.fixture
def subscription(ravel) -> Subscription:
    return world.subscribed(ravel, on=START)[0]


def gesture(subscription: Subscription, days: int, on: date = date(2026, 2, 10)) -> Invoice:
    return credit_days(subscription_id=subscription.pk, days=days, on=on, reason="panne")


def uses(invoice: Invoice) -> list[tuple[str, int]]:
    """Return which credit notes settled an invoice, and by how much, the first used first."""
    rows = CreditUse.objects.filter(invoice=invoice).order_by("credit__pk")
    return list(rows.values_list("credit__credit_note__number", "amount_cents"))


def test_a_credit_settles_the_next_invoice_and_no_earlier_one(subscription):
    first = subscription.invoices.get()
    credit_note = gesture(subscription, 7)  # 29.75, 35.70 with VAT

    renewal = renew(subscription_id=subscription.pk, on=END)

    first.refresh_from_db()
    assert (first.credit_used_cents, first.to_pay_cents) == (0, 14280)
    assert uses(renewal) == [(credit_note.number, 3570)]
    assert (renewal.credit_used_cents, renewal.to_pay_cents) == (3570, 14280 - 3570)
    assert balance(subscription.organization) == 0


def test_a_credit_is_no_line_and_no_vat(subscription):
    gesture(subscription, 7)

    renewal = renew(subscription_id=subscription.pk, on=END)

    assert renewal.lines.count() == 1
    assert (renewal.net_cents, renewal.vat_cents, renewal.gross_cents) == (11900, 2380, 14280)


def test_the_oldest_credit_is_used_first(subscription):
    old, new = gesture(subscription, 2), gesture(subscription, 3)

    small = items.add_items(
        subscription_id=subscription.pk,
        components=[world.option("e-signature")],
        on=date(2026, 2, 14),
        operation="take",
    )  # 12.50, 15.00 with VAT
    renewal = renew(subscription_id=subscription.pk, on=END)

    assert uses(small) == [(old.number, 1020), (new.number, 480)]
    assert uses(renewal) == [(new.number, 1530 - 480)]
    assert balance(subscription.organization) == 0


def test_a_credit_larger_than_an_invoice_is_used_up_over_several(subscription):
    for _month in range(2):
        gesture(subscription, 14)  # the whole month, in two halves
    extra = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("indep-plus"), override=True),
        on=date(2026, 2, 27),
        operation="down",
    )
    left = balance(subscription.organization)

    invoices = [
        renew(subscription_id=subscription.pk, on=on)
        for on in (END, MARCH_31, date(2026, 4, 30), date(2026, 5, 31))
    ]

    assert extra.kind == "invoice"  # nothing was left to give back on the old plan
    assert [invoice.to_pay_cents for invoice in invoices] == [
        0,
        2 * 7080 - left,
        7080,
        7080,
    ]
    assert balance(subscription.organization) == 0
    assert unsound(subscription.seller, today=date(2026, 5, 31)) == []


def test_a_staff_override_leaves_its_credit_note_on_the_account(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START, code="orga")

    credit_note = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("equipe"), override=True),
        on=date(2026, 2, 14),
        operation="down",
    )

    assert (credit_note.kind, credit_note.net_cents) == ("credit_note", -6000)
    credit = AccountCredit.objects.get()
    assert (credit.credit_note, credit.amount_cents) == (credit_note, 7200)
    assert renew(subscription_id=subscription.pk, on=END).to_pay_cents == 14280 - 7200


def test_annual_to_monthly_by_staff_pays_the_months_to_come(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START, commitment=Commitment.ANNUAL)

    credit_note = change_now(
        subscription_id=subscription.pk,
        change=Change(commitment=Commitment.MONTHLY, override=True),
        on=date(2026, 2, 28),
        operation="monthly",
    )

    assert credit_note.net_cents == 11900 - 109871  # 1190 x 337/365, less the month begun
    assert renew(subscription_id=subscription.pk, on=date(2026, 3, 28)).to_pay_cents == 0


def test_a_credit_never_settles_a_neighbour(ravel, subscription):
    gesture(subscription, 28)
    neighbour = world.organization("Atelier", "atelier", owner=world.person("Charlie"))

    _subscription, invoice = world.subscribed(neighbour, on=date(2026, 2, 14))

    assert invoice.credit_used_cents == 0
    assert balance(neighbour) == 0


def seed_credit():
    with staff_context():
        world.put_on_sale()
        subscription, _invoice = world.subscribed(world.organization(), on=START)
        gesture(subscription, 14)


@pytest.mark.seeded(by=seed_credit)
def test_two_orders_at_once_use_a_credit_once(committed_db):
    failures = []

    def order(code: str) -> None:
        try:
            with staff_context():
                items.add_items(
                    subscription_id=Subscription.objects.get().pk,
                    components=[world.option(code)],
                    on=date(2026, 2, 10),
                    operation=f"take {code}",
                )
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    orders = [Thread(target=order, args=[code]) for code in ("advanced-elearning", "api-access")]
    for thread in orders:
        thread.start()
    for thread in orders:
        thread.join()

    assert failures == []
    with staff_context():
        used = sum(Invoice.objects.values_list("credit_used_cents", flat=True))
        assert used == 2 * 3008  # 39 x 18/28, with VAT, both of them
        assert balance(Subscription.objects.get().organization) == 7140 - used
