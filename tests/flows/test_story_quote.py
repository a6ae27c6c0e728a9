"""The whole story of a quote, in a real browser: asked, priced, accepted, applied, invoiced."""

import re

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from subscriptions import renewal_run
from subscriptions.models import Invoice
from support.models import Quote, Request
from tests.pictures import keep_at_both_widths
from tests.signed_in import listen, sign_in
from tests.support.conftest import RENEWS_ON, TODAY, gather

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
MINE = "/compte/abonnement/"
SLOW = 30_000


def town() -> None:
    """Alice owns Ravel on ÉQUIPE, Léa cares, Victor sells."""
    with time_machine.travel(NOW, tick=False):
        gather()


class Story:
    """Who is at which page of the site."""

    def __init__(self, site: str, browser):
        self.site, self.browser, self.contexts = site, browser, []

    def enter(self, name: str) -> Page:
        context = self.browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce"
        )
        self.contexts.append(context)
        tab = context.new_page()
        listen(tab)
        with staff_context():
            sign_in(tab, f"{name}@exemple.fr", self.site)
        return tab

    def keep(self, tab: Page, name: str) -> None:
        """Keep what somebody sees in four pictures, light and dark."""
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            keep_at_both_widths(tab, f"devis-{name}-{scheme}")


@pytest.fixture
def story(live_site, browser):
    told = Story(live_site.url, browser)
    with time_machine.travel(NOW):
        yield told
    for context in told.contexts:
        context.close()


def complaints(tab: Page) -> list[str]:
    """Return what the console said, but for the style by which a picture hides the caret."""
    return [said for said in tab.said if "inline style" not in said]


def press(tab: Page, name: str) -> None:
    tab.get_by_role("button", name=name, exact=True).first.click()
    tab.wait_for_load_state()


def follow(tab: Page, name: str | re.Pattern) -> None:
    tab.get_by_role("link", name=name).first.click()
    tab.wait_for_load_state()


def cents(text: str) -> int:
    """Return the cents of « 1 234,56 € »."""
    return int(re.sub(r"\D", "", text))


@pytest.mark.seeded(by=town)
@pytest.mark.parametrize("when", ["À l’échéance", "Maintenant"])
def test_what_the_owner_reads_is_what_is_invoiced(story, when):
    alice, lea, victor = (story.enter(name) for name in ("alice", "lea", "victor"))
    shown = the_owner_asks(story, alice, when)
    care_price_it_and_send_it(story, lea)
    accepted = the_owner_accepts(story, alice)
    sales_apply_it(story, lea, victor)

    if when == "À l’échéance":
        renewal_run.run(on=RENEWS_ON)
    with staff_context():
        quote, request = Quote.objects.get(), Request.objects.get()
        invoice = Invoice.objects.for_organization(request.organization).latest("pk")
        lines = [line.net_cents for line in invoice.lines.order_by("position")]

    assert request.state == "applied"
    assert shown == accepted == quote.gross_cents == invoice.gross_cents
    assert lines == [line["net_cents"] for line in quote.lines]
    assert invoice.issued_on == (TODAY if when == "Maintenant" else RENEWS_ON)
    story.keep(the_owner_sees_it(story, alice, invoice), "6-facture")
    assert [complaints(tab) for tab in (alice, lea, victor)] == [[], [], []]


def the_owner_asks(story: Story, alice: Page, when: str) -> int:
    """Go from « Mon abonnement » by the three numbers; return the total with tax, in cents."""
    alice.goto(story.site + MINE)
    follow(alice, "Changer de formule")
    alice.get_by_label("Apprenants").fill("560")
    press(alice, "Recalculer")
    expect(alice.locator("#advised")).to_contain_text("ORGA")
    alice.get_by_label("Champs personnalisés").check()
    expect(alice.locator("#sum")).to_contain_text("Champs personnalisés", timeout=SLOW)
    story.keep(alice, "1-formules")
    press(alice, "Voir l’aperçu du changement")
    title = "Facture immédiate" if when == "Maintenant" else "Facture du 9 décembre 2026"
    alice.get_by_role("radio", name=when).check()
    expect(alice.locator("#apercu h3")).to_contain_text(title, timeout=SLOW)
    total = alice.locator("#apercu .next__ttc dd").inner_text()
    alice.get_by_label("Un mot pour le support").fill("Nous ouvrons deux parcours en janvier.")
    alice.get_by_label("Un mot pour le support").blur()
    story.keep(alice, "2-apercu")
    press(alice, "Envoyer ma demande")
    expect(alice.get_by_role("heading", level=1)).to_have_text("Votre passage à ORGA")
    story.keep(alice, "3-demande")
    return cents(total)


def care_price_it_and_send_it(story: Story, lea: Page) -> None:
    lea.goto(f"{story.site}/admin/support/request/")
    follow(lea, re.compile("ORGA"))
    for deed in ("Chiffrer", "Envoyer le devis"):
        follow(lea, deed)
        press(lea, deed)
    with staff_context():
        assert Request.objects.get().state == "quoted"
        assert OutgoingMail.objects.filter(dedupe_key__startswith="quote_sent-").count() == 1


def the_owner_accepts(story: Story, alice: Page) -> int:
    """Accept from the card of « Mon abonnement »; return the total with tax that was shown."""
    alice.goto(story.site + MINE)
    story.keep(alice, "4-mon-abonnement")
    follow(alice, "Voir le devis")
    story.keep(alice, "5-devis")
    total = alice.locator(".bill tfoot tr").last.locator("td").inner_text()
    press(alice, "Accepter le devis")
    expect(alice.get_by_text("Devis accepté.")).to_be_visible()
    return cents(total)


def sales_apply_it(story: Story, lea: Page, victor: Page) -> None:
    lea.reload()
    follow(lea, "Transmettre aux ventes")
    press(lea, "Transmettre aux ventes")
    victor.goto(lea.url)
    follow(victor, "Appliquer")
    press(victor, "Appliquer")


def the_owner_sees_it(story: Story, alice: Page, invoice: Invoice) -> Page:
    alice.goto(f"{story.site}/compte/factures/{invoice.number}/")
    expect(alice.get_by_role("heading", level=1)).to_contain_text(invoice.number)
    return alice
