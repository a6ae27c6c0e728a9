from datetime import date
from decimal import Decimal

import pytest

from subscriptions import agreements, items
from subscriptions.account_credit import balance
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.items import NotActive, NotApplicable
from subscriptions.models import BillingIdentity, Invoice, Item, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_now
from subscriptions.renewal import renew
from subscriptions.selectors import running_plan
from tests import world
from tests.subscriptions.watch import Watch, unsound

pytestmark = pytest.mark.django_db

START, FEBRUARY_14, END = date(2026, 1, 31), date(2026, 2, 14), date(2026, 2, 28)


def gesture(subscription: Subscription, days: int, on: date = FEBRUARY_14) -> Invoice:
    return credit_days(subscription_id=subscription.pk, days=days, on=on, reason="panne")


def cancel(document: Invoice, on: date) -> Invoice:
    return cancel_document(invoice_id=document.pk, on=on, reason="erreur")


def take(subscription: Subscription, code: str, on: date) -> Invoice:
    return items.add_items(
        subscription_id=subscription.pk,
        components=[world.option(code)],
        on=on,
        operation=f"take {code} {on}",
    )


def upgrade(
    subscription: Subscription,
    code: str | None,
    on: date,
    *,
    commitment: Commitment | None = None,
    override: bool = False,
) -> Invoice:
    change = Change(
        plan=world.plan(code) if code else None, commitment=commitment, override=override
    )
    return change_now(
        subscription_id=subscription.pk,
        change=change,
        on=on,
        operation=f"to {code} {commitment} {on}",
    )


def renewed(subscription: Subscription, on: date) -> Invoice:
    return renew(subscription_id=subscription.pk, on=on)


def include(code: str, option: str) -> None:
    world.plan(code).includes.add(world.option(option))


def move(organization, postal_code: str) -> None:
    """Move an organization within France, which may change its VAT (R17)."""
    BillingIdentity.objects.update_or_create(
        organization=organization,
        defaults={"legal_name": organization.name, "postal_code": postal_code},
    )


# Some days given back.


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (3, ("plan:equipe", "credit", "2026-02-14", "2026-02-17", "-12.75")),  # 119 x 3/28
        (14, ("plan:equipe", "credit", "2026-02-14", "2026-02-28", "-59.50")),
        (15, ("plan:equipe", "credit", "2026-02-13", "2026-02-28", "-63.75")),  # ends with it
        (28, ("plan:equipe", "credit", "2026-01-31", "2026-02-28", "-119.00")),
    ],
)
def test_credit_days_gives_back_days_of_the_plan_and_keeps_them_as_credit(
    ravel, told, days, expected
):
    subscription, invoice = world.subscribed(ravel, on=START, options=("e-signature",))

    credit_note = gesture(subscription, days)

    assert told(credit_note) == [expected]
    assert (credit_note.kind, credit_note.corrects) == ("credit_note", invoice)
    assert balance(ravel) == -credit_note.gross_cents
    assert unsound(subscription.seller, today=FEBRUARY_14) == []


def test_credit_days_gives_back_the_price_and_the_vat_that_were_billed(ravel):
    subscription, _invoice = world.subscribed(ravel, on=date(2024, 9, 10))  # 99 €, the old list
    move(ravel, "97400")

    credit_note = gesture(subscription, 10, on=date(2024, 9, 25))

    assert (credit_note.net_cents, credit_note.vat_cents) == (-3300, -660)
    assert credit_note.vat_totals == [{"rate": "20.00", "base_cents": -3300, "amount_cents": -660}]


def test_credit_days_gives_back_what_a_discount_left(ravel):
    agreements.add_discount(
        organization=ravel, percent=Decimal(50), periods=1, on=START, reason="lancement"
    )
    subscription, _invoice = world.subscribed(ravel, on=START)

    assert gesture(subscription, 28).net_cents == -5950


@pytest.mark.parametrize("days", [0, -1, 29])
def test_credit_days_refuses_days_that_the_period_has_not(ravel, days):
    subscription, _invoice = world.subscribed(ravel, on=START)

    with pytest.raises(NotApplicable):
        gesture(subscription, days)


