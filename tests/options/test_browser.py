"""An option just taken, in a real browser: undone with one button, no violation, no overflow."""

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.tenancy import staff_context
from options import services
from options.selectors import on_sale
from tests.access import wrongs
from tests.proving import looks
from tests.teams import TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
PAGES = ["/compte/abonnement/options/e-signature/", "/compte/abonnement/"]


def just_taken() -> None:
    with time_machine.travel(NOW, tick=False):
        team = gather()
        with staff_context():
            services.press_subscribe(
                membership=team.membership("alice"),
                option=on_sale().get(component__code="e-signature"),
                today=TODAY,
                operation="option 0123456789abcdef",
            )


@pytest.fixture
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


@pytest.mark.seeded(by=just_taken)
def test_what_can_be_undone_is_shown_without_a_fault(enter):
    for address, look in looks(PAGES):
        assert wrongs(enter("alice", address, look)) == [], (address, look)


@pytest.mark.seeded(by=just_taken)
def test_the_owner_undoes_an_option_with_one_button(enter):
    tab = enter("alice", "/compte/abonnement/")

    tab.get_by_role("button", name="Annuler la souscription à l’option Signature").click()

    expect(tab.get_by_role("status").first).to_contain_text("annulée : l’option est fermée")
    expect(tab.get_by_role("button", name="Annuler la souscription")).to_have_count(0)
