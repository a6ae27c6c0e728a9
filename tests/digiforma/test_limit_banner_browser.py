"""The banner above the limit in Chromium, and the desk's page that extends the grace."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.tenancy import staff_context
from learners.models import EnrollmentGate
from learners.services import recount_all
from subscriptions import alerts
from subscriptions.models import Subscription
from support.groups import load_groups
from tests import world
from tests.access import faults, wrongs
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll
from tests.proving import looks

pytestmark = pytest.mark.browser


def over_the_limit():
    """Seed Ravel: 528 learners of 500 since today, Léa of customer care."""
    with time_machine.travel(NOW), staff_context():
        load_groups()
        world.person("Lea", is_staff=True).groups.add(Group.objects.get(name="customer_care"))
        there = ravel.found(learners=328)
        enroll(there.ravel, 200, on=date(2026, 11, 6))
        recount_all(on=TODAY)
        alerts.warn(on=TODAY, scope=transaction.atomic)


@pytest.fixture
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


@pytest.mark.seeded(by=over_the_limit)
def test_the_banner_breaks_no_rule_of_access(enter, screenshots):
    for closes_on, look in looks([date(2026, 12, 23), date(2026, 11, 20)]):
        with staff_context():
            EnrollmentGate.objects.update(closed_from=closes_on)

        tab = enter("adam", "/compte/demandes/", look)

        assert tab.locator("#account-notice").count() == 1
        assert wrongs(tab) == [], (closes_on, look)
        screenshots(tab, f"limit-banner-{closes_on:%m-%d}-{look[1]}")


@pytest.mark.seeded(by=over_the_limit)
def test_the_desk_extends_the_grace_by_hand(enter, screenshots):
    with staff_context():
        address = f"/admin/subscriptions/subscription/{Subscription.objects.get().pk}/change/"
    tab = enter("lea", address)
    screenshots(tab, "grace-subscription")
    tab.get_by_role("link", name="Prolonger le délai").click()
    tab.get_by_label("Refuser les nouvelles inscriptions à partir du").fill("2027-01-31")
    tab.get_by_label("Motif").fill("Passage à ORGA en discussion")
    screenshots(tab, "grace-form")
    tab.get_by_role("button", name="Voir l’effet").click()
    screenshots(tab, "grace-confirm")
    assert faults(tab) == []
    tab.get_by_role("button", name="Confirmer : Prolonger le délai").click()

    assert "31 janvier 2027" in tab.locator(".warnline").inner_text()
