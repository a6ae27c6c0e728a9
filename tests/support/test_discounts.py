"""A discount on a quote: what is applied is what was quoted, for as many periods (R6, R19)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscriptions import credit_notes, plan_changes, renewal, selectors
from subscriptions.models import Discount, Invoice, InvoiceLine, Subscription
from subscriptions.periods import Commitment
from subscriptions.pricing import discounted
from subscriptions.reductions import Reduction
from support import promises, quotes
from support.models import Quote, Request
from support.quotes import ReductionTooLarge
from support.refusals import desk_refusal_text
from support.wishes import Order
from tests.proving import examples
from tests.support.conftest import RENEWS_ON, TODAY
from tests.support.test_handover import amounts, last_invoice, lines
from tests.support.test_late_hands import renew_until

TENTH = Reduction(Decimal(10), 3, "fidélité")


def subscription(desk) -> Subscription:
    return Subscription.objects.get(organization=desk.ravel)


def bill_next(desk) -> Invoice:
    due = subscription(desk)
    return renewal.renew(subscription_id=due.pk, on=due.renews_on)


def plan_prices(invoice: Invoice) -> list[tuple[int, int]]:
    """Return the full price of the plan's whole periods on a document, and before discount."""
    whole = invoice.lines.filter(component__kind="plan", kind="period").order_by("position")
    return list(whole.values_list("full_price_cents", "listed_cents"))


def carried_through(desk, reduction: Reduction | None = TENTH, **choice) -> Request:
    request = desk.ask(**choice)
    desk.price(request, **choice, reduction=reduction)
    desk.send(request)
    desk.accept(request)
    desk.hand_over(request)
    desk.apply(request)
    return request


def test_a_discount_is_frozen_in_the_quote_beside_the_price_that_lasts(staff):
    request = staff.ask()

    quote = staff.price(request, reduction=TENTH)

    assert (quote.discount_percent, quote.discount_periods) == (10, 3)
    assert quote.discount_reason == "fidélité"
    assert quote.net_cents == 215_10 + 29_00
    assert (quote.after_cents, quote.surcharge_cents) == (268_00, 120_00)
    assert quote.lines[0]["full_price_cents"] == 215_10
    assert quote.lines[0]["listed_cents"] == 239_00
    assert not Discount.objects.exists()


@pytest.mark.parametrize(
    ("when", "commitment", "prices"),
    [
        ("term", "monthly", [(215_10, 239_00)] * 3 + [(239_00, 239_00)] * 2),
        ("now", "monthly", [(215_10, 239_00)] * 3 + [(239_00, 239_00)] * 2),
        ("term", "annual", [(2151_00, 2390_00)] * 3 + [(2390_00, 2390_00)]),
    ],
)
def test_it_runs_for_as_many_full_periods_from_the_first_one(staff, when, commitment, prices):
    carried_through(staff, when=when, commitment=Commitment(commitment))

    billed = [bill_next(staff) for _period in prices]

    assert [price for invoice in billed for price in plan_prices(invoice)] == prices


def test_a_new_year_taken_now_is_discounted_at_once(staff):
    carried_through(staff, when="now", commitment=Commitment.ANNUAL)

    assert plan_prices(last_invoice(staff)) == [(2151_00, 2390_00)]
    assert Discount.objects.get().starts_on == TODAY


@pytest.mark.parametrize("end", ["withdrawn", "declined", "priced again"])
def test_a_quote_that_is_not_applied_leaves_no_discount(staff, end):
    request = staff.ask()
    staff.price(request, reduction=TENTH)
    if end == "priced again":
        staff.price(request)
        staff.send(request)
        staff.accept(request)
        staff.hand_over(request)
        staff.apply(request)
    else:
        staff.send(request)
        quotes.decline_quote(
            membership=staff.membership("alice"), reference=request.reference, on=TODAY
        )

    assert not Discount.objects.exists()


def test_a_change_that_is_withdrawn_before_the_term_takes_its_discount_along(staff):
    carried_through(staff)
    assert Discount.objects.get().starts_on == RENEWS_ON

    plan_changes.withdraw_pending(subscription_id=subscription(staff).pk, on=TODAY)

    assert not Discount.objects.exists()
    assert plan_prices(bill_next(staff)) == [(119_00, 119_00)]


def test_the_discount_goes_with_the_document_of_its_change(staff):
    carried_through(staff, when="now")
    assert Discount.objects.get().starts_on == RENEWS_ON

    credit_notes.cancel_document(
        invoice_id=last_invoice(staff).pk, on=TODAY, reason="erreur de notre part"
    )

    assert not Discount.objects.exists()
    assert plan_prices(bill_next(staff)) == [(119_00, 119_00)]


def test_a_discount_waits_with_its_change_when_the_year_begins_first(staff):
    carried_through(staff)

    plan_changes.change_now(
        subscription_id=subscription(staff).pk,
        change=plan_changes.Change(commitment=Commitment.ANNUAL),
        on=TODAY,
        operation="elsewhere",
    )

    assert plan_prices(last_invoice(staff)) == [(1190_00, 1190_00)]
    assert Discount.objects.get().starts_on == date(2027, 11, 23)


def test_customer_care_grants_a_tenth_and_a_manager_more(staff):
    request = staff.ask()
    fifth = Reduction(Decimal(20), 3, "fidélité")

    with pytest.raises(ReductionTooLarge) as refused:
        staff.price(request, reduction=fifth)
    assert not request.quotes.exists()
    assert desk_refusal_text(refused.value) == (
        "Au-delà de 10 %, seul un responsable (Magda) accorde la remise."
    )

    quotes.price(
        request_id=request.pk,
        actor=staff.people["magda"],
        order=staff.order(reduction=fifth),
        on=TODAY,
    )
    assert request.quotes.get().discount_percent == 20


