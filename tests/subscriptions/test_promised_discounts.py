"""A discount promised with what waits for the échéance, when all of it is done before (R7)."""

from datetime import date
from decimal import Decimal

import pytest

from subscriptions.credit_notes import cancel_document
from subscriptions.models import Discount, InvoiceLine, PendingChange, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term, change_now
from subscriptions.reductions import Reduction
from subscriptions.renewal import renew
from tests import world

pytestmark = pytest.mark.django_db

START, ORDERED_ON, DONE_ON, TODAY = (
    date(2026, 1, 9),
    date(2026, 1, 12),
    date(2026, 1, 20),
    date(2026, 2, 15),
)
ECHEANCE = date(2026, 2, 9)
ANNUAL = Commitment.ANNUAL
MONTHS = [ECHEANCE, date(2026, 3, 9), date(2026, 4, 9)]
YEARS = [DONE_ON, date(2027, 1, 20), date(2028, 1, 20)]


def what(code: str | None, commitment: Commitment | None, **more) -> Change:
    return Change(plan=world.plan(code) if code else None, commitment=commitment, **more)


def promised(ravel, code, commitment) -> PendingChange:
    """Leave a change for the échéance, with 10 % off for two periods."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    reduction = Reduction(percent=Decimal(10), periods=2, reason="promised")
    change = what(code, commitment, reduction=reduction)
    return change_at_term(subscription_id=subscription.pk, change=change, on=ORDERED_ON)


def do(waiting: PendingChange, code, commitment, *, today: date = DONE_ON):
    """Do a change from 20 January on, today or late."""
    return change_now(
        subscription_id=waiting.subscription_id,
        change=what(code, commitment),
        on=DONE_ON,
        issued_on=today,
        operation="staff",
    )


def bill_until(waiting: PendingChange, day: date, *, today: date) -> None:
    """Bill each period that begins up to a day."""
    while (renews_on := Subscription.objects.get().renews_on) <= day:
        renew(subscription_id=waiting.subscription_id, on=max(renews_on, today))


def discounted() -> list[date]:
    """Return the first days of the plan's periods that are billed with the discount."""
    lines = InvoiceLine.objects.filter(discount_percent=10, net_cents__gt=0)
    return sorted(set(lines.values_list("starts_on", flat=True)))


@pytest.mark.parametrize(
    ("waited", "today", "periods"),
    [
        (("orga", None), DONE_ON, MONTHS),
        (("orga", None), TODAY, MONTHS),  # told late, when the first of them has begun
        ((None, ANNUAL), DONE_ON, YEARS),  # a new period begins with it
        ((None, ANNUAL), TODAY, YEARS),
        (("orga", ANNUAL), DONE_ON, YEARS),
    ],
)
def test_a_promised_discount_begins_with_what_is_done(ravel, waited, today, periods):
    waiting = promised(ravel, *waited)

    do(waiting, *waited, today=today)
    bill_until(waiting, periods[2], today=today)

    waiting.refresh_from_db()
    kept = Discount.objects.get()
    assert (waiting.state, waiting.settled_on) == ("replaced", today)
    assert (kept.percent, kept.periods, kept.starts_on) == (10, 2, periods[0])
    assert discounted() == periods[:2]


def test_a_discount_waits_with_what_is_not_all_done(ravel):
    waiting = promised(ravel, "orga", ANNUAL)

    do(waiting, "orga", None)

    waiting.refresh_from_db()
    assert (waiting.state, Discount.objects.get().starts_on) == ("waiting", ECHEANCE)


def test_a_promised_discount_goes_with_what_is_done(ravel):
    waiting = promised(ravel, "orga", None)
    document = do(waiting, "orga", None)

    cancel_document(invoice_id=document.pk, on=DONE_ON, reason="a mistake")

    assert not Discount.objects.exists()
