"""The rehearsal of a price list: who moves, when, from what to what (R5)."""

from datetime import date

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from subscriptions import agreements, plan_changes
from subscriptions.models import Invoice, Period, Price, PriceList
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from subscriptions.price_lists import publish_prices
from subscriptions.rehearsal import rehearse
from subscriptions.renewal_run import run
from tests import world
from tests.subscriptions.price_list import NEW_YEAR, TODAY, dearer, opened, renew_all, told


def test_rehearse_says_who_moves_when_and_by_how_much(seller):
    opened("Annuel", on=date(2026, 3, 15), code="orga", commitment=Commitment.ANNUAL)
    opened("Mensuel", on=date(2026, 10, 9), options=("e-signature",))
    opened("Autre", on=date(2026, 11, 1), code="leader")
    renew_all()

    rehearsal = rehearse(
        seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900, orga=24500)
    )

    assert told(rehearsal) == [
        ("Mensuel", "ÉQUIPE", "2027-01-09", 14400, 15400),
        ("Annuel", "ORGA", "2027-03-15", 239000, 245000),
    ]
    assert (rehearsal.unmoved, rehearsal.leaving, rehearsal.on_quote) == (1, 0, 0)
    assert (rehearsal.monthly_cents, rehearsal.yearly_cents) == (1500, 18000)


def test_rehearse_keeps_nothing(seller):
    opened("Mensuel", on=date(2026, 10, 9))
    renew_all()
    before = [model.objects.count() for model in (PriceList, Price, Invoice, Period)]

    rehearse(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900))

    assert [model.objects.count() for model in (PriceList, Price, Invoice, Period)] == before


def test_rehearse_counts_agreements_changes_and_departures(seller):
    names = ("Accord", "Remise", "Partant", "Annuel")
    agreed, discounted, leaving, committing = (opened(name, on=date(2026, 10, 9)) for name in names)
    changing = opened("Changeant", on=date(2026, 10, 9), code="orga")
    renew_all()
    agreements.agree_price(
        subscription_id=agreed.pk,
        price=agreements.Agreed(
            plan=world.plan("equipe"),
            amount_cents=10000,
            first_on=TODAY,
            last_on=date(2027, 12, 31),
        ),
        reason="partenariat",
    )
    agreements.add_discount(
        organization=discounted.organization, percent=50, periods=6, on=TODAY, reason="geste"
    )
    plan_changes.cancel_at_term(subscription_id=leaving.pk, on=TODAY)
    for subscription, change in (
        (changing, Change(plan=world.plan("equipe"))),
        (committing, Change(commitment=Commitment.ANNUAL)),
    ):
        plan_changes.change_at_term(subscription_id=subscription.pk, change=change, on=TODAY)

    rehearsal = rehearse(
        seller=seller, effective_on=date(2026, 12, 1), prices=dearer(seller, equipe=12900)
    )

    assert told(rehearsal) == [
        ("Annuel", "ÉQUIPE", "2026-12-09", 119000, 129000),
        ("Changeant", "ÉQUIPE", "2026-12-09", 11900, 12900),
        ("Remise", "ÉQUIPE", "2026-12-09", 5950, 6450),
    ]
    assert (rehearsal.unmoved, rehearsal.leaving) == (1, 1)


def test_rehearse_tells_what_renewal_then_bills(seller):
    opened("Annuel", on=date(2025, 12, 31), code="orga", commitment=Commitment.ANNUAL)
    opened("Mensuel", on=date(2026, 8, 31), options=("e-signature", "api-access"))
    renew_all()
    prices = dearer(seller, equipe=13333, orga=29999)
    day = date(2026, 12, 15)
    rehearsed = rehearse(seller=seller, effective_on=day, prices=prices)

    publish_prices(seller=seller, effective_on=day, prices=prices)
    run(on=date(2026, 12, 31), scope=transaction.atomic)

    billed = [
        Invoice.objects.filter(
            subscription=move.subscription, lines__starts_on=move.moves_on
        ).distinct()
        for move in rehearsed.moves
    ]
    assert [(move.moves_on, move.after_cents) for move in rehearsed.moves] == [
        (date(2026, 12, 31), 299990),
        (date(2026, 12, 31), 13333 + 2500 + 3900),
    ]
    assert [invoice.get().net_cents for invoice in billed] == [299990, 19733]


def test_rehearse_costs_the_same_queries_for_one_and_for_three(seller):
    statement = {"effective_on": NEW_YEAR, "prices": dearer(seller, equipe=12900)}
    opened("Un", on=date(2026, 11, 9))
    with CaptureQueriesContext(connection) as few:
        rehearse(seller=seller, **statement)
    opened("Deux", on=date(2026, 11, 9))
    opened("Trois", on=date(2026, 11, 9), commitment=Commitment.ANNUAL)
    with CaptureQueriesContext(connection) as many:
        rehearse(seller=seller, **statement)

    assert len(many) == len(few)
