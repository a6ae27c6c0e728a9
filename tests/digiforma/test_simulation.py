"""Staff play an account forward: what is shown is what the nights then bill, and nothing stays."""

import re
from contextlib import nullcontext
from datetime import date
from html import unescape

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from accounts.tenancy import staff_context
from digiforma.simulation import simulate
from learners.models import Enrollment
from subscriptions import agreements, credit_notes, plan_changes
from subscriptions.models import Invoice, Period, Seller, Subscription
from subscriptions.plan_changes import Change
from subscriptions.renewal_run import run
from support.groups import load_groups
from tests import world
from tests.digiforma.ravel import enroll

TODAY = date(2026, 11, 23)
MARCH = date(2027, 3, 1)
COUNTED = (Invoice, Period, Organization, Subscription, Seller, Enrollment, User)


@pytest.fixture
def ravel(db):
    """Return Ravel's subscription: ÉQUIPE and an option since 9 November, on 23 November 2026."""
    with time_machine.travel("2026-11-23 10:00", tick=False):
        with staff_context():
            world.put_on_sale()
            load_groups()
            subscription, _invoice = world.subscribed(
                world.organization(), on=date(2026, 11, 9), options=("e-signature",)
            )
            world.person("remi", is_staff=True).groups.add(Group.objects.get(name="reader"))
            world.person("nina", is_staff=True)
        yield subscription


def told(simulation) -> list[tuple]:
    return [
        (
            document.issued_on,
            document.to_pay_cents,
            [(line.name, line.starts_on, line.last_on, line.net_cents) for line in document.lines],
        )
        for document in simulation.documents
    ]


def count() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def test_simulate_tells_what_the_nights_then_bill(ravel):
    with staff_context():
        credit_notes.credit_days(subscription_id=ravel.pk, days=3, on=TODAY, reason="panne")
        agreements.add_discount(
            organization=ravel.organization, percent=50, periods=1, on=TODAY, reason="geste"
        )
        plan_changes.change_at_term(
            subscription_id=ravel.pk, change=Change(plan=world.plan("indep-plus")), on=TODAY
        )
        foreseen = simulate(ravel, on=TODAY, until=MARCH)
        for day in (date(2026, 12, 9), date(2027, 1, 9), date(2027, 2, 9)):
            run(on=day, scope=nullcontext)
        billed = [
            (invoice.issued_on, invoice.to_pay_cents)
            for invoice in Invoice.objects.filter(issued_on__gt=TODAY).order_by("pk")
        ]

    assert [(issued_on, to_pay) for issued_on, to_pay, _lines in told(foreseen)] == billed
    assert told(foreseen)[0] == (
        date(2026, 12, 9),
        6540 - 1428,
        [
            ("INDÉP+", date(2026, 12, 9), date(2027, 1, 8), 2950),
            ("Signature électronique", date(2026, 12, 9), date(2027, 1, 8), 2500),
        ],
    )
    assert (foreseen.status, foreseen.plan, foreseen.credit_cents) == ("Active", "INDÉP+", 0)
    assert foreseen.period == (date(2027, 2, 9), date(2027, 3, 8))


def test_simulate_keeps_nothing(ravel):
    with staff_context():
        before = count()
        simulate(ravel, on=TODAY, until=MARCH)

        assert count() == before


def test_simulate_counts_learners_of_each_night(ravel):
    """A downgrade that does not fit on its day is refused there, though it would fit later."""
    with staff_context():
        enroll(ravel.organization, 201, on=date(2025, 12, 20))
        plan_changes.change_at_term(
            subscription_id=ravel.pk, change=Change(plan=world.plan("indep-plus")), on=TODAY
        )

        foreseen = simulate(ravel, on=TODAY, until=MARCH)

    assert foreseen.plan == "ÉQUIPE"


def text(response) -> str:
    plain = unescape(re.sub(r"<[^>]+>", " ", response.text)).replace("\u00a0", " ")
    return re.sub(r"\s+", " ", plain)


def enter(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
    return client


def address(subscription) -> str:
    return reverse("simulation", args=[subscription.pk])


def test_staff_play_an_account_from_its_page(ravel):
    client = enter("remi")
    page = client.get(reverse("admin:subscriptions_subscription_change", args=[ravel.pk]))
    said = text(client.get(address(ravel), {"until": "2027-01-31"}))

    assert address(ravel) in page.text
    assert "Ravel Formation au 31 janvier 2027" in said
    assert "Facture du 9 décembre 2026, HT 144,00 €" in said
    assert "Facture du 9 janvier 2027, HT 144,00 €" in said
    assert "Facturé d’ici là 288,00 € HT" in said


@pytest.mark.parametrize("until", ["2026-11-23", "2020-01-01", "2031-01-01", "demain", ""])
def test_a_day_that_cannot_be_played_is_said(ravel, until):
    response = enter("remi").get(address(ravel), {"until": until})

    assert response.status_code == 422
    assert "Facture du" not in text(response)


@pytest.mark.parametrize(("name", "status"), [("nina", 403), ("alice", 302)])
def test_whoever_may_not_read_subscriptions_plays_none(ravel, name, status):
    assert enter(name).get(address(ravel), {"until": "2027-01-31"}).status_code == status


def test_an_unknown_account_and_a_wrong_method_are_refused(ravel):
    client = enter("remi")

    assert client.get(reverse("simulation", args=[ravel.pk + 1])).status_code == 404
    assert client.post(address(ravel), {"until": "2027-01-31"}).status_code == 405
