from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, OutgoingMail
from subscriptions import items, renewal, selectors
from subscriptions.models import (
    Component,
    Invoice,
    Item,
    PendingChange,
    Price,
    PriceList,
    Seller,
    Subscription,
    WaitingLine,
)
from subscriptions.periods import Commitment
from subscriptions.preview import draw
from support import handover
from support.handover import NotAgreed
from support.models import Quote, Request
from support.quotes import StaleQuote, frozen_line
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.proving import examples
from tests.support.conftest import RENEWS_ON, TODAY


def subscription(desk) -> Subscription:
    return Subscription.objects.get(organization=desk.ravel)


def last_invoice(desk) -> Invoice:
    return Invoice.objects.filter(organization=desk.ravel).latest("pk")


def renew(desk, on: date) -> Invoice:
    return renewal.renew(subscription_id=subscription(desk).pk, on=on)


def amounts(row) -> tuple[int, int, int]:
    return row.net_cents, row.vat_cents, row.gross_cents


def lines(invoice: Invoice) -> list[dict]:
    return [frozen_line(line) for line in draw(invoice).lines]


def plan_on(desk, day: date) -> str:
    return selectors.running_plan(subscription(desk), day).code


def leave_a_seat(desk) -> None:
    """Let Ravel fit in two administrators."""
    Membership.objects.filter(user=desk.people["sam"]).update(is_active=False)


def test_a_quote_too_small_to_be_invoiced_alone_is_applied_and_waits(staff):
    """R13, R19: 27 cents of option were quoted on the next invoice, which carries them."""
    tiny = Component.objects.create(
        seller=Seller.objects.get(), kind=Component.Kind.OPTION, code="tiny", name="Petite"
    )
    Price.objects.create(
        price_list=PriceList.objects.earliest("effective_on"),
        component=tiny,
        commitment=Commitment.MONTHLY,
        amount_cents=50,
    )
    wish = {"code": "equipe", "when": "now", "options": ("tiny",)}
    request = staff.accepted(**wish)

    quote = staff.apply(request)
    waits = list(WaitingLine.objects.values_list("net_cents", "carried_by"))
    invoice = renew(staff, RENEWS_ON)

    assert waits == [(27, None)]
    assert Request.objects.get(pk=request.pk).state == "applied"
    assert (quote.lines, amounts(quote)) == (lines(invoice), amounts(invoice))


def test_a_change_at_term_is_ordered_and_renewal_bills_the_quote_to_the_cent(staff):
    request = staff.accepted(options=("custom-fields",))

    quote = staff.apply(request)

    assert PendingChange.objects.get(state="waiting").effective_on == RENEWS_ON
    assert plan_on(staff, TODAY) == "equipe"
    invoice = renew(staff, RENEWS_ON)
    assert plan_on(staff, RENEWS_ON) == "orga"
    assert (amounts(invoice), lines(invoice)) == (amounts(quote), quote.lines)
    assert Item.objects.filter(component__code="custom-fields", ends_before=None).exists()


def test_a_change_now_is_invoiced_as_quoted_on_the_day(staff):
    request = staff.accepted(when="now", options=("custom-fields",))

    quote = staff.apply(request)

    invoice = last_invoice(staff)
    assert (amounts(invoice), lines(invoice)) == (amounts(quote), quote.lines)
    assert (invoice.issued_on, plan_on(staff, TODAY)) == (TODAY, "orga")


@pytest.mark.parametrize("days", [1, 15])
def test_a_change_now_processed_late_keeps_its_day_and_its_amount(staff, days):
    request = staff.accepted(when="now")
    late = TODAY + timedelta(days=days)

    quote = staff.apply(request, on=late)

    invoice = last_invoice(staff)
    assert (amounts(invoice), lines(invoice)) == (amounts(quote), quote.lines)
    assert (invoice.issued_on, plan_on(staff, TODAY)) == (late, "orga")


def test_a_change_now_processed_after_the_renewal_corrects_that_one_too(staff):
    request = staff.accepted(when="now")
    renew(staff, RENEWS_ON)

    quote = staff.apply(request, on=date(2026, 12, 14))

    invoice = last_invoice(staff)
    own, others = lines(invoice)[: len(quote.lines)], lines(invoice)[len(quote.lines) :]
    assert own == quote.lines
    assert sum(line["net_cents"] for line in others) == 120_00
    assert {line["starts_on"] for line in others} == {RENEWS_ON.isoformat()}


@pytest.mark.parametrize("code", ["orga", "indep-plus"])
def test_a_change_at_term_processed_after_the_renewal_makes_it_what_was_quoted(staff, code):
    leave_a_seat(staff)
    request = staff.ask(code=code)
    quote = staff.price(request, code=code)
    if code == "orga":
        staff.send(request)
        staff.accept(request)
    staff.hand_over(request)
    renewed = renew(staff, RENEWS_ON)

    staff.apply(request, on=date(2026, 12, 14))

    correction = last_invoice(staff)
    assert renewed.net_cents + correction.net_cents == quote.net_cents
    assert correction.issued_on == date(2026, 12, 14)
    assert plan_on(staff, RENEWS_ON) == code


