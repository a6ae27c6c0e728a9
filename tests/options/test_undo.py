"""The undo of « Souscrire », for 24 hours: never held, all credited."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import AuditEvent
from accounts.tenancy import staff_context, tenant_context
from options import endings
from options.policy import UNDO, undo_until
from options.services import NotOffered, Pressed, Undone
from subscriptions import credit_notes
from subscriptions.account_credit import balance
from subscriptions.models import Invoice, Item, Price, PriceList, Subscription, WaitingLine
from subscriptions.renewal import renew
from tests import world
from tests.options.test_services import ELEARNING, option, press
from tests.subscriptions.watch import unsound
from tests.teams import TODAY

PARIS = ZoneInfo("Europe/Paris")
TEN = datetime(2026, 11, 23, 10, tzinfo=PARIS)  # when the option is taken
RENEWAL = date(2026, 12, 9)


@pytest.fixture
def tenant(team, today):
    with tenant_context(team.ravel.pk):
        yield team


def undo(team, name="alice", *, slug=ELEARNING, at=TEN + timedelta(hours=1)) -> Invoice | None:
    return endings.undo_option(
        membership=team.membership(name), option=option(slug), at=at, today=at.date()
    )


def held() -> list[str]:
    rows = Item.objects.filter(kind="option").order_by("pk")
    return list(rows.values_list("component__code", flat=True))


@pytest.mark.parametrize(
    ("role", "operation", "hours"),
    [
        ("owner", "option 4f2a", 24),
        ("administrator", "option 4f2a", None),
        ("owner", "D-2026-0001 v1", None),  # support applied it, with a quote
        ("owner", "subscription 1 2026-11-09", None),
    ],
)
def test_only_the_owner_undoes_and_only_what_was_taken_alone(role, operation, hours):
    until = undo_until(role, operation, TEN)

    assert until == (hours and TEN + timedelta(hours=hours))
    assert undo_until(role, operation, None) is None


def test_an_option_undone_was_never_held_and_all_of_it_is_credited(tenant):
    invoice = press(tenant).invoice

    credit_note = undo(tenant)

    line, mirror = invoice.lines.get(), credit_note.lines.get()
    assert (credit_note.kind, credit_note.corrects) == ("credit_note", invoice)
    assert (credit_note.net_cents, credit_note.gross_cents) == (-20_80, -24_96)
    assert (mirror.starts_on, mirror.ends_before, mirror.days, mirror.vat_rate) == (
        line.starts_on,
        line.ends_before,
        line.days,
        line.vat_rate,
    )
    assert held() == ["company-space"]
    assert balance(tenant.ravel) == 24_96
    assert AuditEvent.objects.filter(action="option undone").values_list(
        "actor__email", "details"
    ).get() == ("alice@exemple.fr", {"option": ELEARNING})


def test_what_was_undone_is_billed_no_more(team, today):
    with staff_context():
        press(team)
        undo(team)
        subscription = Subscription.objects.get(organization=team.ravel)

        renewal = renew(subscription_id=subscription.pk, on=RENEWAL)

        assert renewal.net_cents == 148_00  # the plan and the option held before
        assert unsound(subscription.seller, today=TODAY) == []


def test_an_option_can_be_taken_again_the_same_day(tenant):
    press(tenant)
    undo(tenant)

    again = press(tenant, key="another")

    assert (again.pressed, again.invoice.net_cents) == (Pressed.SUBSCRIBED, 20_80)
    assert held() == ["company-space", ELEARNING]


def test_the_form_of_what_was_undone_subscribes_to_nothing(tenant):
    press(tenant)
    undo(tenant)

    with pytest.raises(Undone):
        press(tenant)

    assert held() == ["company-space"]


@pytest.mark.parametrize(
    ("after", "allowed"),
    [(timedelta(0), True), (UNDO - timedelta(seconds=1), True), (UNDO, False)],
)
def test_the_undo_lasts_24_hours(tenant, after, allowed):
    press(tenant)

    if allowed:
        assert undo(tenant, at=TEN + after) is not None
        return
    with pytest.raises(NotOffered):
        undo(tenant, at=TEN + after)
    assert held() == ["company-space", ELEARNING]


@pytest.mark.parametrize("name", ["adam", "sam", "tara"])
def test_nobody_else_undoes(tenant, name):
    press(tenant)

    with pytest.raises(NotOffered):
        undo(tenant, name)

    assert held() == ["company-space", ELEARNING]


def test_what_came_with_the_plan_is_not_undone(tenant):
    with pytest.raises(NotOffered):
        undo(tenant, slug="company-space")

    assert Invoice.objects.count() == 1


def test_undoing_twice_credits_once(tenant):
    press(tenant)
    undo(tenant)

    with pytest.raises(NotOffered):
        undo(tenant)

    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_a_renewal_between_is_credited_too(team, today):
    """Taken on the eve of the échéance, undone the next morning."""
    eve, morning = (datetime(2026, 12, day, 10, tzinfo=PARIS) for day in (8, 9))
    with staff_context():
        subscription = Subscription.objects.get(organization=team.ravel)
        with time_machine.travel(eve, tick=False):
            press(team, on=eve.date())
        renew(subscription_id=subscription.pk, on=RENEWAL)

        credit_note = undo(team, at=morning - timedelta(hours=1))

        assert sorted(line.net_cents for line in credit_note.lines.all()) == [-39_00, -1_30]
        assert unsound(subscription.seller, today=RENEWAL) == []


def test_a_share_that_waits_is_dropped_and_needs_no_credit_note(team, today):
    """At 50 cents a month, 16 days are too little to be invoiced alone (R13)."""
    with staff_context():
        subscription = Subscription.objects.get(organization=team.ravel)
        price_list = PriceList.objects.create(seller=subscription.seller, effective_on=TODAY)
        Price.objects.create(
            price_list=price_list,
            component=world.option(ELEARNING),
            commitment="monthly",
            amount_cents=50,
        )
        press(team)
        waited = WaitingLine.objects.count()

        credit_note = undo(team)

        assert (waited, credit_note) == (1, None)
        assert (WaitingLine.objects.count(), held()) == (0, ["company-space"])


def test_what_staff_gave_back_is_not_given_back_twice(team, today):
    with staff_context():
        invoice = press(team).invoice
        credit_notes.cancel_document(invoice_id=invoice.pk, on=TODAY, reason="erreur")

        with pytest.raises(NotOffered):
            undo(team)

        assert balance(team.ravel) == 24_96
