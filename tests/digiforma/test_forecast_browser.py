"""What is foreseen, in Chromium: no fault of access in any light or width, as pictures too."""

from datetime import timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.tenancy import staff_context
from learners.services import recount_all
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, PAGE, TODAY, enroll

pytestmark = pytest.mark.browser

GROUPS = 26  # one every two weeks, a little larger each time


def nearing_the_limit():
    """Seed Ravel: 416 learners of 500, a pace that passes the limit after a peak, a year before."""
    with time_machine.travel(NOW), staff_context():
        there = ravel.found(learners=0)
        for number in range(GROUPS):
            day = TODAY - timedelta(days=357 - 14 * number)
            enroll(there.ravel, 10 + number // 2, on=day)
        for days, learners in ((-400, 30), (8, 12), (30, 20), (51, 24), (90, 10)):
            enroll(there.ravel, learners, on=TODAY + timedelta(days=days))
        recount_all(on=TODAY)


@pytest.fixture
def enter(live_site, new_page):
    """Return a function that opens a page as Alice, on 23 November 2026."""

    def opened(path: str, width: int, scheme: str):
        tab = new_page(width)
        tab.emulate_media(color_scheme=scheme)
        tab.context.add_cookies([cookie])
        tab.goto(live_site.url + path, wait_until="networkidle")
        return tab

    with time_machine.travel(NOW):
        client = Client()
        client.force_login(User.objects.get(email="alice@exemple.fr"))
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_site.url}
        yield opened


@pytest.mark.seeded(by=nearing_the_limit)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("mon-abonnement-prevision", PAGE),
        ("apprenants-prevision", f"{PAGE}apprenants/"),
        ("formules-prevision", f"{PAGE}formules/"),
    ],
)
def test_forecast_breaks_no_rule_of_access_in_any_light_or_width(enter, screenshots, name, path):
    for scheme in ("light", "dark"):
        for width in (1280, 390):
            tab = enter(path, width, scheme)
            tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

            broken = Axe().run(tab).response["violations"]

            assert [(rule["id"], node["html"]) for rule in broken for node in rule["nodes"]] == []
            assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
            tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
        screenshots(tab, f"{name}-{scheme}")
