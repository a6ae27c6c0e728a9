"""The page of a request at the desk in Chromium: seen at every size and light, filled by script."""

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.services import recount_all
from support import conversation, moves
from support.canned_replies import load_ready_answers
from support.file_kinds import ReadFile
from support.models import CannedReply, Request
from tests.conftest import SCREENSHOTS
from tests.proving import examples
from tests.signed_in import sign_in
from tests.support.conftest import TODAY, gather
from tests.support.files import PDF

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
ASKED_AT = "2026-11-20T10:04:00+01:00"
LOOKS = [(1280, "light"), (390, "dark"), (1280, "dark"), (390, "light")][: examples(2, 4)]
ASKED = "Bonjour, nous ouvrons deux parcours en janvier : pouvez-vous nous passer à ORGA ?"
NOTED = "Prévision : limite atteinte fin mars. La nouvelle formule donne 20 places."
SAID = "Bonjour Alice, je prépare le devis et vous l’envoie aujourd’hui."


def priced_and_handed_over() -> None:
    """A request priced after a conversation, another one handed over, the ready answers."""
    with time_machine.travel(ASKED_AT, tick=False):
        desk = gather()
        with staff_context():
            load_ready_answers()
            first = desk.ask(message=ASKED, options=("custom-fields",))
            lea, victor = desk.people["lea"], desk.people["victor"]
            conversation.assign(request_id=first.pk, actor=victor, to=lea, on=TODAY)
    with time_machine.travel(NOW, tick=False), staff_context():
        recount_all(on=TODAY)
        join = {"files": (ReadFile("Accord.pdf", "application/pdf", PDF),)}
        moves.say(first, author=desk.people["alice"], body="Voici l’accord.", **join)
        conversation.add_note(request_id=first.pk, actor=lea, body=NOTED, on=TODAY)
        conversation.note_call(request_id=first.pk, actor=lea, body="Rappelée à 9 h.", on=TODAY)
        conversation.reply_as_staff(request_id=first.pk, actor=lea, body=SAID, on=TODAY)
        desk.price(first, options=("custom-fields",))
        other = desk.ask("charlie", code="leader", when="now")
        desk.price(other, code="leader", when="now")
        desk.send(other)
        desk.accept(other, name="charlie")
        desk.hand_over(other)


def pages() -> dict[str, tuple[str, str]]:
    """Return who sees which page, by the name of its picture. Staff scope."""
    first, other = Request.objects.order_by("pk").values_list("pk", flat=True)
    ready = CannedReply.objects.order_by("rank")[1]
    file = reverse("admin:support_request_change", args=[first])

    def deed(pk: int, name: str) -> str:
        return reverse("admin:support_request_move", args=[pk, name])

    return {
        "desk-file": ("lea", file),
        "desk-file-filled": ("lea", f"{file}?reponse={ready.pk}"),
        "desk-send": ("lea", deed(first, "send_quote")),
        "desk-refuse": ("lea", deed(first, "refuse")),
        "desk-apply": ("victor", deed(other, "apply")),
        "desk-ready": ("lea", reverse("admin:support_cannedreply_change", args=[ready.pk])),
        "desk-ready-list": ("lea", reverse("admin:support_cannedreply_changelist")),
    }


@pytest.fixture
def tab(live_site, browser):
    """Return what opens a tab of a size and a light, signed in as somebody."""
    contexts = []

    def opened(who: str, *, width: int, scheme: str, script: bool = True):
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


@pytest.mark.seeded(by=priced_and_handed_over)
def test_the_pages_of_a_request_fit_and_are_accessible(tab):
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
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("wider than the screen")
    found += [broken["id"] for broken in Axe().run(page).response["violations"]]
    picture = f"{name}-{scheme}-{page.viewport_size['width']}.png"
    page.screenshot(path=SCREENSHOTS / picture, full_page=True)
    return found


@pytest.mark.seeded(by=priced_and_handed_over)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_ready_answer_fills_the_message_and_the_button_says_to_whom(tab, script):
    with time_machine.travel(NOW):
        with staff_context():
            _who, address = pages()["desk-file"]
        page = tab("lea", width=1280, scheme="light", script=script)
        page.goto(page.site + address)

        page.select_option("#reponse", label="Devis en préparation")
        if not script:
            page.click("text=Insérer")
        written = page.input_value("#id_body")
        to_alice = page.locator(".btn--send").inner_text()
        page.check("[name=audience][value=note]")
        to_nobody = page.locator(".btn--send").inner_text()

    assert written.startswith("Bonjour Alice,")
    assert "D-2026-0001" in written
    assert (to_alice, to_nobody) == ("Envoyer à Alice Ravel", "Ajouter la note")
