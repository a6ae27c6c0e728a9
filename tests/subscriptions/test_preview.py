from datetime import date
from functools import partial

import pytest
from django.forms.models import model_to_dict

from subscriptions import agreements, items, plan_changes, renewal, services
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.items import AlreadySubscribed, NotApplicable
from subscriptions.models import (
    AccountCredit,
    CommitmentSpan,
    Invoice,
    InvoiceLine,
    Item,
    NumberSeries,
    PendingChange,
    Period,
    Subscription,
    WaitingLine,
)
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from subscriptions.preview import draw, preview
from tests import world

pytestmark = pytest.mark.django_db

START, FEBRUARY_14, END = date(2026, 1, 31), date(2026, 2, 14), date(2026, 2, 28)
WRITTEN = (
    Subscription,
    CommitmentSpan,
    Period,
    Item,
    PendingChange,
    Invoice,
    InvoiceLine,
    NumberSeries,
    AccountCredit,
    WaitingLine,
)


def rows() -> dict:
    """Return everything the deeds may write."""
    return {
        model: [model_to_dict(row) for row in model.objects.order_by("pk")] for model in WRITTEN
    }


@pytest.fixture
def subscription(ravel) -> Subscription:
    return world.subscribed(ravel, on=START, options=("e-signature",))[0]


def changed(subscription: Subscription, on: date = FEBRUARY_14, **what) -> partial:
    return partial(
        plan_changes.change_now,
        subscription_id=subscription.pk,
        change=Change(**what),
        on=on,
        operation="an order",
    )


def taken(subscription: Subscription, on: date = FEBRUARY_14) -> partial:
    return partial(
        items.add_items,
        subscription_id=subscription.pk,
        components=[world.option("api-access")],
        on=on,
        operation="an order",
    )


DEEDS = {
    "an upgrade": lambda mine: changed(mine, plan=world.plan("orga")),
    "an override that gives back": lambda mine: changed(
        mine, plan=world.plan("indep-plus"), override=True
    ),
    "a year": lambda mine: changed(mine, commitment=Commitment.ANNUAL),
    "a change on the échéance": lambda mine: changed(mine, END, plan=world.plan("orga")),
    "a change after missed periods": lambda mine: changed(
        mine, date(2026, 5, 3), plan=world.plan("orga")
    ),
    "an option": taken,
    "a gesture": lambda mine: partial(
        credit_days, subscription_id=mine.pk, days=3, on=FEBRUARY_14, reason="panne"
    ),
    "a renewal": lambda mine: partial(renewal.renew, subscription_id=mine.pk, on=END),
}


@pytest.mark.parametrize("name", DEEDS)
def test_a_preview_shows_what_the_deed_issues_and_writes_nothing(subscription, name):
    deed = DEEDS[name](subscription)
    before = rows()
    last = Invoice.objects.latest("pk").pk

    shown = preview(deed)
    untouched = rows()
    deed()

    assert untouched == before
    assert shown == tuple(draw(each) for each in Invoice.objects.filter(pk__gt=last).order_by("pk"))


def test_a_preview_of_deeds_in_a_row_shows_the_invoice_to_come(subscription):
    shown = preview(
        partial(
            plan_changes.change_at_term,
            subscription_id=subscription.pk,
            change=Change(plan=world.plan("indep-plus")),
            on=FEBRUARY_14,
        ),
        partial(renewal.renew, subscription_id=subscription.pk, on=END),
    )

    assert [[line.net_cents for line in each.lines] for each in shown] == [[5900, 2500]]


def test_a_preview_of_what_will_wait_shows_no_document(subscription):
    """R13: the charge is too small to be invoiced alone; the late renewal is, whatever follows."""
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=START,
            last_on=date(2026, 3, 30),
        ),
        reason="accord",
    )

    waits = preview(changed(subscription, date(2026, 2, 27), plan=world.plan("orga")))
    late = preview(changed(subscription, date(2026, 3, 30), plan=world.plan("orga")))

    assert waits == ()
    assert [[line.kind for line in each.lines] for each in late] == [["period", "period"]]


def test_a_preview_of_an_ending_shows_nothing(subscription):
    shown = preview(
        partial(plan_changes.cancel_at_term, subscription_id=subscription.pk, on=FEBRUARY_14),
        partial(renewal.renew, subscription_id=subscription.pk, on=END),
    )

    assert shown == ()


def test_a_preview_of_a_cancelled_document_shows_the_credit_and_what_follows(subscription):
    upgrade = changed(subscription, plan=world.plan("orga"))()

    [credit_note] = preview(
        partial(cancel_document, invoice_id=upgrade.pk, on=FEBRUARY_14, reason="erreur")
    )

    assert (credit_note.kind, credit_note.net_cents) == ("credit_note", -upgrade.net_cents)


@pytest.mark.parametrize(
    ("name", "refusal"),
    [("held", AlreadySubscribed), ("cheaper", NotApplicable), ("again", AlreadySubscribed)],
)
def test_a_preview_refuses_what_the_deed_refuses(ravel, subscription, name, refusal):
    deeds = {
        "held": changed(subscription, components=(world.option("e-signature"),)),
        "cheaper": changed(subscription, plan=world.plan("indep-plus")),
        "again": partial(
            services.subscribe,
            organization=ravel,
            plan=world.plan("orga"),
            commitment=Commitment.MONTHLY,
            on=FEBRUARY_14,
        ),
    }

    with pytest.raises(refusal):
        preview(deeds[name])

    assert Invoice.objects.count() == 1
