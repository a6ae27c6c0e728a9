from datetime import date, timedelta

import pytest

from accounts.models import OutgoingMail
from subscriptions import items, plan_changes
from subscriptions.models import Invoice, Subscription
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from support import quotes
from support.drawing import OverLimits
from support.models import Quote, Request
from support.quotes import ExpiredQuote, StaleQuote
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY


def subscription(desk) -> Subscription:
    return Subscription.objects.get(organization=desk.ravel)


def status(quote: Quote) -> str:
    return Quote.objects.get(pk=quote.pk).status


def state(request: Request) -> str:
    return Request.objects.get(pk=request.pk).state


def test_a_quote_at_term_is_the_first_invoice_of_the_new_plan(staff):
    request = staff.ask(options=("custom-fields",))

    quote = staff.price(request, options=("custom-fields",))

    assert [(line["name"], line["kind"], line["net_cents"]) for line in quote.lines] == [
        ("ORGA", "period", 239_00),
        ("Espace entreprise", "period", 29_00),
        ("Champs personnalisés", "period", 15_00),
    ]
    assert (quote.net_cents, quote.vat_cents, quote.gross_cents) == (283_00, 56_60, 339_60)
    assert (quote.before_cents, quote.after_cents, quote.surcharge_cents) == (
        148_00,
        283_00,
        135_00,
    )
    assert (quote.effective_on, quote.priced_on, quote.price_list_on) == (
        RENEWS_ON,
        TODAY,
        date(2024, 9, 24),
    )
    assert quote.valid_until == date(2026, 12, 1)
    assert Invoice.objects.filter(organization=staff.ravel).count() == 1


def test_a_quote_now_is_the_document_of_the_change(staff):
    request = staff.ask(when="now")

    quote = staff.price(request, when="now")

    assert [(line["name"], line["kind"], line["net_cents"]) for line in quote.lines] == [
        ("ÉQUIPE", "credit", -63_47),
        ("ORGA", "charge", 127_47),
    ]
    assert (quote.net_cents, quote.surcharge_cents, quote.months) == (64_00, 120_00, 1)


def test_a_new_commitment_is_compared_over_twelve_months(staff):
    request = staff.ask(code="equipe", commitment=Commitment.ANNUAL)

    quote = staff.price(request, code="equipe", commitment=Commitment.ANNUAL)

    assert (quote.months, quote.before_cents, quote.after_cents) == (12, 12 * 148_00, 1480_00)
    assert Request.objects.get().needs_agreement is True


@pytest.mark.parametrize(
    ("renews_on", "expected"),
    [
        (date(2026, 12, 9), date(2026, 12, 1)),  # 8 days before
        (date(2026, 12, 6), date(2026, 11, 28)),
        (date(2026, 11, 30), date(2026, 11, 28)),  # at least 5 days
    ],
)
def test_a_quote_is_valid_until_8_days_before_the_invoice_or_5_days(renews_on, expected):
    subscription = Subscription(renews_on=renews_on)

    assert quotes.default_validity(subscription, on=TODAY) == expected


def test_sending_a_quote_tells_the_owner_the_amounts(staff):
    request = staff.ask("adam")
    staff.price(request)

    staff.send(request)

    mail = OutgoingMail.objects.get(dedupe_key__startswith="quote_sent-")
    told = mail.text.replace("\u00a0", " ")
    assert mail.recipient == "alice@exemple.fr"
    assert mail.subject.replace("\u00a0", " ") == "Votre devis : + 120,00 € HT par mois"
    assert "Total TTC : 321,60 €" in told
    assert "Valable jusqu’au 1er décembre 2026 inclus." in told
    assert f"/compte/demandes/{request.reference}/" in mail.text
    assert state(request) == "quoted"


def test_pricing_again_replaces_the_quote_and_both_stay_readable(staff):
    request = staff.ask()
    first = staff.price(request)
    staff.send(request)

    second = staff.price(request, code="leader")

    assert [status(first), status(second)] == ["dropped", "draft"]
    assert (second.version, state(request)) == (2, "priced")
    with pytest.raises(IllegalMove):
        staff.accept(request)


