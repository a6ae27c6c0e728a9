from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from subscriptions import agreements, renewal_run
from subscriptions.bounds import MOST_LINES, breach
from subscriptions.items import NotActive, add_items
from subscriptions.lines import PERIOD, Line
from subscriptions.models import (
    BillingIdentity,
    Component,
    Invoice,
    Item,
    Price,
    PriceList,
    Subscription,
)
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_now
from subscriptions.releases import release
from subscriptions.renewal import renew
from subscriptions.tariffs import Price as Listed
from subscriptions.tariffs import PriceBook
from tests import world

START, END = date(2026, 1, 31), date(2026, 2, 28)
BOOK = PriceBook(
    {
        ("plan", Commitment.MONTHLY): ((date(2023, 1, 1), Listed(10_000)),),
        ("option", Commitment.MONTHLY): ((date(2023, 1, 1), Listed(1_000)),),
    }
)
PLAN = Line(
    component="plan",
    kind=PERIOD,
    commitment=Commitment.MONTHLY,
    starts_on=START,
    ends_before=END,
    full_price_cents=10_000,
    days=28,
    days_in_period=28,
    net_cents=10_000,
)
OPTION = replace(PLAN, component="option", full_price_cents=1_000, net_cents=1_000)


def priced(line: Line, cents: int) -> Line:
    return replace(line, full_price_cents=cents, net_cents=cents)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        pytest.param([PLAN, OPTION], None, id="what a renewal is"),
        pytest.param([], None, id="nothing"),
        pytest.param([PLAN] + 14 * [OPTION], None, id="fifteen lines"),
        pytest.param([PLAN] + 15 * [OPTION], "16 lignes dans une période", id="sixteen"),
        pytest.param(
            [replace(PLAN, net_cents=10_001)],
            "100.01 € dépasse son plein tarif",
            id="one cent over",
        ),
        pytest.param([priced(PLAN, 30_000)], None, id="three times the list"),
        pytest.param([priced(PLAN, 30_001)], "300.01 € HT dépassent 3 fois", id="one cent more"),
        pytest.param(
            [priced(PLAN, 33_000), OPTION], "340.00 € HT dépassent 3 fois", id="the sum counts"
        ),
        pytest.param([priced(PLAN, 32_000), OPTION], None, id="three times the sum, exactly"),
        pytest.param([replace(PLAN, component="on quote")], None, id="stated by no list"),
        pytest.param([priced(PLAN, 0)], None, id="free"),
    ],
)
def test_a_renewal_keeps_within_its_bounds(lines, reason):
    found = breach(lines, BOOK)

    assert (found is None) == (reason is None)
    assert reason is None or reason in found


def test_fifteen_lines_are_the_most():
    assert MOST_LINES == 15


def nightly(subscription: Subscription, on: date) -> renewal_run.Outcome:
    return renewal_run.run(on=on, scope=transaction.atomic, seller=subscription.seller)


def hold_options(subscription: Subscription, count: int) -> None:
    """Hold so many options that were never billed, as a mistake of ours would."""
    oldest = PriceList.objects.earliest("effective_on")
    for number in range(count):
        component = Component.objects.create(
            seller=subscription.seller, kind="option", code=f"o{number}", name=f"Option {number}"
        )
        Price.objects.create(
            price_list=oldest, component=component, commitment="monthly", amount_cents=100
        )
        Item.objects.create(
            organization=subscription.organization,
            subscription=subscription,
            component=component,
            kind="option",
            starts_on=END,
            opened_by="mistake",
        )


@pytest.mark.django_db
@pytest.mark.parametrize(("options", "parked"), [(14, False), (15, True)])
def test_a_period_of_more_than_fifteen_lines_is_set_aside(ravel, options, parked):
    subscription, _invoice = world.subscribed(ravel, on=START)
    hold_options(subscription, options)

    outcome = nightly(subscription, END)

    subscription.refresh_from_db()
    assert bool(subscription.parked_because) is parked
    assert outcome.issued == (not parked)
    assert Invoice.objects.count() == (1 if parked else 2)