def test_the_reason_names_the_quote_where_staff_read_it(staff):
    request = carried_through(staff)

    assert Discount.objects.get().reason == f"Devis {request.reference}, version 1 : fidélité"


def test_a_discount_applied_after_the_renewal_reaches_the_period_it_was_quoted_from(staff):
    """R18: our delay of one night does not put the discount off by a period."""
    choice = {"code": "equipe", "when": "now", "options": ("custom-fields",)}
    request = staff.ask(**choice)
    quote = staff.price(request, **choice, reduction=TENTH)
    staff.send(request)
    staff.accept(request)
    staff.hand_over(request)
    bill_next(staff)

    staff.apply(request, on=RENEWS_ON)

    assert quote.discounted_from == RENEWS_ON == Discount.objects.get().starts_on
    assert [
        (line["kind"], line["net_cents"])
        for line in lines(last_invoice(staff))
        if line["name"] == quote.plan.component.name
    ] == [("credit", -119_00), ("charge", 107_10)]
    assert [plan_prices(bill_next(staff)) for _period in range(3)] == [
        [(107_10, 119_00)],
        [(107_10, 119_00)],
        [(119_00, 119_00)],
    ]


@settings(
    max_examples=examples(4, 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    choice=st.fixed_dictionaries(
        {
            "code": st.sampled_from(["equipe", "orga", "orga-plus", "leader"]),
            "commitment": st.sampled_from(list(Commitment)),
            "when": st.sampled_from(["now", "term"]),
            "options": st.sampled_from([(), ("custom-fields",), ("api-access", "edof-export")]),
        }
    ),
    percent=st.decimals(Decimal("0.01"), 100, places=2),
    periods=st.integers(1, 4),
    asked=st.tuples(st.integers(0, 20), st.sampled_from(["before the night", "after it"])),
    late=st.integers(0, 30),
)
def test_whatever_the_discount_what_is_applied_was_quoted(
    staff, choice, percent, periods, asked, late
):
    """One example is one savepoint. A late hand may come after the renewal: the sum holds."""
    now = choice["when"] == "now"
    if (choice["code"], choice["commitment"]) == ("equipe", Commitment.MONTHLY) and not (
        now and choice["options"]
    ):
        return  # nothing would change
    with transaction.atomic():
        asked_after, moment = asked
        day = TODAY + timedelta(days=asked_after)
        if moment == "after it":
            renew_until(staff, day)
        effective_on = day if now else selectors.coming_term(subscription(staff), day)
        order = staff.order(
            **choice, effective_on=effective_on, reduction=Reduction(percent, periods, "essai")
        )
        quote = _handed_over(staff, staff.ask(on=day, **choice), order, on=day)
        billed_before = _billed_from(staff, effective_on)
        renew_until(staff, day + timedelta(days=late))
        billed_cents = _billed_from(staff, effective_on) - billed_before
        last = last_invoice(staff)

        staff.apply(quote.request, on=day + timedelta(days=late))

        issued = last_invoice(staff) if last_invoice(staff) != last else bill_next(staff)
        _expect_the_quote(quote, issued, billed_cents)
        assert Discount.objects.get().starts_on == quote.discounted_from
        _expect_each_period(staff, quote, percent, periods)
        transaction.set_rollback(True)


def _handed_over(desk, request: Request, order: Order, *, on: date) -> Quote:
    """Price an order as the manager, send it, accept it and hand it over."""
    quote = quotes.price(request_id=request.pk, actor=desk.people["magda"], order=order, on=on)
    desk.send(request, on=on, valid_until=on + timedelta(days=60))
    desk.accept(request, on=on)
    desk.hand_over(request, on=on)
    return quote


def _expect_the_quote(quote: Quote, issued: Invoice, billed_cents: int) -> None:
    """Find on a document what was quoted, with what the renewal billed before it."""
    own = [line for line in lines(issued) if line["starts_on"] <= promises.last_start(quote)]
    if billed_cents:
        assert sum(line["net_cents"] for line in own) + billed_cents == quote.net_cents
        return
    assert own == quote.lines
    if own == lines(issued):
        assert amounts(issued) == amounts(quote)


def _billed_from(desk, day: date) -> int:
    """Return what is invoiced already of the period that begins on a day."""
    own = InvoiceLine.objects.filter(organization=desk.ravel, starts_on=day)
    return sum(own.values_list("net_cents", flat=True))


def _expect_each_period(desk, quote: Quote, percent: Decimal, periods: int) -> None:
    """Bill on, and find the discount in each of its periods and in none after them.

    A period billed before its discount was known is stated twice: the last one holds.
    """
    for _period in range(periods + 2):
        bill_next(desk)
    whole = InvoiceLine.objects.filter(
        component=quote.plan.component,
        commitment=quote.commitment,
        starts_on__gte=quote.discounted_from,
        days=F("days_in_period"),
    ).exclude(kind="credit")
    stated = whole.order_by("starts_on", "pk").values_list(
        "starts_on", "full_price_cents", "listed_cents"
    )
    told = {day: prices for day, *prices in stated}.values()
    assert [price for price, _listed in told] == [
        discounted(listed, percent=percent if number < periods else 0)
        for number, (_price, listed) in enumerate(told)
    ]
