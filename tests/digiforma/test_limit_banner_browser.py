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
from tests.access import faults
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll
from tests.proving import looks
from tests.signed_in import sign_in

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
def enter(live_site, new_page):
    """Return what opens a page as somebody, on 23 November 2026."""

    def opened(name: str, path: str, *, width: int = 1280, scheme: str = "light"):
        tab = new_page(width)
        tab.emulate_media(color_scheme=scheme)
        sign_in(tab, f"{name}@exemple.fr", live_site.url)
        tab.goto(live_site.url + path, wait_until="networkidle")
        return tab

    with time_machine.travel(NOW):
        yield opened


@pytest.mark.seeded(by=over_the_limit)
@pytest.mark.parametrize("closes_on", [date(2026, 12, 23), date(2026, 11, 20)])
def test_the_banner_breaks_no_rule_of_access(enter, screenshots, closes_on):
    with staff_context():
        EnrollmentGate.objects.update(closed_from=closes_on)

    for width, scheme in looks():
        tab = enter("adam", "/compte/demandes/", width=width, scheme=scheme)
        assert tab.locator("#account-notice").count() == 1
        assert faults(tab) == []
        screenshots(tab, f"limit-banner-{closes_on:%m-%d}-{scheme}")


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
