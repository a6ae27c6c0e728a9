"""The mails as they are read, and the page where staff read those received, in a real browser."""

import pytest
import time_machine

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import conversation
from support.models import InboundMail
from tests.access import faults
from tests.conftest import SCREENSHOTS
from tests.signed_in import sign_in
from tests.support.conftest import TODAY, gather
from tests.support.letters import DOMAIN, answering, receive

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


NOW = "2026-11-23T10:00:00+01:00"
LOOKS = [(600, "light"), (390, "dark")]
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
def test_mails_are_read_on_a_phone_in_the_dark(committed_db, browser, shots):
    with staff_context():
        mails = {
            name: OutgoingMail.objects.filter(dedupe_key__startswith=f"{name}-").first().html
            for name in READ
        }

    wrong = {}
    for width, scheme in LOOKS:
        context = browser.new_context(
            viewport={"width": width, "height": 700}, color_scheme=scheme, locale="fr-FR"
        )
        page = context.new_page()
        for name, html in mails.items():
            page.set_content(html)
            shots(page, f"mail-{name}-{width}-{scheme}")
            if found := faults(page):
                wrong[name, width, scheme] = found
        context.close()
    assert wrong == {}


@pytest.fixture
def shots():
    """Return what keeps one picture of a page as it is, in var/screenshots/."""

    def take(page, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return take


@pytest.mark.seeded(by=a_full_box)
def test_staff_read_and_decide_of_mails_received(live_site, browser, shots):
    with staff_context():
        waiting = InboundMail.objects.get(subject="Deux parcours")
    pages = {
        "courrier": "/admin/support/inboundmail/",
        "courrier-file": f"/admin/support/inboundmail/{waiting.pk}/change/",
    }

    wrong = {}
    with time_machine.travel(NOW):
        for width, scheme in ((1280, "light"), (390, "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, locale="fr-FR"
            )
            page = context.new_page()
            with staff_context():
                sign_in(page, "lea@exemple.fr", live_site.url)
            for name, address in pages.items():
                page.goto(live_site.url + address)
                shots(page, f"{name}-{width}-{scheme}")
                if found := faults(page):
                    wrong[name, width, scheme] = found
            context.close()
    assert wrong == {}

    page = browser.new_page()
    with time_machine.travel(NOW):
        with staff_context():
            sign_in(page, "lea@exemple.fr", live_site.url)
        page.goto(live_site.url + pages["courrier-file"])
        page.get_by_role("button", name="Ouvrir pour Ravel Formation").click()
        assert page.get_by_text("Demande créée de cet e-mail.").is_visible()
        page.get_by_role("link", name="D-2026-0003").click()
        assert page.get_by_text("Nous ouvrons <b>deux</b> parcours.").first.is_visible()
    page.close()
