"""A year of many subscriptions, day by day, the nightly job killed at random points."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context

import pytest
from django.db import connection, connections

from accounts.models import Organization
from accounts.tenancy import staff_context
from subscriptions import invariants, items, plan_changes, renewal_run, selectors, trials
from subscriptions.models import Invoice, InvoiceLine, Seller, Subscription, WaitingLine
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change
from tests import world
from tests.proving import examples
from tests.subscriptions.lives import OPTIONS, PLANS, REFUSALS, catalogue
from tests.subscriptions.watch import Watch, unsound

COUNT = examples(12, 200)
KILLS = examples(2, 60)
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)  # 29 February, 31 March, 27 October
OPENED = [date(2024, 1, 29), date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 29)]
DAY = timedelta(days=1)
SECONDS_A_RENEWAL = 0.05  # about, alone in its chunk


def opens_on(number: int) -> date:
    """Return the first day paid of a customer: for every second one, the end of a month."""
    return OPENED[number % 7 % 4] if number % 2 else FIRST + DAY * (number % 28 + 1)


def bought(number: int) -> dict:
    return {
        "code": PLANS[number % 3],
        "commitment": Commitment.ANNUAL if number % 5 == 0 else Commitment.MONTHLY,
    }


def seed() -> None:
    """Let every organization sign up; one in four is on a trial, the others buy later."""
    with staff_context():
        seller = catalogue()
        for number in range(COUNT):
            organization = world.organization(
                f"Organisme {number}", f"o{number}", owner=world.person(f"Owner{number}")
            )
            if number % 4 == 3:
                trials.start_trial(
                    organization=organization,
                    seller=seller,
                    on=FIRST,
                    days=(opens_on(number) - FIRST).days,
                    plan=world.plan(bought(number)["code"]),
                    commitment=bought(number)["commitment"],
                )


def open_today(on: date) -> None:
    """Subscribe the organizations whose day has come."""
    for number in range(COUNT):
        if number % 4 != 3 and opens_on(number) == on:
            world.subscribed(Organization.objects.get(slug=f"o{number}"), on=on, **bought(number))


def orders(on: date) -> list[Callable[[], object]]:
    """Return what some customers ask for on a day, none of them on an échéance.

    Each draws for itself, so that a night that was killed changes nobody's mind.
    """
    running = Subscription.objects.filter(status="active").order_by("pk")
    mine = running.exclude(renews_on=on).exclude(periods__starts_on=on)
    drawn = [(each, random.Random(f"{each.pk} {on}")) for each in mine]
    return [_order(each, on, chance) for each, chance in drawn if chance.random() < 0.02]


def _order(subscription: Subscription, on: date, chance: random.Random) -> Callable[[], object]:
    key = {"subscription_id": subscription.pk, "on": on}
    plan, option = world.plan(chance.choice(PLANS)), world.option(chance.choice(OPTIONS))
    name = {"operation": f"order of {subscription.pk} on {on}"}
    return chance.choice(
        [
            partial(plan_changes.change_now, **key, **name, change=Change(plan=plan)),
            partial(
                plan_changes.change_now, **key, **name, change=Change(commitment=Commitment.ANNUAL)
            ),
            partial(plan_changes.change_at_term, **key, change=Change(plan=plan)),
            partial(plan_changes.cancel_at_term, **key),
            partial(plan_changes.withdraw_pending, **key),
            partial(items.add_items, **key, **name, components=[option]),
            partial(items.end_item, **key, component=option),
        ]
    )


def people(on: date) -> None:
    """Let the customers of a day order what they want, the same in every world."""
    with staff_context():
        open_today(on)
        asked = orders(on)
    for order in asked:
        try:
            with staff_context():
                order()
        except REFUSALS:
            continue


def live_through(night: Callable[[date], None]) -> None:
    """Live a whole year, each night before its day."""
    for number in range((LAST - FIRST).days + 1):
        night(FIRST + DAY * number)
        people(FIRST + DAY * number)


def uninterrupted(on: date) -> None:
    renewal_run.run(on=on)


class Killer:
    """Run the job in a process of its own on some busy nights, and kill it while it works."""

    def __init__(self, kills: int):
        self.chance = random.Random(7)
        self.to_do = kills
        self.left_undone = 0
        self.last = FIRST

    def __call__(self, on: date) -> None:
        with staff_context():
            due = selectors.due(on).count()
        again = on - self.last == DAY
        if due == 0 or self.to_do == 0 or again or self.chance.random() < 0.4:
            renewal_run.run(on=on, chunk=2)
            return
        self.to_do, self.last = self.to_do - 1, on
        self._kill(on, after=self.chance.uniform(0, SECONDS_A_RENEWAL * (due + 1)))
        with staff_context():
            self.left_undone += selectors.due(on).exists()

    def _kill(self, on: date, *, after: float) -> None:
        connections.close_all()  # the worker opens its own
        worker = get_context("fork").Process(target=partial(renewal_run.run, on=on, chunk=1))
        worker.start()
        time.sleep(after)
        worker.kill()
        worker.join()
        while _others():  # its server process still holds its rows, which a run would skip
            time.sleep(0.01)


def _others() -> int:
    """Return how many other sessions this database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND usename IS NOT NULL"
        )
        return cursor.fetchone()[0]


def lines() -> dict[str, list[tuple]]:
    """Return what each organization was billed, whatever the day and the document."""
    told = {}
    for model in (InvoiceLine, WaitingLine):
        rows = (
            model.objects.all() if model is InvoiceLine else model.objects.filter(carried_by=None)
        )
        for row in rows.select_related("component", "organization"):
            told.setdefault(row.organization.slug, []).append(
                (row.component.code, row.starts_on, row.ends_before, row.net_cents)
            )
    return {slug: sorted(rows) for slug, rows in told.items()}


def broken() -> list:
    """Return what is not right on the last day, by the invariants and by the oracle."""
    departures = [Watch(each).look() for each in Subscription.objects.order_by("pk")]
    return unsound(Seller.objects.get(), today=LAST) + [each for each in departures if each]


@pytest.fixture
def world_of_its_own(clones, django_db_blocker):
    """Return what opens a database of its own, with the same subscriptions each time."""
    with django_db_blocker.unblock():
        yield lambda: clones.one(seed)
        connections.close_all()


def test_a_year_with_a_killed_job_bills_what_a_quiet_year_bills(world_of_its_own, tell_figure):
    killer = Killer(KILLS)

    with world_of_its_own():
        live_through(uninterrupted)
        renewal_run.run(on=LAST)
        with staff_context():
            quiet, quiet_breaches = lines(), broken()
            watched = invariants.broken(today=LAST)
    with world_of_its_own():
        live_through(killer)
        renewal_run.run(on=LAST)
        with staff_context():
            killed, killed_breaches = lines(), broken()
            documents = Invoice.objects.count()

    assert (quiet_breaches, killed_breaches, watched) == ([], [], {})
    assert killed == quiet
    assert killer.to_do == 0
    tell_figure(
        f"{COUNT} subscriptions, {documents} documents, {KILLS} kills, "
        f"{killer.left_undone} of them left something due"
    )