def test_credit_days_never_gives_back_more_than_was_billed(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    gesture(subscription, 20)

    with pytest.raises(NotApplicable):
        gesture(subscription, 9)

    assert gesture(subscription, 8).net_cents == -3400


def test_credit_days_after_a_change_gives_back_the_new_plan_only(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    upgrade(subscription, "orga", date(2026, 2, 10))  # charged 18/28

    with pytest.raises(NotApplicable):
        gesture(subscription, 19)

    assert gesture(subscription, 18).net_cents == -15364


def test_a_change_after_a_gesture_gives_back_no_more_than_is_left(ravel, told):
    """R6: the credits on a segment never exceed what it was billed, a gesture included."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    gesture(subscription, 28, on=date(2026, 2, 1))

    document = upgrade(subscription, "orga", FEBRUARY_14)

    assert told(document) == [("plan:orga", "charge", "2026-02-14", "2026-02-28", "119.50")]
    assert unsound(subscription.seller, today=FEBRUARY_14) == []
    assert renewed(subscription, END).net_cents == 23900
    assert watch.subscription.renews_on == END


def test_credit_days_refuses_a_subscription_that_has_ended(ravel):
    subscription, invoice = world.subscribed(ravel, on=START)
    cancel(invoice, START)

    with pytest.raises(NotActive):
        gesture(subscription, 1)


def test_credit_days_refuses_a_plan_charge_that_waits_to_be_carried(ravel):
    """What was never invoiced has no document to correct (R13)."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=START,
            last_on=END,
        ),
        reason="accord",
    )
    assert upgrade(subscription, "orga", date(2026, 2, 27)) is None  # 4 cents: they wait

    with pytest.raises(NotApplicable):
        gesture(subscription, 1, on=date(2026, 2, 27))


# A whole document undone; then the life goes on.


def test_cancel_an_option_takes_it_back_from_its_first_day(ravel, told):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    credit_note = cancel(take(subscription, "e-signature", FEBRUARY_14), date(2026, 2, 20))

    assert told(credit_note) == [
        ("option:e-signature", "credit", "2026-02-14", "2026-02-28", "-12.50")
    ]
    assert not Item.objects.filter(component=world.option("e-signature")).exists()
    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_an_option_can_be_taken_again_on_the_day_it_was_cancelled(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    cancel(take(subscription, "e-signature", FEBRUARY_14), FEBRUARY_14)

    again = items.add_items(
        subscription_id=subscription.pk,
        components=[world.option("e-signature")],
        on=FEBRUARY_14,
        operation="again",
    )

    assert again.net_cents == 1250
    assert watch.look() == {}


def test_cancel_a_change_of_plan_returns_to_the_former_plan(ravel, told):
    include("orga", "e-signature")
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)

    credit_note = cancel(upgrade(subscription, "orga", FEBRUARY_14), date(2026, 2, 20))

    assert told(credit_note) == [
        ("plan:equipe", "charge", "2026-02-14", "2026-02-28", "59.50"),
        ("option:e-signature", "charge", "2026-02-14", "2026-02-28", "12.50"),
        ("plan:orga", "credit", "2026-02-14", "2026-02-28", "-119.50"),
    ]
    assert renewed(subscription, END).net_cents == 11900 + 2500
    assert watch.look() == {}


