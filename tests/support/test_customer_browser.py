"""The customer's pages by keyboard and by ear, in a real browser: choose, ask, follow, write."""

import gzip
from collections.abc import Callable, Iterator

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.tenancy import staff_context
from support import services
from support.models import Request
from tests.access import faults
from tests.proving import LOOKS, looks
from tests.signed_in import listen, sign_in
from tests.support.conftest import TODAY, gather
from tests.support.files import PDF

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
PLANS = "/compte/abonnement/formules/"
ORGA = f"{PLANS}orga/demander/"
REQUEST = "/compte/demandes/D-2026-0001/"
SLOW = 30_000  # four ways played by the engine, on a busy machine
MOST_BYTES = 90 * 1024
MOST_REQUESTS = 6
MOST_NODES = 800


def quoted_day() -> None:
    """Charlie has a quote to accept; Alice has asked for nothing."""
    with time_machine.travel(NOW, tick=False):
        desk = gather()
        with staff_context():
            asked = services.ask_plan_change(
                membership=desk.membership("charlie"),
                wish=desk.wish("orga", options=("custom-fields",), message="Nous grandissons."),
                on=TODAY,
            )
            Request.objects.filter(pk=asked.pk).update(assigned_to=desk.people["lea"])
            desk.price(asked, options=("custom-fields",))
            desk.send(asked)


@pytest.fixture
def open_as(live_site, new_page) -> Iterator[Callable[..., Page]]:
    """Return what opens an address in a tab that has loaded nothing yet; it keeps what it asks."""

    def opened(who: str | None, address: str, *, look=LOOKS[0], javascript=True) -> Page:
        tab = new_page(*look, script=javascript)
        listen(tab)
        if who:
            sign_in(tab, f"{who}@exemple.fr", live_site.url)
        tab.goto(live_site.url + address)
        return tab

    with time_machine.travel(NOW):
        yield opened


def weight(tab: Page) -> dict[str, int]:
    """Return what a first view costs, compressed, against the budgets of every page."""
    bodies = [request.response().body() for request in tab.sent]
    return {
        "bytes": sum(min(len(body), len(gzip.compress(body, 6))) for body in bodies),
        "requests": len(bodies),
        "nodes": tab.evaluate("document.querySelectorAll('*').length"),
    }


@pytest.mark.seeded(by=quoted_day)
def test_choosing_says_the_price_without_a_reload_and_keeps_the_focus(open_as):
    tab = open_as("alice", PLANS)
    advised, total = tab.locator("#advised"), tab.locator("#sum")
    expect(advised).to_contain_text("ÉQUIPE")

    tab.get_by_label("Apprenants").fill("560")
    tab.keyboard.press("Tab")
    expect(advised).to_contain_text("ORGA")
    expect(tab.get_by_label("Intervenants")).to_be_focused()
    expect(tab.get_by_role("radio", name="ORGA", exact=True)).to_be_checked()
    expect(total).to_contain_text("268,00 € HT")

    tab.get_by_label("Champs personnalisés").focus()
    tab.keyboard.press("Space")
    expect(total).to_contain_text("283,00 € HT")
    expect(tab.get_by_label("Champs personnalisés")).to_be_focused()

    tab.get_by_label("Annuel").check()
    expect(total).to_contain_text("2 830,00 € HT sur douze mois")
    assert "learners=560" in tab.url

    tab.get_by_role("button", name="Voir l’aperçu du changement").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Passer à ORGA")
    expect(tab.get_by_label("Champs personnalisés")).to_be_checked()
    assert tab.said == []


@pytest.mark.seeded(by=quoted_day)
def test_a_wrong_number_takes_the_focus_to_what_is_wrong(open_as):
    tab = open_as("alice", PLANS)

    tab.get_by_label("Apprenants").fill("beaucoup")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_be_focused()
    tab.get_by_role("link", name="Indiquez un nombre entier").click()

    expect(tab.get_by_label("Apprenants")).to_be_focused()
    assert tab.title().startswith("Erreur")


