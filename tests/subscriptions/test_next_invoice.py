"""What is announced is what renewal issues, to the cent, line by line."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts import services as accounts
from subscriptions import selectors
from subscriptions.models import (
    AccountCredit,
    BillingIdentity,
    Invoice,
)
from subscriptions.next_invoice import NextInvoice, awaits_gate, next_invoice
from subscriptions.plan_changes import cancel_at_term
from subscriptions.renewal import renew
from subscriptions.standing import Standing, standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from tests import world
from tests.proving import examples
from tests.subscriptions.before_renewal import (
    ANNUAL,
    DEEDS,
    MONTHLY,
    OPTIONS,
    START,
    ends_an_option,
    nothing,
    takes_an_option,
    waits,
)


def stands(organization, on: date) -> Standing:
    return standing(organization, on)


def coming(organization, on: date) -> NextInvoice | None:
    now = stands(organization, on)
    usage = selectors.usage(organization, now.renews_on) if awaits_gate(now) else None
    return next_invoice(now, usage)


def announced(invoice: NextInvoice) -> dict:
    return {
        "days": {(invoice.starts_on, invoice.ends_before)},
        "lines": [(line.component, line.net_cents) for line in invoice.lines],
        "totals": (
            invoice.net_cents,
            invoice.vat_cents,
            invoice.gross_cents,
            invoice.to_pay_cents,
        ),
        "vat": [
            (str(total.rate), total.base_cents, total.amount_cents) for total in invoice.vat_totals
        ],
        "ground": invoice.vat_ground,
    }


def issued(invoice: Invoice) -> dict:
    lines = list(invoice.lines.order_by("position"))
    return {
        "days": {(line.starts_on, line.ends_before) for line in lines if line.kind == "period"},
        "lines": [(line.component_id, line.net_cents) for line in lines],
        "totals": (
            invoice.net_cents,
            invoice.vat_cents,
            invoice.gross_cents,
            invoice.to_pay_cents,
        ),
        "vat": [
            (total["rate"], total["base_cents"], total["amount_cents"])
            for total in invoice.vat_totals
        ],
        "ground": invoice.vat_ground,
    }


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("commitment", [MONTHLY, ANNUAL])
def test_next_invoice_is_the_one_that_renewal_issues(ravel, commitment, deed):
    subscription, _invoice = world.subscribed(
        ravel, on=START, commitment=commitment, options=("company-space", "edof-export")
    )
    deed(ravel, subscription, START + timedelta(days=10))
    promised = coming(ravel, START + timedelta(days=12))

    subscription.refresh_from_db()
    invoice = renew(subscription_id=subscription.pk, on=subscription.renews_on)

    assert announced(promised) == issued(invoice)


def test_next_invoice_takes_the_tariff_of_its_own_day(ravel):
    subscription, invoice = world.subscribed(ravel, on=date(2024, 9, 10))  # 99 €, then 119 €

    promised = coming(ravel, date(2024, 9, 12))

    assert (invoice.net_cents, promised.net_cents) == (9_900, 11_900)
    running = stands(ravel, date(2024, 9, 25))
    assert running.running_price(running.held[0]).amount_cents == 9_900
    assert announced(promised) == issued(
        renew(subscription_id=subscription.pk, on=date(2024, 10, 10))
    )


def test_next_invoice_of_a_late_subscription_is_the_first_missed_period(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)

    promised = coming(ravel, date(2026, 5, 2))

    assert announced(promised) == issued(
        renew(subscription_id=subscription.pk, on=date(2026, 5, 2))
    )


def test_next_invoice_is_none_after_a_cancellation(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    cancel_at_term(subscription_id=subscription.pk, on=START)

    assert coming(ravel, START) is None

    renew(subscription_id=subscription.pk, on=date(2026, 2, 28))
    ended = stands(ravel, date(2026, 2, 28))
    assert (ended.status, ended.plan, ended.held, coming(ravel, date(2026, 2, 28))) == (
        "cancelled",
        None,
        (),
        None,
    )


def test_next_invoice_uses_the_credit_that_is_left_on_the_account(ravel):
    subscription, invoice = world.subscribed(ravel, on=START)
    note = Invoice.objects.get(pk=invoice.pk)
    AccountCredit.objects.create(organization=ravel, credit_note=note, amount_cents=5_000)

    promised = coming(ravel, START)

    assert (promised.gross_cents, promised.credit_used_cents) == (14_280, 5_000)
    assert announced(promised) == issued(
        renew(subscription_id=subscription.pk, on=date(2026, 2, 28))
    )
    assert stands(ravel, date(2026, 2, 28)).credit_cents == 0


def test_next_invoice_refuses_what_renewal_refuses(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    subscription.items.update(component=world.plan("sur-mesure").component)

    with pytest.raises(NoPrice):
        coming(ravel, START)

    subscription.items.update(component=world.plan("orga").component)
    BillingIdentity.objects.create(organization=ravel, legal_name="Ravel", country="DE")
    with pytest.raises(VatUnresolved):
        coming(ravel, START)


def test_standing_is_one_query_and_none_before_the_first_subscription(
    ravel, django_assert_num_queries
):
    assert stands(ravel, START) is None

    world.subscribed(ravel, on=START, options=tuple(OPTIONS))

    with django_assert_num_queries(1):
        held = stands(ravel, START).held
    assert [each.name for each in held] == [
        "ÉQUIPE",
        "Espace entreprise",
        "Signature électronique",
        "Export EDOF",
    ]


@settings(
    max_examples=examples(12, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=some.data())
def test_next_invoice_is_right_after_any_story(ravel, data):
    with transaction.atomic():
        live(data)
        transaction.set_rollback(True)


def live(data) -> None:
    """Draw a first day, a commitment and a deed a period, and compare three renewals."""
    organization = accounts.create_organization(
        name="Histoire", slug="histoire", owner=world.person("Histoire")
    )
    subscription, _invoice = world.subscribed(
        organization,
        on=date(2024, 7, 1) + timedelta(days=data.draw(some.integers(0, 900), label="first day")),
        code=data.draw(some.sampled_from(["equipe", "orga"]), label="plan"),
        commitment=data.draw(some.sampled_from([MONTHLY, ANNUAL]), label="commitment"),
        options=("company-space",),
    )
    deeds = [
        nothing,
        takes_an_option,
        ends_an_option,
        waits(plan="leader", options=["edof-export"]),
    ]
    deeds += [waits(plan="indep-plus"), waits(other_commitment=True)]
    for deed in data.draw(some.permutations(deeds), label="deeds")[:3]:
        deed(organization, subscription, subscription.renews_on - timedelta(days=3))
        promised = coming(organization, subscription.renews_on - timedelta(days=1))

        invoice = renew(subscription_id=subscription.pk, on=subscription.renews_on)

        assert announced(promised) == issued(invoice)
        subscription.refresh_from_db()
