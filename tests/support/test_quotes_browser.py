"""The pages of quotes in Chromium: seen at every size and light, drawn again while one chooses."""

from decimal import Decimal

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.reductions import Reduction
from support.models import Request
from tests.conftest import SCREENSHOTS
from tests.proving import examples
from tests.signed_in import sign_in
from tests.support.conftest import TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
LOOKS = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")][: examples(2, 4)]
CHOICE = {"options": ("custom-fields",)}


def quoted_twice() -> None:
    """A change whose first quote was replaced by one with a discount."""
    with time_machine.travel(NOW, tick=False):
        desk = gather()
        with staff_context():
            recount_all(on=TODAY)
            request = desk.ask("adam", **CHOICE)
            desk.price(request, **CHOICE)
            desk.send(request)
            desk.price(request, **CHOICE, reduction=Reduction(Decimal(10), 3, "Fidélité"))
            desk.send(request)


def pages() -> dict[str, tuple[str, str]]:
    """Return who sees which page, by the name of its picture. Staff scope."""
    request = Request.objects.get()
    return {
        "quote-price": (
            "lea",
            reverse("admin:support_request_move", args=[request.pk, "price"]),
        ),
        "quote-compare": ("lea", reverse("admin:support_request_ways", args=[request.pk])),
        "quote-version": ("lea", reverse("admin:support_request_quote", args=[request.pk, 1])),
        "quote-file": ("lea", reverse("admin:support_request_change", args=[request.pk])),
        "quote-customer": ("alice", reverse("request", args=[request.reference])),
        "quote-ways": ("alice", reverse("request-ways", args=[request.reference])),
    }


@pytest.fixture
def tab(live_site, browser):
    """Return what opens a tab of a size and a light, signed in as somebody."""
    contexts = []

    def opened(who: str, *, width: int = 1280, scheme: str = "light", script: bool = True):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        page = context.new_page()
        with staff_context():
            sign_in(page, f"{who}@exemple.fr", live_site.url)
        page.site = live_site.url
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.seeded(by=quoted_twice)
def test_the_pages_of_a_quote_fit_and_are_accessible(tab):
    with time_machine.travel(NOW):
        with staff_context():
            shown = pages()
        wrong = {
            f"{name} {width} {scheme}": found
            for name, (who, address) in shown.items()
            for width, scheme in LOOKS
            if (found := _wrongs(tab(who, width=width, scheme=scheme), name, address, scheme))
        }

    assert wrong == {}


def _wrongs(page, name: str, address: str, scheme: str) -> list[str]:
    found = []
    page.on("console", lambda said: said.type == "error" and found.append(said.text))
    answer = page.goto(page.site + address)
    if answer.status != 200:
        found.append(f"status {answer.status}")
    if name == "quote-customer":
        page.locator("#facons").scroll_into_view_if_needed()
        page.wait_for_selector("#facons .way")
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    found += [broken["id"] for broken in Axe().run(page).response["violations"]]
    picture = f"{name}-{scheme}-{page.viewport_size['width']}.png"
    page.screenshot(path=SCREENSHOTS / picture, full_page=True)
    return found


@pytest.mark.seeded(by=quoted_twice)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_price_is_drawn_again_while_one_chooses(tab, script):
    with time_machine.travel(NOW):
        with staff_context():
            _who, address = pages()["quote-price"]
        page = tab("lea", script=script)
        page.goto(page.site + address)
        before = page.locator("#apercu").inner_text().replace("\u00a0", " ")

        page.select_option("#id_plan", label="LEADER")
        if not script:
            page.click("text=Recalculer")
        page.wait_for_selector("#apercu :text('+ 375,00')")

    assert "Supplément : + 135,00 € HT par mois" in before
    assert "215,10 €" in before
    with staff_context():
        assert Request.objects.get().quotes.count() == 2


@pytest.mark.seeded(by=quoted_twice)
def test_a_way_that_is_compared_fills_the_price_form(tab):
    with time_machine.travel(NOW):
        with staff_context():
            _who, address = pages()["quote-compare"]
        page = tab("lea")
        page.goto(page.site + address)

        page.click("button[value='now-annual']")

        assert page.input_value("#id_when") == "now"
        assert page.input_value("#id_commitment") == "annual"
        assert page.locator("#apercu").inner_text().count("ORGA") >= 1
