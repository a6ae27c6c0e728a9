"""From an administrator's click to the owner's subscription, in a real browser."""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import services
from support.models import Request
from tests import world
from tests.access import wrongs
from tests.proving import looks
from tests.teams import TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
PAGE = "/compte/abonnement/"
DETAIL = f"{PAGE}options/e-signature/"


def town() -> None:
    with time_machine.travel(NOW, tick=False):
        gather()


def two_are_interested() -> None:
    with time_machine.travel(NOW, tick=False):
        team = gather()
        with staff_context():
            for name in ("sam", "adam"):
                services.note_option_interest(
                    membership=team.membership(name), option=world.option("e-signature"), on=TODAY
                )


@pytest.fixture
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


def link_to_the_owner() -> str:
    with staff_context():
        mail = OutgoingMail.objects.get(dedupe_key__startswith="interest_to_owner-")
    return re.search(r"https?://[^/\s]+(/\S+)", mail.text)[1]


@pytest.mark.seeded(by=town)
def test_the_click_of_an_administrator_becomes_the_owners_subscription(enter, screenshots):
    adam = enter("adam", PAGE)
    adam.get_by_role("link", name="Signaler mon intérêt pour l’option Signature").click()
    screenshots(adam, "interest-1-dialog")
    adam.get_by_role("dialog").get_by_role("button", name="Transmettre au support").click()
    expect(adam.get_by_role("status").first).to_contain_text("Alice Ravel a reçu une copie")
    expect(adam.locator("#options")).to_contain_text("Demandée le 23 nov.")

    alice = enter("", link_to_the_owner())
    alice.get_by_label("Adresse e-mail").fill("alice@exemple.fr")
    alice.get_by_label("Mot de passe", exact=True).fill(world.PASSWORD)
    alice.get_by_role("button", name="Se connecter").click()
    expect(alice.get_by_text("Facturé aujourd’hui")).to_be_visible()
    screenshots(alice, "interest-2-from-the-mail")
    alice.get_by_role("button", name="Souscrire, 25,00 € HT par mois").click()

    expect(alice.get_by_role("status").first).to_contain_text("souscrite")
    with staff_context():
        assert Request.objects.get().state == "closed"


@pytest.mark.seeded(by=two_are_interested)
def test_who_is_interested_is_shown_without_a_fault(enter, screenshots):
    pages = [("alice", PAGE), ("alice", DETAIL), ("sam", PAGE), ("sam", DETAIL)]
    for (name, address), look in looks(pages):
        tab = enter(name, address, look)

        assert wrongs(tab) == [], (name, address, look)
        screenshots(tab, f"interest-3-{name}-{address.count('/')}-{look[1]}")
