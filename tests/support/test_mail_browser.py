"""The mails as they are read, and the page where staff read those received, in a real browser."""

import pytest
import time_machine

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import conversation
from support.models import InboundMail
from tests.access import faults, wrongs
from tests.pictures import keep
from tests.proving import looks
from tests.support.conftest import TODAY, gather
from tests.support.letters import DOMAIN, answering, receive

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


NOW = "2026-11-23T10:00:00+01:00"
READ = ("request_received", "quote_sent", "details_asked", "quote_accepted", "change_applied")
WRITTEN = (
    "Bonjour,\n\nNous ouvrons <b>deux</b> parcours.\n\nLe 2 nov. 2026, X a écrit :\n> Combien ?"
)


def a_full_box() -> None:
    """A change from the request to its invoice, and mails received: joined, waiting, put aside."""
    with time_machine.travel(NOW, tick=False):
        desk = gather()
        with staff_context():
            request = desk.ask("adam", message="Nous ouvrons deux parcours.")
            conversation.ask_details(
                request_id=request.pk, actor=desk.people["lea"], body="Pour quand ?", on=TODAY
            )
            receive(sent_to=answering(request, desk.people["adam"]), Subject="Re: Une précision")
            desk.price(request)
            desk.send(request)
            desk.accept(request)
            desk.hand_over(request)
            desk.apply(request)
            desk.ask("adam")
            receive(WRITTEN, sender="adam@exemple.fr", Subject="Deux parcours", Message_ID="<2@x>")
            receive(sender="zoe@ailleurs.example", Subject="Offre", Message_ID="<3@x>")
            receive(sender="adam@exemple.fr", Message_ID="<4@x>", Auto_Submitted="auto-replied")


@pytest.mark.seeded(by=a_full_box)
def test_mails_are_read_on_a_phone_in_the_dark(committed_db, page):
    with staff_context():
        mails = {
            name: OutgoingMail.objects.filter(dedupe_key__startswith=f"{name}-").first().html
            for name in READ
        }

    wrong = {}
    for width, scheme in ((600, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        for name, html in mails.items():
            page.set_content(html)
            wrong[name, width] = faults(page)
            keep(page, f"mail-{name}-{width}-{scheme}")
    assert {mail: found for mail, found in wrong.items() if found} == {}


@pytest.mark.seeded(by=a_full_box)
def test_staff_read_and_decide_of_mails_received(visit):
    with staff_context():
        waiting = InboundMail.objects.get(subject="Deux parcours")
    pages = {
        "courrier": "/admin/support/inboundmail/",
        "courrier-file": f"/admin/support/inboundmail/{waiting.pk}/change/",
    }

    with time_machine.travel(NOW):
        for (name, address), look in looks(pages.items()):
            tab = visit("lea", address, look)
            assert wrongs(tab) == [], (name, look)
            keep(tab, f"{name}-{look[0]}-{look[1]}")

        tab = visit("lea", pages["courrier-file"])
        tab.get_by_role("button", name="Ouvrir pour Ravel Formation").click()
        assert tab.get_by_text("Demande créée de cet e-mail.").is_visible()
        tab.get_by_role("link", name="D-2026-0003").click()
        assert tab.get_by_text("Nous ouvrons <b>deux</b> parcours.").first.is_visible()