def test_the_owner_accepts(staff):
    request = staff.ask("adam")
    staff.price(request)
    quote = staff.send(request)

    staff.accept(request)

    assert (status(quote), state(request)) == ("accepted", "accepted")
    assert [
        mail.recipient for mail in OutgoingMail.objects.filter(subject__contains="accepté")
    ] != []


@pytest.mark.parametrize("name", ["adam", "sam", "charlie"])
def test_nobody_else_accepts(staff, name):
    request = staff.ask("adam")
    staff.price(request)
    quote = staff.send(request)

    with pytest.raises((NotAllowed, Request.DoesNotExist)):
        staff.accept(request, name=name)

    assert (status(quote), state(request)) == ("sent", "quoted")


@pytest.mark.parametrize("days", [0, 1])
def test_a_quote_may_be_accepted_through_its_last_day(staff, days):
    request = staff.ask()
    staff.price(request)
    staff.send(request, valid_until=date(2026, 11, 30))
    on = date(2026, 11, 30) + timedelta(days=days)

    if days:
        with pytest.raises(ExpiredQuote):
            staff.accept(request, on=on)
        assert state(request) == "quoted"
    else:
        staff.accept(request, on=on)
        assert state(request) == "accepted"


def take_an_option(desk):
    items.add_items(
        subscription_id=subscription(desk).pk,
        components=[world.option("api-access")],
        on=TODAY,
        operation="elsewhere",
    )


def change_now(desk):
    plan_changes.change_now(
        subscription_id=subscription(desk).pk,
        change=Change(plan=world.plan("leader")),
        on=TODAY,
        operation="elsewhere",
    )


def order_at_term(desk):
    plan_changes.cancel_at_term(subscription_id=subscription(desk).pk, on=TODAY)


def suspend(desk):
    Subscription.objects.filter(organization=desk.ravel).update(status="suspended")


@pytest.mark.parametrize("meanwhile", [take_an_option, change_now, order_at_term, suspend])
@pytest.mark.parametrize("when", ["term", "now"])
def test_a_quote_is_stale_once_the_subscription_has_changed(staff, meanwhile, when):
    request = staff.ask(when=when)
    staff.price(request, when=when)
    quote = staff.send(request)

    meanwhile(staff)

    with pytest.raises(StaleQuote):
        staff.accept(request)
    assert (status(quote), state(request)) == ("sent", "quoted")


def test_declining_returns_the_request_to_support_with_the_reason(staff):
    request = staff.ask()
    staff.price(request)
    quote = staff.send(request)

    quotes.decline_quote(
        membership=staff.membership("alice"),
        reference=request.reference,
        on=TODAY,
        reason="Trop cher.",
    )

    assert (status(quote), state(request)) == ("declined", "new")
    assert request.messages.get().body == "Trop cher."


def test_a_plan_that_cannot_hold_the_counts_is_not_priced(staff):
    for name in ("Ana", "Bea"):
        world.member(staff.ravel, name, "administrator")
    request = staff.ask(code="indep-plus")

    with pytest.raises(OverLimits) as refused:
        staff.price(request, code="indep-plus")

    assert refused.value.figures == {"administrators": (5, 2)}
    assert state(request) == "new"


def test_the_night_expires_what_is_past_and_a_new_quote_may_be_asked(staff):
    request = staff.ask()
    staff.price(request)
    quote = staff.send(request, valid_until=date(2026, 11, 30))

    expired = [quotes.expire_quotes(on=date(2026, 11, 30) + timedelta(days=n)) for n in (0, 1, 1)]

    assert expired == [0, 1, 0]
    assert (status(quote), state(request)) == ("expired", "expired")
    quotes.ask_again(
        membership=staff.membership("adam"), reference=request.reference, on=date(2026, 12, 1)
    )
    assert state(request) == "new"
