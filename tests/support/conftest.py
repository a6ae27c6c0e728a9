"""Ravel on ÉQUIPE since 9 November; today is the 23rd. Léa answers, Victor sells, Rémi reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client

from accounts.models import Membership, Organization, User
from accounts.roles import Role
from accounts.tenancy import staff_context
from subscriptions import items
from subscriptions.models import Subscription
from subscriptions.periods import Commitment
from support import handover, quotes, services
from support.drawing import Order, Wish
from support.groups import load_groups
from support.labels import When
from support.models import Quote, Request
from tests import world

OPENED_ON = date(2026, 11, 9)
TODAY = date(2026, 11, 23)
RENEWS_ON = date(2026, 12, 9)
STAFF = {
    "lea": "customer_care",
    "victor": "sales_team",
    "magda": "manager",
    "remi": "reader",
}


@dataclass(frozen=True)
class Desk:
    """The people by name, the two organizations, and the deeds of the desk in short."""

    people: dict[str, User]
    ravel: Organization
    elsewhere: Organization

    def membership(self, name: str) -> Membership:
        """Return a person's one access. Needs a scope."""
        return Membership.objects.select_related("organization", "user").get(user=self.people[name])

    def wish(self, code: str = "orga", **fields) -> Wish:
        return Wish(
            plan=world.plan(code), **{"commitment": Commitment.MONTHLY, "message": "", **fields}
        )

    def order(self, code: str = "orga", **fields) -> Order:
        when = fields.get("when", When.TERM)
        given = {
            "commitment": Commitment.MONTHLY,
            "when": when,
            "effective_on": TODAY if when == When.NOW else RENEWS_ON,
        }
        return Order(plan=world.plan(code), **{**given, **fields})

    def ask(self, name: str = "alice", *, on: date = TODAY, **wish) -> Request:
        return services.ask_plan_change(
            membership=self.membership(name), wish=self.wish(**wish), on=on
        )

    def price(self, request: Request, *, on: date = TODAY, **order) -> Quote:
        return quotes.price(
            request_id=request.pk, actor=self.people["lea"], order=self.order(**order), on=on
        )

    def send(self, request: Request, *, on: date = TODAY, valid_until: date | None = None) -> Quote:
        subscription = Subscription.objects.get(organization=request.organization)
        day = valid_until or quotes.default_validity(subscription, on=on)
        return quotes.send_quote(
            request_id=request.pk, actor=self.people["lea"], valid_until=day, on=on
        )

    def accept(self, request: Request, *, name: str = "alice", on: date = TODAY) -> Quote:
        return quotes.accept_quote(
            membership=self.membership(name), reference=request.reference, on=on
        )

    def hand_over(self, request: Request, *, name: str = "lea", on: date = TODAY) -> Request:
        return handover.hand_over(request_id=request.pk, actor=self.people[name], on=on)

    def apply(self, request: Request, *, name: str = "victor", on: date = TODAY) -> Quote:
        return handover.apply(request_id=request.pk, actor=self.people[name], on=on)

    def take(self, code: str, *, on: date = TODAY) -> None:
        """Take an option beside every request, as Souscrire does."""
        items.add_items(
            subscription_id=Subscription.objects.get(organization=self.ravel).pk,
            components=[world.option(code)],
            on=on,
            operation=f"take:{code}",
        )

    def accepted(self, **choice) -> Request:
        """Return a request of Alice's, asked, quoted, accepted and handed over today."""
        request = self.ask(**choice)
        self.price(request, **choice)
        self.send(request)
        self.accept(request)
        self.hand_over(request)
        return request


def gather() -> Desk:
    """Write the catalogue, Ravel with its four roles, Charlie's organization, and the staff."""
    with staff_context():
        world.put_on_sale()
        load_groups()
        alice, charlie = world.person("Alice", last_name="Ravel"), world.person("Charlie")
        ravel = world.organization(owner=alice)
        elsewhere = world.organization("Ailleurs", "ailleurs", owner=charlie)
        world.subscribed(ravel, on=OPENED_ON, options=("company-space",))
        world.subscribed(elsewhere, on=OPENED_ON)
        people = {
            "alice": alice,
            "charlie": charlie,
            "adam": world.member(ravel, "Adam", Role.ADMINISTRATOR),
            "sam": world.member(ravel, "Sam", Role.SALES),
            "tara": world.member(ravel, "Tara", Role.TRAINER),
        }
        for name, group in STAFF.items():
            people[name] = world.person(name.title(), is_staff=True)
            people[name].groups.add(Group.objects.get(name=group))
    return Desk(people, ravel, elsewhere)


@pytest.fixture(scope="module")
def gathered(django_db_setup, django_db_blocker):
    """Write the town once for a module, and take it back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield gather()
        transaction.set_rollback(True)


@pytest.fixture
def desk(gathered) -> Desk:
    """The town, with what the test before wrote undone."""
    with transaction.atomic():
        yield gathered
        transaction.set_rollback(True)


@pytest.fixture
def staff(desk):
    """The desk, in the staff's scope: everything is seen."""
    with staff_context():
        yield desk


@pytest.fixture
def today():
    """Let the doors read 23 November 2026, 10:00 in Paris."""
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield TODAY


@pytest.fixture
def enter(desk, today) -> Callable[[str], Client]:
    """Return a client signed in as the person of this name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(desk.people[name])
        return client

    return signed_in
