"""The page of a request at the desk in Chromium: seen at every size and light, filled by script."""

import pytest
import time_machine
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.services import recount_all
from support import conversation, moves
from support.canned_replies import load_ready_answers
from support.file_kinds import ReadFile
from support.models import CannedReply, Request
from tests.access import wrongs
from tests.pictures import keep
from tests.proving import looks
from tests.support.conftest import TODAY, gather
from tests.support.files import PDF

pytestmark = pytest.mark.browser

NOW = "2026-11-23T10:00:00+01:00"
ASKED_AT = "2026-11-20T10:04:00+01:00"
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
def enter(visit):
    """Return what opens an address as somebody, on 23 November 2026."""
    with time_machine.travel(NOW):
        yield visit


@pytest.mark.seeded(by=priced_and_handed_over)
def test_the_pages_of_a_request_fit_and_are_accessible(enter):
    with staff_context():
        shown = pages()
    wrong = {}
    for (name, (who, address)), look in looks(shown.items()):
        tab = enter(who, address, look)
        wrong[name, look] = wrongs(tab)
        keep(tab, f"{name}-{look[1]}-{look[0]}")

    assert {page: found for page, found in wrong.items() if found} == {}


@pytest.mark.seeded(by=priced_and_handed_over)
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_ready_answer_fills_the_message_and_the_button_says_to_whom(enter, script):
    with staff_context():
        _who, address = pages()["desk-file"]
    tab = enter("lea", address, script=script)

    tab.select_option("#reponse", label="Devis en préparation")
    if not script:
        with tab.expect_navigation():
            tab.click("text=Insérer")
    written = tab.input_value("#id_body")
    to_alice = tab.locator(".btn--send").inner_text()
    tab.check("[name=audience][value=note]")
    to_nobody = tab.locator(".btn--send").inner_text()

    assert written.startswith("Bonjour Alice,")
    assert "D-2026-0001" in written
    assert (to_alice, to_nobody) == ("Envoyer à Alice Ravel", "Ajouter la note")
