"""Ravel and the staff: Léa in customer care, Victor sells, Magda and Milan manage, Rémi reads."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions.renewal import renew
from support.groups import load_groups
from tests import world
from tests.subscriptions.desk.pages import STAFF, TODAY


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 10:00", tick=False):
        yield


@pytest.fixture
def ravel(db):
    """Return Ravel's subscription to ÉQUIPE, monthly since 9 September 2026, and the staff."""
    with staff_context():
        world.put_on_sale()
        load_groups()
        for name, group in STAFF.items():
            world.person(name, is_staff=True).groups.add(Group.objects.get(name=group))
        subscription, _invoice = world.subscribed(world.organization(), on=date(2026, 9, 9))
        for _month in range(2):
            renew(subscription_id=subscription.pk, on=TODAY)
        subscription.refresh_from_db()
    return subscription


@pytest.fixture
def enter():
    """Return what signs somebody of the staff in, by name."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
        return client

    return sign_in
