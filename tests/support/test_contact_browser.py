"""Visitors' messages at the desk in a real browser: both themes, a desk and a phone, no script."""

from datetime import timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context
from support import contacts
from support.models import ContactMessage
from tests.access import wrongs
from tests.pictures import keep
from tests.proving import looks
from tests.support.answered import moment
from tests.support.conftest import TODAY, gather
from tests.support.visitors import wrote

pytestmark = pytest.mark.browser

NOW = moment("2026-11-24 11:30")
TAB = "/admin/support/contactmessage/"
LONG = (
    "Bonjour,\nnous formons 600 apprenants par an, dont la moitié à distance. "
    "Votre formule convient-elle, et peut-on commencer en janvier ?\nMerci d’avance."
)


def a_morning() -> None:
    """Messages that are late, due today and tomorrow, taken; answered, closed, of a client."""
    with time_machine.travel(NOW, tick=False):
        desk = gather()
        with staff_context():
            lea = desk.people["lea"]
            wrote(message=LONG, organization_name="Formation Petit & Fils")
            taken = wrote("Anne Morel", "anne@exemple.fr", "Démo ?", at=NOW - timedelta(hours=20))
            contacts.take(contact_id=taken.pk, actor=lea)
            wrote("Adam", "adam@exemple.fr", "Je ne peux plus me connecter.", at=NOW)
            wrote("Zoé Tran", "zoe.tran@centre-de-formation-des-metiers.example", at=NOW)
            told = wrote(message="Et pour 700 ?")
            contacts.reply(contact_id=told.pk, actor=lea, body="79 € HT par mois.")
            closed = wrote("Gagnez", "promo@exemple.fr", "Nos offres de liens")
            contacts.close(contact_id=closed.pk, actor=lea, reason="unwanted", note="Troisième.")
            known = wrote("Sam", "sam@exemple.fr", "Une facture en double")
            contacts.attach(contact_id=known.pk, organization=desk.ravel, actor=lea, on=TODAY)


def page_of(**asked) -> str:
    with staff_context():
        return f"{TAB}{ContactMessage.objects.filter(**asked).earliest('created_at').pk}/change/"


@pytest.mark.seeded(by=a_morning)
def test_the_tab_and_the_messages_are_accessible_and_fit_their_screen(visit):
    pages = {
        "visitors": TAB,
        "visitors-all": f"{TAB}?view=all",
        "visitor-late": page_of(message=LONG),
        "visitor-known": page_of(email="adam@exemple.fr"),
        "visitor-answered": page_of(ending="answered"),
        "visitor-closed": page_of(ending="closed"),
        "visitor-client": page_of(email="sam@exemple.fr"),
        "queue-visitors": "/admin/support/request/?q=exemple.fr",
    }
    with time_machine.travel(NOW, tick=False):
        for (name, address), look in looks(pages.items()):
            tab = visit("lea", address, look)
            assert wrongs(tab) == [], (name, look)
            keep(tab, f"{name}-{look[0]}-{look[1]}")


@pytest.mark.seeded(by=a_morning)
@pytest.mark.parametrize("script", [True, False])
def test_lea_takes_the_next_one_answers_it_and_opens_it_again(visit, script):
    with time_machine.travel(NOW):
        tab = visit("lea", TAB, script=script)
        tab.get_by_role("button", name="Prendre la suivante").click()
        assert tab.get_by_role("heading", level=1).inner_text() == "Message de Jean Petit"

        tab.get_by_role("button", name="Répondre à Jean Petit").click()
        assert tab.get_by_text("Écrivez votre message avant de l’envoyer.").is_visible()
        tab.get_by_label("Votre réponse").fill("Oui, dès janvier.")
        tab.get_by_role("button", name="Répondre à Jean Petit").click()
        assert tab.get_by_text("Réponse envoyée par e-mail.").is_visible()
        tab.get_by_role("button", name="Rouvrir").click()
        tab.get_by_label("Motif, pour l’équipe").select_option(label="réponse donnée autrement")
        tab.get_by_role("button", name="Classer sans suite").click()

        assert tab.get_by_text("Message classé sans suite.").is_visible()
        assert tab.locator(".thread").inner_text().count("Lea") == 4
