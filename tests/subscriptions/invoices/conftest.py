"""Ravel with a colleague in each role, and Charlie from elsewhere."""

import pytest
import time_machine

from accounts.models import User
from accounts.roles import Role
from accounts.tenancy import staff_context
from tests import world
from tests.subscriptions.invoices.pages import PAGE


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def ravel(db):
    """Return Alice's organization with a colleague in each role, and Charlie's beside it."""
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        for name, role in (
            ("Adam", Role.ADMINISTRATOR),
            ("Sam", Role.SALES),
            ("Tara", Role.TRAINER),
        ):
            world.member(ravel, name, role)
        world.organization("Ailleurs", "ailleurs", owner=world.person("Charlie"))
    return ravel


@pytest.fixture
def visit(client):
    """Return what opens an address as somebody, by first name."""

    def open_page(name: str, address: str = PAGE, method: str = "get"):
        client.force_login(User.objects.get(email=f"{name.lower()}@exemple.fr"))
        return getattr(client, method)(address)

    return open_page
