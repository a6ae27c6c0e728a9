"""Two training bodies with their people; Charlie is from the other one."""

from dataclasses import dataclass

import pytest

from accounts.models import Organization, User
from accounts.roles import Role
from accounts.services import add_member, create_organization
from accounts.tenancy import staff_context

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
def ravel(places) -> Organization:
    return places.ravel


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@exemple.fr", "secret", first_name=name.title())