@pytest.mark.django_db
def test_nothing_of_a_period_set_aside_is_issued_nor_entered(ravel):
    subscription, first = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=35_701,  # 3 x 119 € and one cent
            first_on=END,
            last_on=END,
        ),
        reason="erreur",
    )

    nightly(subscription, END)
    nightly(subscription, date(2026, 4, 30))

    subscription.refresh_from_db()
    assert "3 fois le tarif" in subscription.parked_because
    assert subscription.renews_on == END
    assert list(Invoice.objects.all()) == [first]


@pytest.mark.django_db
def test_an_order_on_what_the_bounds_refuse_is_refused(ravel):
    """A late period is billed before the order: what the night would set aside is not active."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=35_701,
            first_on=END,
            last_on=END,
        ),
        reason="erreur",
    )

    with pytest.raises(NotActive):
        add_items(
            subscription_id=subscription.pk,
            components=[world.option("e-signature")],
            on=date(2026, 3, 2),
            operation="take",
        )


@pytest.mark.django_db
def test_late_periods_are_no_mistake(ravel):
    """Twelve missed months are twelve invoices, each within its own bounds."""
    subscription, _invoice = world.subscribed(ravel, on=START)

    outcome = nightly(subscription, date(2027, 1, 31))

    assert (outcome.issued, outcome.parked) == (12, {})


@pytest.mark.django_db
def test_ordered_changes_are_no_mistake(ravel):
    """A change that corrects a whole year has as many lines as it needs."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    nightly(subscription, date(2026, 12, 31))

    document = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("leader")),
        on=date(2026, 2, 10),
        operation="late",
        issued_on=date(2026, 12, 31),
    )

    assert document.lines.count() == 2 * 12
    subscription.refresh_from_db()
    assert subscription.parked_because == ""


def agree(subscription: Subscription, cents: int) -> None:
    """Agree a price of ÉQUIPE for March and April, on purpose or not."""
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=cents,
            first_on=END,
            last_on=date(2026, 4, 30),
        ),
        reason="reprise d’un contrat",
    )


def by_the_night(subscription: Subscription, on: date) -> Invoice | None:
    nightly(subscription, on)
    return Invoice.objects.filter(lines__starts_on=on).first()


def by_itself(subscription: Subscription, on: date) -> Invoice | None:
    return renew(subscription_id=subscription.pk, on=on)


@pytest.mark.django_db
@pytest.mark.parametrize("renewed", [by_the_night, by_itself])
def test_staff_let_through_the_renewal_that_was_refused_and_no_other(ravel, renewed):
    subscription, _invoice = world.subscribed(ravel, on=START)
    agree(subscription, 40_000)
    nightly(subscription, END)

    release(subscription_id=subscription.pk, reason="prix convenu")
    invoice = renewed(subscription, END)
    outcome = nightly(subscription, date(2026, 3, 31))

    assert invoice.net_cents == 40_000
    assert list(outcome.parked) == [subscription.pk]
    assert Invoice.objects.count() == 2


@pytest.mark.django_db
def test_a_release_lets_nothing_else_through(ravel):
    """The price changed again between the release and the night: staff look again."""
    subscription, first = world.subscribed(ravel, on=START)
    agree(subscription, 40_000)
    nightly(subscription, END)
    release(subscription_id=subscription.pk, reason="prix convenu")
    agree(subscription, 4_000_000)

    nightly(subscription, END)

    subscription.refresh_from_db()
    assert "40000.00 € HT dépassent 3 fois" in subscription.parked_because
    assert list(Invoice.objects.all()) == [first]


@pytest.mark.django_db
def test_a_release_waives_what_the_bounds_refused_and_nothing_of_a_vat_in_doubt(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    BillingIdentity.objects.create(organization=ravel, legal_name="Muster GmbH", country="DE")
    nightly(subscription, END)

    released = release(subscription_id=subscription.pk, reason="numéro reçu")

    assert (released.waived_on, released.waived_breach) == (None, "")


def test_a_breach_tells_all_that_is_wrong():
    lines = [priced(PLAN, 60_000), replace(OPTION, net_cents=1_001), *14 * [OPTION]]

    assert breach(lines, BOOK).count(" ; ") == 2
