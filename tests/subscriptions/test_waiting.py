from datetime import date

import pytest

from subscriptions import items
from subscriptions.credit_notes import cancel_document
from subscriptions.models import Component, Invoice, Price, PriceList, Subscription, WaitingLine
from subscriptions.next_invoice import next_invoice
from subscriptions.periods import Commitment
from subscriptions.places import set_place
from subscriptions.plan_changes import Change, change_now
from subscriptions.renewal import renew
from subscriptions.standing import standing
from subscriptions.vat import Place
from tests import world
from tests.subscriptions.watch import Watch, unsound

pytestmark = pytest.mark.django_db

START, END = date(2026, 1, 31), date(2026, 2, 28)  # 28 days
LAST_DAY = date(2026, 2, 27)


@pytest.fixture
def subscription(ravel) -> Subscription:
    return world.subscribed(ravel, on=START)[0]


def on_sale(code: str, cents: int) -> Component:
    """Put an option on sale at so much a month, in the oldest list."""
    oldest = PriceList.objects.earliest("effective_on")
    component = Component.objects.create(
        seller=oldest.seller, kind=Component.Kind.OPTION, code=code, name=code
    )
    Price.objects.create(
        price_list=oldest, component=component, commitment=Commitment.MONTHLY, amount_cents=cents
    )
    return component


def take(subscription: Subscription, component: Component, on: date = LAST_DAY) -> Invoice | None:
    return items.add_items(
        subscription_id=subscription.pk,
        components=[component],
        on=on,
        operation=f"take {component.code}",
    )


def waiting(subscription: Subscription) -> list[int]:
    rows = WaitingLine.objects.filter(subscription=subscription, carried_by=None).order_by("pk")
    return list(rows.values_list("net_cents", flat=True))


@pytest.mark.parametrize(
    ("monthly_cents", "waits"),
    [
        (1148, [41]),  # 41 cents, 49.2 with VAT: 49
        (1162, []),  # 41.5 cents are 42, 50 with VAT: invoiced
        (13, [0]),  # less than a cent
    ],
)
def test_a_charge_under_fifty_cents_with_vat_waits(subscription, monthly_cents, waits):
    option = on_sale("tiny", monthly_cents)

    invoice = take(subscription, option)

    assert waiting(subscription) == waits
    assert (invoice is None) == bool(waits)


def test_what_waits_is_carried_once_by_the_next_invoice(subscription, told):
    take(subscription, on_sale("tiny", 1000))
    watch = Watch(subscription)

    renewal = renew(subscription_id=subscription.pk, on=END)
    following = renew(subscription_id=subscription.pk, on=date(2026, 3, 31))

    assert told(renewal) == [
        ("plan:equipe", "period", "2026-02-28", "2026-03-31", "119.00"),
        ("option:tiny", "period", "2026-02-28", "2026-03-31", "10.00"),
        ("option:tiny", "carried", "2026-02-27", "2026-02-28", "0.36"),
    ]
    assert renewal.gross_cents == 15523  # 129.36 and 20 % of it
    assert [line[1] for line in told(following)] == ["period", "period"]
    assert watch.look() == {}
    assert unsound(subscription.seller, today=date(2026, 3, 31)) == []


def test_two_small_charges_are_invoiced_when_together_they_reach_the_minimum(subscription, told):
    first = take(subscription, on_sale("tiny", 700))  # 25 cents
    second = take(subscription, on_sale("small", 500))  # 18 cents

    assert first is None
    assert told(second) == [
        ("option:small", "charge", "2026-02-27", "2026-02-28", "0.18"),
        ("option:tiny", "carried", "2026-02-27", "2026-02-28", "0.25"),
    ]
    assert waiting(subscription) == []


def test_two_small_charges_wait_together_below_it(subscription):
    take(subscription, on_sale("tiny", 500))
    take(subscription, on_sale("small", 500))

    assert waiting(subscription) == [18, 18]
    assert renew(subscription_id=subscription.pk, on=END).net_cents == 11900 + 1000 + 36


def test_any_invoice_carries_what_waits(subscription, told):
    """R13: whatever it bills, a change of plan as well as a renewal."""
    take(subscription, on_sale("tiny", 1000))

    changed = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=LAST_DAY,
        operation="to orga",
    )

    assert told(changed)[-1] == ("option:tiny", "carried", "2026-02-27", "2026-02-28", "0.36")