def test_without_surcharge_no_yes_is_waited_for_and_the_owner_is_told(staff):
    leave_a_seat(staff)
    request = staff.ask("adam", code="indep-plus")
    staff.price(request, code="indep-plus")

    staff.hand_over(request)

    assert Request.objects.get().state == "handed_over"
    mail = OutgoingMail.objects.get(dedupe_key__startswith="change_announced-")
    assert mail.recipient == "alice@exemple.fr"


@pytest.mark.parametrize(
    "wish", [{"code": "orga"}, {"code": "equipe", "commitment": Commitment.ANNUAL}]
)
def test_what_commits_money_waits_for_the_owners_yes(staff, wish):
    request = staff.ask(**wish)
    staff.price(request, **wish)

    with pytest.raises(NotAgreed):
        staff.hand_over(request)

    assert Request.objects.get().state == "priced"


@pytest.mark.parametrize("name", ["lea", "remi", "alice"])
def test_only_sales_apply(staff, name):
    request = staff.accepted()

    with pytest.raises(NotAllowed):
        staff.apply(request, name=name)

    assert Request.objects.get().state == "handed_over"


def test_applying_twice_is_refused_the_second_time(staff):
    request = staff.accepted(when="now")
    staff.apply(request)
    before = Invoice.objects.count()

    with pytest.raises(IllegalMove):
        staff.apply(request, name="magda")

    assert Invoice.objects.count() == before


@pytest.mark.parametrize("when", ["now", "term"])
def test_a_tariff_published_since_does_not_change_what_was_quoted(staff, when):
    request = staff.accepted(when=when)
    quote = Quote.objects.get()
    dearer = PriceList.objects.create(
        seller=subscription(staff).seller, effective_on=TODAY - timedelta(days=1)
    )
    for component in dearer.seller.components.all():
        for commitment in ("monthly", "annual"):
            Price.objects.create(
                price_list=dearer, component=component, commitment=commitment, amount_cents=99900
            )

    staff.apply(request)
    invoice = last_invoice(staff) if when == "now" else renew(staff, quote.effective_on)

    assert amounts(invoice) == amounts(quote)


def test_a_change_in_between_makes_the_quote_stale_and_issues_nothing(staff):
    request = staff.accepted(when="now")
    items.add_items(
        subscription_id=subscription(staff).pk,
        components=[world.option("api-access")],
        on=TODAY,
        operation="elsewhere",
    )
    before = Invoice.objects.count()

    with pytest.raises(StaleQuote):
        staff.apply(request)

    assert Invoice.objects.count() == before
    assert Request.objects.get().state == "handed_over"
    assert Quote.objects.get().status == "accepted"


def test_sales_send_back_and_an_accepted_quote_is_handed_over_again(staff):
    request = staff.accepted()

    handover.send_back(
        request_id=request.pk, actor=staff.people["victor"], reason="À vérifier.", on=TODAY
    )
    assert Request.objects.get().state == "priced"
    with pytest.raises(IllegalMove):
        staff.send(request)
    staff.hand_over(request)
    staff.apply(request)

    assert Request.objects.get().state == "applied"
    assert request.messages.get(is_internal=True).body == "À vérifier."


def test_the_owner_and_the_administrators_are_told_of_the_new_limits(staff):
    staff.apply(staff.accepted(when="now"))

    mails = OutgoingMail.objects.filter(dedupe_key__startswith="change_applied-")
    assert sorted(mails.values_list("recipient", "subject")) == [
        ("adam@exemple.fr", "Vous êtes passé à ORGA"),
        ("alice@exemple.fr", "Vous êtes passé à ORGA"),
    ]
    assert "1\u00a0500" in mails[0].text


@settings(
    max_examples=examples(4, 200),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    choice=st.fixed_dictionaries(
        {
            "code": st.sampled_from(["equipe", "orga", "orga-plus", "leader"]),
            "commitment": st.sampled_from(list(Commitment)),
            "when": st.sampled_from(["now", "term"]),
            "options": st.lists(
                st.sampled_from(["custom-fields", "api-access", "edof-export"]), unique=True
            ).map(tuple),
        }
    ),
    asked_after=st.integers(0, 15),
    late=st.integers(0, 5),
)
def test_whatever_is_chosen_the_invoice_is_the_quote_to_the_cent(staff, choice, asked_after, late):
    """One example is one savepoint: nothing of it stays."""
    if choice["code"] == "equipe" and choice["commitment"] == Commitment.MONTHLY:
        return
    with transaction.atomic():
        day = TODAY + timedelta(days=asked_after)
        now = choice["when"] == "now"
        request = staff.ask(on=day, **choice)
        quote = staff.price(request, on=day, effective_on=day if now else RENEWS_ON, **choice)
        staff.send(request, on=day, valid_until=day + timedelta(days=30))
        staff.accept(request, on=day)
        staff.hand_over(request, on=day)
        staff.apply(request, on=day + timedelta(days=late) if now else day)
        invoice = last_invoice(staff) if now else renew(staff, RENEWS_ON)
        own = lines(invoice)[: len(quote.lines)]
        assert own == quote.lines
        if own == lines(invoice):
            assert amounts(invoice) == amounts(quote)
        transaction.set_rollback(True)
