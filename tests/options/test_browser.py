"""An option just taken, in a real browser: undone with one button, no violation, no overflow."""

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.tenancy import staff_context
from options import services
from options.selectors import on_sale
from tests.digiforma.test_my_subscription_browser import session_of
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
def enter(live_site, new_page):
    """Return what opens an address as Alice, on 23 November 2026."""

    def opened(address: str, width: int = 1280, scheme: str = "light"):
        tab = new_page(width)
        tab.emulate_media(color_scheme=scheme)
        tab.context.add_cookies([{**session_of("alice@exemple.fr"), "url": live_site.url}])
        tab.goto(live_site.url + address, wait_until="networkidle")
        return tab

    with time_machine.travel(NOW):
        yield opened


@pytest.mark.seeded(by=just_taken)
@pytest.mark.parametrize("address", PAGES)
def test_what_can_be_undone_is_shown_without_a_fault(enter, address):
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            tab = enter(address, width, scheme)

            broken = Axe().run(tab).response["violations"]

            assert [rule["id"] for rule in broken] == []
            assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") == 0


@pytest.mark.seeded(by=just_taken)
def test_the_owner_undoes_an_option_with_one_button(enter):
    tab = enter("/compte/abonnement/")

    tab.get_by_role("button", name="Annuler la souscription à l’option Signature").click()

    expect(tab.get_by_role("status").first).to_contain_text("annulée : l’option est fermée")
    expect(tab.get_by_role("button", name="Annuler la souscription")).to_have_count(0)
