"""What is foreseen, in Chromium: no fault of access in any light or width, as pictures too."""

from datetime import timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context
from learners.services import recount_all
from tests.access import unfold, wrongs
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, PAGE, TODAY, enroll
from tests.proving import looks

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
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


@pytest.mark.seeded(by=nearing_the_limit)
def test_forecast_breaks_no_rule_of_access_in_any_light_or_width(enter, screenshots):
    pages = {
        "mon-abonnement-prevision": PAGE,
        "apprenants-prevision": f"{PAGE}apprenants/",
        "formules-prevision": f"{PAGE}formules/",
    }
    for (name, path), look in looks(pages.items()):
        tab = enter("alice", path, look)
        screenshots(tab, f"{name}-{look[1]}")
        unfold(tab)

        assert wrongs(tab) == [], (name, look)
