"""« Mon abonnement » in Chromium: no fault of access, few requests, the dialog of « Souscrire »."""

from datetime import date

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.periods import Commitment
from support.drawing import Wish
from support.labels import When
from support.services import ask_plan_change
from tests import world
from tests.access import unfold, wrongs
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, PAGE, TODAY, enroll, membership
from tests.proving import LOOKS, looks

pytestmark = pytest.mark.browser

MOST_REQUESTS = 6


def over_the_limit_with_a_request():
    """Seed Ravel: 528 learners of 500, a request of its owner under way."""
    with time_machine.travel(NOW), staff_context():
        there = ravel.found(learners=328)
        enroll(there.ravel, 200, on=date(2026, 11, 6))
        recount_all(on=TODAY)
        wish = Wish(plan=world.plan("orga"), commitment=Commitment.MONTHLY, when=When.TERM)
        ask_plan_change(membership=membership(there.alice), wish=wish, on=TODAY)


@pytest.fixture
def enter(visit):
    """Return what opens the page as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield lambda name, look=LOOKS[0]: visit(name, PAGE, look)


@pytest.mark.seeded(by=over_the_limit_with_a_request)
def test_page_breaks_no_rule_of_access_in_any_light_or_width(enter):
    for name, look in looks(["alice", "adam"]):
        tab = enter(name, look)
        unfold(tab)

        assert wrongs(tab) == [], (name, look)


@pytest.mark.seeded(by=over_the_limit_with_a_request)
def test_page_is_light_for_its_first_view(enter, tell_figure):
    tab = enter("alice")

    tell_figure(f"{len(tab.sent)} requests")
    assert len(tab.sent) <= MOST_REQUESTS
    assert tab.evaluate("document.querySelectorAll('[style]').length") == 0


@pytest.mark.seeded(by=over_the_limit_with_a_request)
def test_souscrire_opens_its_amount_in_a_dialog_and_gives_the_focus_back(enter):
    tab = enter("alice")
    button = tab.get_by_role("link", name="Souscrire pour l’option Export EDOF")

    button.click()
    expect(tab.get_by_role("dialog")).to_contain_text("Facturé aujourd’hui")
    tab.keyboard.press("Escape")

    expect(tab.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.seeded(by=over_the_limit_with_a_request)
def test_owner_subscribes_and_the_option_moves_up(enter):
    tab = enter("alice")
    tab.get_by_role("link", name="Souscrire pour l’option Export EDOF").click()

    tab.get_by_role("dialog").get_by_role("button", name="Souscrire, 25,00 € HT par mois").click()

    held = tab.locator("#options ul").first
    expect(held).to_contain_text("Export EDOF")
    expect(tab.locator("#next-invoice")).to_contain_text("Export EDOF")