def test_cancel_a_change_keeps_the_end_of_an_option_it_had_swallowed(ravel):
    """The customer had ended it: cancelling the change does not subscribe them again."""
    include("orga", "e-signature")
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)
    items.end_item(subscription_id=subscription.pk, component=world.option("e-signature"), on=START)

    cancel(upgrade(subscription, "orga", FEBRUARY_14), date(2026, 2, 20))

    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_cancel_a_change_that_was_renewed_since_corrects_each_period(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    changed = upgrade(subscription, "orga", FEBRUARY_14)
    renewed(subscription, END)

    cancel(changed, date(2026, 3, 5))

    assert running_plan(subscription, date(2026, 3, 5)) == world.plan("equipe")
    assert renewed(subscription, date(2026, 3, 31)).net_cents == 11900
    assert watch.look() == {}
    assert unsound(subscription.seller, today=date(2026, 3, 31)) == []


def test_cancel_refuses_a_change_that_a_later_change_rests_upon(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    first = upgrade(subscription, "orga", FEBRUARY_14)
    upgrade(subscription, "leader", date(2026, 2, 20))

    with pytest.raises(NotApplicable):
        cancel(first, date(2026, 2, 21))


@pytest.mark.parametrize("on", [START, FEBRUARY_14, END])
def test_cancel_monthly_to_annual_returns_to_the_month(ravel, on):
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)
    changed = upgrade(subscription, None, on, commitment=Commitment.ANNUAL)

    cancel(changed, on)

    subscription.refresh_from_db()
    assert subscription.renews_on == (date(2026, 3, 31) if on == END else END)
    assert renewed(subscription, subscription.renews_on).net_cents == 11900 + 2500
    assert watch.look() == {}
    assert unsound(subscription.seller, today=on) == []


def test_cancel_monthly_to_annual_keeps_the_end_of_an_option(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    items.end_item(subscription_id=subscription.pk, component=world.option("e-signature"), on=START)
    watch = Watch(subscription)

    cancel(upgrade(subscription, None, FEBRUARY_14, commitment=Commitment.ANNUAL), FEBRUARY_14)

    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}


def test_cancel_a_commitment_changed_over_several_months_bills_them_once(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)
    renewed(subscription, END)
    renewed(subscription, date(2026, 3, 31))
    late = change_now(
        subscription_id=subscription.pk,
        change=Change(commitment=Commitment.ANNUAL),
        on=FEBRUARY_14,
        operation="late",
        issued_on=date(2026, 4, 5),
    )
    assert watch.look() == {}

    cancel(late, date(2026, 4, 6))
    while subscription.renews_on <= date(2026, 4, 30):
        renewed(subscription, date(2026, 4, 30))
        subscription.refresh_from_db()

    assert watch.look() == {}
    assert not Invoice.objects.filter(lines=None).exists()
    assert unsound(subscription.seller, today=date(2026, 4, 30)) == []


def test_cancel_the_first_document_ends_the_subscription_where_it_began(ravel):
    subscription, invoice = world.subscribed(ravel, on=START, options=("e-signature",))
    watch = Watch(subscription)

    credit_note = cancel(invoice, FEBRUARY_14)

    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)
    assert credit_note.net_cents == -14400
    assert watch.look() == {}


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_cancelled_on_its_first_day_can_be_taken_up_again(ravel, times):
    """R11 names one period line for the day: what is billed again is a charge."""
    subscription, invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    for _time in range(times):
        cancel(invoice, START)
        _subscription, invoice = world.subscribed(ravel, on=START)

    assert [line.kind for line in invoice.lines.all()] == ["charge"]
    assert renewed(subscription, END).net_cents == 11900
    assert watch.look() == {}
    assert unsound(subscription.seller, today=END) == []


def test_cancel_a_renewal_ends_the_subscription_on_its_echeance(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    watch = Watch(subscription)

    cancel(renewed(subscription, END), date(2026, 3, 2))

    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)
    assert balance(ravel) == 14280
    assert watch.look() == {}


def test_cancel_a_renewal_that_carries_a_small_line_gives_both_back(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    agreements.agree_price(
        subscription_id=subscription.pk,
        price=agreements.Agreed(
            plan=world.plan("orga"),
            amount_cents=12000,
            first_on=START,
            last_on=date(2027, 1, 1),
        ),
        reason="accord",
    )
    assert upgrade(subscription, "orga", date(2026, 2, 27)) is None
    renewal = renewed(subscription, END)

    credit_note = cancel(renewal, END)

    assert credit_note.net_cents == -renewal.net_cents
    subscription.refresh_from_db()
    assert (subscription.status, subscription.renews_on) == ("cancelled", None)


def test_cancel_refuses_a_renewal_that_a_change_of_the_same_day_rests_upon(ravel):
    subscription, _invoice = world.subscribed(ravel, on=START)
    renewal = renewed(subscription, END)
    upgrade(subscription, "orga", END)

    with pytest.raises(NotApplicable):
        cancel(renewal, END)


def test_cancel_refuses_an_earlier_period_and_a_document_cancelled_before(ravel):
    subscription, invoice = world.subscribed(ravel, on=START)
    renewal = renewed(subscription, END)
    with pytest.raises(NotApplicable):
        cancel(invoice, END)

    credit_note = cancel(renewal, END)

    for again in (renewal, credit_note):
        with pytest.raises(NotApplicable):
            cancel(again, END)


def test_cancel_after_a_gesture_is_refused(ravel):
    """R6: what the gesture gave back is not given back twice."""
    subscription, invoice = world.subscribed(ravel, on=START)
    gesture(subscription, 3)

    with pytest.raises(NotApplicable):
        cancel(invoice, date(2026, 2, 20))


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