@pytest.mark.seeded(by=quoted_day)
def test_the_preview_follows_each_choice_and_is_said(open_as):
    tab = open_as("alice", ORGA)
    said = tab.locator("#said")
    expect(said).to_contain_text("+ 120,00 € HT par mois")

    tab.get_by_label("Maintenant").check()
    expect(tab.locator("#apercu")).to_contain_text("Facture immédiate")
    expect(said).to_contain_text("Première facture : 76,80 € TTC")
    tab.get_by_label("Export EDOF").check()
    expect(tab.locator("#changes")).to_contain_text("Export EDOF")
    tab.get_by_label("Un mot pour le support").fill("Merci de faire vite.")
    tab.get_by_role("button", name="Envoyer ma demande").click()

    expect(tab.get_by_role("heading", level=1)).to_have_text("Votre passage à ORGA")
    expect(tab.get_by_text("Merci de faire vite.")).to_be_visible()


@pytest.mark.seeded(by=quoted_day)
def test_everything_works_without_javascript(open_as):
    tab = open_as("alice", PLANS, javascript=False)

    tab.get_by_label("Apprenants").fill("560")
    tab.get_by_role("button", name="Recalculer").click()
    expect(tab.locator("#advised")).to_contain_text("ORGA")
    tab.get_by_role("button", name="Voir l’aperçu du changement").click()
    tab.get_by_label("Maintenant").check()
    tab.get_by_role("button", name="Recalculer").click()
    expect(tab.locator("#apercu")).to_contain_text("76,80 €")
    tab.get_by_role("button", name="Envoyer ma demande").click()
    tab.get_by_label("Pièces jointes").set_input_files(
        {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    tab.get_by_role("button", name="Envoyer au support").click()

    expect(tab.get_by_role("link", name="plan.pdf")).to_be_visible()


@pytest.mark.seeded(by=quoted_day)
def test_the_ways_come_when_one_reads_down_to_them(open_as):
    tab = open_as("charlie", REQUEST)

    tab.locator("#facons").scroll_into_view_if_needed()
    expect(tab.locator(".way")).to_have_count(4, timeout=SLOW)

    assert faults(tab) == []
    expect(tab.get_by_text("Le devis en cours")).to_be_visible()


@pytest.mark.seeded(by=quoted_day)
def test_every_page_is_heard_fits_and_stays_light(open_as, tell_figure):
    pages = [
        ("alice", PLANS),
        ("alice", f"{PLANS}?learners=x"),
        ("sam", PLANS),
        ("charlie", PLANS),
        ("alice", f"{ORGA}?options=custom-fields&when=now"),
        ("alice", f"{PLANS}equipe/demander/?commitment=annual"),
        ("alice", f"{PLANS}indep-plus/demander/"),
        ("charlie", REQUEST),
        ("charlie", "/compte/demandes/"),
        ("alice", "/compte/demandes/"),
        ("alice", "/contact/"),
        (None, "/contact/"),
    ]
    wrong, heaviest = {}, {"bytes": 0, "requests": 0, "nodes": 0}
    for (who, address), look in looks(pages):
        tab = open_as(who, address, look=look)
        cost = weight(tab)
        heaviest = {name: max(most, cost[name]) for name, most in heaviest.items()}
        if found := faults(tab):
            wrong[address, who, look] = found
        tab.context.close()

    tell_figure(f"{heaviest}")
    assert wrong == {}
    assert heaviest["bytes"] <= MOST_BYTES
    assert heaviest["requests"] <= MOST_REQUESTS
    assert heaviest["nodes"] <= MOST_NODES


@pytest.mark.seeded(by=quoted_day)
def test_the_customers_pages_are_kept_as_pictures(open_as, screenshots):
    pages = [
        ("formules", "alice", f"{PLANS}?learners=560&trainers=14&options=custom-fields"),
        ("apercu", "alice", f"{ORGA}?options=custom-fields"),
        ("demande", "charlie", REQUEST),
        ("demandes", "charlie", "/compte/demandes/"),
        ("contact", None, "/contact/"),
    ]
    for (name, who, address), look in looks(pages):
        tab = open_as(who, address, look=look)
        if name == "demande":
            tab.locator("#facons").scroll_into_view_if_needed()
            expect(tab.locator(".way")).to_have_count(4, timeout=SLOW)
        screenshots(tab, f"client-{name}-{look[1]}")
        assert tab.said == []
