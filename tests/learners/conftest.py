"""Two training bodies with their people; Charlie is from the other one."""

from dataclasses import dataclass

import pytest
import time_machine

from accounts.models import Organization, User
from accounts.roles import Role
from accounts.services import add_member, create_organization
from accounts.tenancy import staff_context
from tests.learners.pages import NOW

PEOPLE = {
    "adam": Role.ADMINISTRATOR,
    "sam": Role.SALES,
    "tara": Role.TRAINER,
}


@dataclass(frozen=True)
class Places:
    """Alice owns `ravel`, where Adam, Sam and Tara work; Charlie owns `elsewhere`."""

    ravel: Organization
    elsewhere: Organization


@pytest.fixture
def places(db) -> Places:
    with staff_context():
        ravel = create_organization(name="Ravel", slug="ravel", owner=person("alice"))
        elsewhere = create_organization(name="Ailleurs", slug="ailleurs", owner=person("charlie"))
        for name, role in PEOPLE.items():
            add_member(organization=ravel, user=person(name), role=role)
    return Places(ravel, elsewhere)


@pytest.fixture
def on_the_day():
    """Hold the clock on the day of tests/learners/pages.py."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def enter(client):
    """Return what signs somebody in, by first name."""

    def enter(name: str):
        client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
        return client

    return enter


@pytest.fixture
def alice(enter, places):
    return enter("alice")


@pytest.fixture
def ravel(places) -> Organization:
    return places.ravel


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@exemple.fr", "secret", first_name=name.title())
