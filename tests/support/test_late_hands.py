"""Our own delay never costs the customer: applied late, a quote is what it stated (R18, R19)."""

from datetime import date

import pytest

from subscriptions import renewal
from subscriptions.models import (
    Component,
    InvoiceLine,
    Price,
    PriceList,
    Seller,
    Subscription,
)
from subscriptions.periods import Commitment
from tests.support.conftest import RENEWS_ON
from tests.support.test_handover import last_invoice, lines, plan_on


def renew_until(desk, day: date) -> None:
    """Run the nightly renewals due by a day."""
    subscription = Subscription.objects.get(organization=desk.ravel)
    while subscription.renews_on <= day:
        renewal.renew(subscription_id=subscription.pk, on=subscription.renews_on)
        subscription.refresh_from_db()


@pytest.mark.parametrize("late_on", [date(2026, 12, 15), date(2027, 2, 12)])
@pytest.mark.parametrize("when", ["now", "term"])
def test_a_year_taken_late_gives_every_month_billed_since_back(staff, when, late_on):
    request = staff.accepted(when=when, commitment=Commitment.ANNUAL)
    renew_until(staff, late_on)

    quote = staff.apply(request, on=late_on)

    invoice = last_invoice(staff)
    began_on = quote.effective_on
    own = [line for line in lines(invoice) if line["starts_on"] == began_on.isoformat()]
    later = [line for line in lines(invoice) if line["starts_on"] > began_on.isoformat()]
    if when == "now":
        assert own == quote.lines
    else:
        assert sum(line["net_cents"] for line in own) == quote.net_cents - 148_00
    months = 1 + (late_on.year > 2026) * 2 - (when == "term")
    assert sum(line["net_cents"] for line in later) == -148_00 * months
    assert plan_on(staff, began_on) == "orga"


@pytest.mark.parametrize(("price_cents", "share_cents"), [(50, 27), (5, 3)])
def test_a_charge_too_small_to_stand_alone_is_applied_after_the_renewal(
    staff, price_cents, share_cents
):
    """R13: what was quoted on the invoice of the échéance is that invoice and what follows it."""
    tiny = Component.objects.create(
        seller=Seller.objects.get(), kind=Component.Kind.OPTION, code="tiny", name="Petite"
    )
    Price.objects.create(
        price_list=PriceList.objects.earliest("effective_on"),
        component=tiny,
        commitment=Commitment.MONTHLY,
        amount_cents=price_cents,
    )
    request = staff.accepted(code="equipe", when="now", options=("tiny",))
    renew_until(staff, RENEWS_ON)
    renewed = last_invoice(staff)

    quote = staff.apply(request, on=date(2026, 12, 14))
    renew_until(staff, date(2027, 1, 9))

    own = InvoiceLine.objects.filter(component=tiny, starts_on__lte=RENEWS_ON)
    assert sorted(own.values_list("net_cents", flat=True)) == [share_cents, price_cents]
    assert renewed.net_cents + share_cents + price_cents == quote.net_cents