@pytest.mark.parametrize(
    ("owed_in", "moved_to", "expected", "ground"),
    [
        ("75001", "97300", [("20.00", 36, 7), ("0.00", 12900, 0)], "article 294-1 du CGI"),
        ("97300", "75001", [("20.00", 12900, 2580), ("0.00", 36, 0)], "article 294-1 du CGI"),
    ],
)
def test_what_waits_keeps_the_vat_at_which_it_was_owed(
    ravel, subscription, owed_in, moved_to, expected, ground
):
    """R13, R12: a move between the day of the charge and its invoice changes nothing of it."""
    set_place(organization=ravel, place=Place("FR", owed_in))
    take(subscription, on_sale("tiny", 1000))
    set_place(organization=ravel, place=Place("FR", moved_to))
    foreseen = next_invoice(standing(ravel, LAST_DAY), None)

    renewal = renew(subscription_id=subscription.pk, on=END)

    stated = [
        (total["rate"], total["base_cents"], total["amount_cents"]) for total in renewal.vat_totals
    ]
    assert stated == expected
    assert ground in renewal.vat_ground
    assert (foreseen.gross_cents, foreseen.vat_ground) == (renewal.gross_cents, renewal.vat_ground)
    assert unsound(subscription.seller, today=END) == []


def test_what_waits_and_is_given_back_breaks_no_invariant(subscription):
    """A plan that includes the option swallows it before the invoice that would carry it."""
    tiny = on_sale("tiny", 1000)
    world.plan("orga").includes.add(tiny)
    take(subscription, tiny)

    changed = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=LAST_DAY,
        operation="to orga",
    )

    assert sum(line.net_cents for line in changed.lines.filter(component=tiny)) == 0
    assert unsound(subscription.seller, today=LAST_DAY) == []


def test_a_credit_of_what_waits_breaks_no_invariant_before_it_is_carried(subscription):
    """The credit note stands alone, the charge that it gives back still waits."""
    tiny = on_sale("tiny", 1000)
    world.plan("indep-plus").includes.add(tiny)
    take(subscription, tiny)

    credit_note = change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("indep-plus"), override=True),
        on=LAST_DAY,
        operation="to the small one",
    )

    assert credit_note.kind == Invoice.Kind.CREDIT_NOTE
    assert [line.net_cents for line in credit_note.lines.filter(component=tiny)] == [-36]
    assert waiting(subscription) == [36]
    assert unsound(subscription.seller, today=LAST_DAY) == []
    renew(subscription_id=subscription.pk, on=END)
    assert unsound(subscription.seller, today=END) == []


def test_a_credit_note_carries_nothing(subscription):
    take(subscription, on_sale("tiny", 1000))
    option = take(subscription, world.option("e-signature"))  # 89 cents, and it carries

    take(subscription, on_sale("small", 500))
    credit_note = cancel_document(invoice_id=option.pk, on=LAST_DAY, reason="erreur")

    assert [line.kind for line in credit_note.lines.order_by("position")] == ["credit", "credit"]
    assert -credit_note.net_cents == option.net_cents == 89 + 36


def test_a_small_line_given_back_with_its_carrier_is_asked_for_again(subscription):
    """The option that was carried is still held: only the operation of the document is undone."""
    tiny = on_sale("tiny", 1000)
    watch = Watch(subscription)
    take(subscription, tiny)
    option = take(subscription, world.option("e-signature"))

    cancel_document(invoice_id=option.pk, on=LAST_DAY, reason="erreur")

    assert waiting(subscription) == [36]
    assert watch.look() == {}


def test_the_same_operation_again_waits_once(subscription):
    option = on_sale("tiny", 1000)

    assert take(subscription, option) is None
    assert take(subscription, option) is None

    assert waiting(subscription) == [36]


def test_a_free_period_is_invoiced_all_the_same(ravel):
    """A renewal is no stand-alone charge: what it bills is said, be it nothing."""
    subscription, _invoice = world.subscribed(ravel, on=START)
    free = on_sale("free", 0)

    assert take(subscription, free) is None
    renewal = renew(subscription_id=subscription.pk, on=END)

    kinds = renewal.lines.filter(component=free).order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["period", "carried"]
