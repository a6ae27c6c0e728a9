from datetime import date
from decimal import Decimal

from subscriptions import renewal
from subscriptions.models import Invoice, Subscription
from subscriptions.reductions import Reduction
from support import comparison
from support.refusals import refusal_text
from tests.support.conftest import RENEWS_ON, TODAY


def ways(desk, *, on: date = TODAY, **wish) -> dict:
    found = comparison.ways(desk.ravel, desk.wish(**wish), on=on, told=refusal_text)
    return {way.key: way for way in found}


def figures(way) -> tuple:
    return (
        [(bill.on, bill.net_cents) for bill in way.bills],
        way.due_today and way.due_today.gross_cents,
        way.year_cents,
        way.saved_cents,
        way.committed_until,
    )


def test_the_four_ways_to_a_larger_plan(staff):
    found = ways(staff, options=("custom-fields",))

    assert {key: figures(way) for key, way in found.items()} == {
        "term-monthly": (
            [
                (RENEWS_ON, 283_00),
                (date(2027, 1, 9), 283_00),
                (date(2027, 2, 9), 283_00),
            ],
            None,
            12 * 283_00,
            0,
            None,
        ),
        "now-monthly": (
            [(TODAY, 72_00), (RENEWS_ON, 283_00), (date(2027, 1, 9), 283_00)],
            86_40,
            12 * 283_00,
            0,
            None,
        ),
        "term-annual": (
            [
                (RENEWS_ON, 2830_00),
                (date(2027, 12, 9), 2830_00),
                (date(2028, 12, 9), 2830_00),
            ],
            None,
            2830_00,
            566_00,
            date(2027, 12, 8),
        ),
        "now-annual": (
            [
                (TODAY, 2751_06),
                (date(2027, 11, 23), 2830_00),
                (date(2028, 11, 23), 2830_00),
            ],
            3301_27,
            2830_00,
            566_00,
            date(2027, 11, 22),
        ),
    }


def test_the_quoted_way_is_as_quoted_and_the_others_promise_no_discount(staff):
    request = staff.ask()
    quote = staff.price(request, reduction=Reduction(Decimal(10), 3, "fidélité"))

    found = comparison.ways(
        staff.ravel,
        comparison.wish_of(request, on=TODAY),
        on=TODAY,
        told=refusal_text,
        quoted=quote,
    )

    assert {way.key: way.bills[0].net_cents for way in found if way.is_quoted} == {
        "term-monthly": quote.net_cents
    }
    assert [way.key for way in found if way.is_discounted] == ["term-monthly"]
    [quoted] = [way for way in found if way.is_quoted]
    assert quoted.year_cents == 3 * quote.net_cents + 9 * quote.after_cents


def test_an_option_taken_since_it_was_asked_is_compared_no_more(staff):
    request = staff.ask(options=("custom-fields", "edof-export"))
    staff.take("custom-fields")

    wish = comparison.wish_of(request, on=TODAY)

    assert wish.options == ("edof-export",)
    found = comparison.ways(staff.ravel, wish, on=TODAY, told=refusal_text)
    assert [(way.key, way.refusal) for way in found] == [
        ("term-monthly", ""),
        ("now-monthly", ""),
        ("term-annual", ""),
        ("now-annual", ""),
    ]


def test_the_twelve_months_are_what_twelve_renewals_bill(staff):
    """The figures beyond the third invoice are the engine's rules, not a second computation."""
    told = ways(staff, options=("custom-fields",))["term-monthly"].year_cents

    request = staff.accepted(options=("custom-fields",))
    staff.apply(request)
    renewed = [_renew_next(staff) for _month in range(12)]

    assert sum(invoice.net_cents for invoice in renewed) == told


def _renew_next(desk) -> Invoice:
    due = Subscription.objects.get(organization=desk.ravel)
    return renewal.renew(subscription_id=due.pk, on=due.renews_on)
