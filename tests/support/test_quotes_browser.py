"""The pages of quotes in Chromium: seen at every size and light, drawn again while one chooses."""

from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.reductions import Reduction
from support.models import Request
from tests.access import wrongs
from tests.pictures import keep
from tests.proving import looks
from tests.support.conftest import TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
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
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


@pytest.mark.seeded(by=quoted_twice)
def test_the_pages_of_a_quote_fit_and_are_accessible(enter):
    with staff_context():
        shown = pages()
    wrong = {}
    for (name, (who, address)), look in looks(shown.items()):
        tab = enter(who, address, look)
        if name == "quote-customer":
            tab.locator("#facons").scroll_into_view_if_needed()
            tab.wait_for_selector("#facons .way")
        wrong[name, look] = wrongs(tab)
        keep(tab, f"{name}-{look[1]}-{look[0]}")

    assert {page: found for page, found in wrong.items() if found} == {}


@pytest.mark.seeded(by=quoted_twice)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_the_price_is_drawn_again_while_one_chooses(enter, script):
    with staff_context():
        _who, address = pages()["quote-price"]
    tab = enter("lea", address, script=script)
    before = tab.locator("#apercu").inner_text().replace("\u00a0", " ")

    tab.select_option("#id_plan", label="LEADER")
    if not script:
        tab.click("text=Recalculer")
    tab.wait_for_selector("#apercu :text('+ 375,00')")

    assert "Supplément : + 135,00 € HT par mois" in before
    assert "215,10 €" in before
    with staff_context():
        assert Request.objects.get().quotes.count() == 2


@pytest.mark.seeded(by=quoted_twice)
def test_a_way_that_is_compared_fills_the_price_form(enter):
    with staff_context():
        _who, address = pages()["quote-compare"]
    tab = enter("lea", address)

    tab.click("button[value='now-annual']")

    assert tab.input_value("#id_when") == "now"
    assert tab.input_value("#id_commitment") == "annual"
    assert tab.locator("#apercu").inner_text().count("ORGA") >= 1
