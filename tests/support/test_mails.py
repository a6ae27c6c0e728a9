"""Every mail of support, written with long names: what each must hold, whatever it says."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Organization, OutgoingMail
from support import contacts, conversation, emails, handover, interest_mails, quotes, services
from support.contact_queue import Visitors
from support.measures import DailyFigures
from support.models import Quote, Request
from tests import world
from tests.support.conftest import TODAY
from tests.support.letters import DOMAIN, answering, receive
from tests.support.visitors import wrote

FOLDER = Path(settings.BASE_DIR) / "templates/emails/support"
TEMPLATES = {path.name.removesuffix(".html") for path in FOLDER.glob("*.html")}
LONG = "Centre interprofessionnel de formation continue des métiers de la Loire-Atlantique"
DARK = "@media (prefers-color-scheme: dark)"


# Whose key begins otherwise than by the name of their template.
BY_KEY = {"contact": "contact_to_support", "desk": "desk_day", "mail": "mail_to_support"}


@pytest.fixture
def mails(staff, today, settings) -> list[OutgoingMail]:
    """Every mail that support writes, of an organization with a very long name."""
    settings.REPLY_DOMAIN, settings.SALES_EMAIL = DOMAIN, "ventes@digiforma.example"
    Organization.objects.filter(pk=staff.ravel.pk).update(name=LONG)
    _a_change(staff)
    _an_end(staff)
    _talk(staff)
    return list(OutgoingMail.objects.all())


def _a_change(staff) -> None:
    """Asked, clarified, quoted, declined, quoted, reminded, accepted, sent back, applied."""
    lea, victor = staff.people["lea"], staff.people["victor"]
    request = staff.ask("adam", message="Bonjour")
    deed = {"request_id": request.pk, "on": TODAY}
    conversation.assign(actor=lea, to=victor, **deed)
    conversation.ask_details(actor=lea, body="Pour quand ?", **deed)
    conversation.remind(actor=lea, **deed)
    receive("Le 9.", sent_to=answering(request, staff.people["adam"]))
    conversation.reply_as_staff(actor=lea, body="Merci.", **deed)
    staff.price(request)
    staff.send(request)
    alice = {"membership": staff.membership("alice"), "reference": request.reference}
    quotes.decline_quote(**alice, on=TODAY, reason="Trop tôt.")
    staff.price(request)
    quote = staff.send(request)
    emails.quote_ends(request, quote)
    emails.quote_expired(request, quote)
    quotes.ask_again(**alice, on=TODAY)
    staff.price(request)
    staff.send(request)
    staff.accept(request)
    staff.hand_over(request)
    handover.send_back(actor=victor, reason="La TVA manque.", **deed)
    staff.hand_over(request)
    staff.apply(request)


def _an_end(staff) -> None:
    """A change without surcharge, one refused, one withdrawn."""
    request = Request.objects.get()
    emails.change_announced(request, Quote.objects.latest("version"))
    emails.request_refused(request, "Trop d’apprenants.")
    emails.request_withdrawn(request)


def _talk(staff) -> None:
    """Messages, an interest that is quoted then fulfilled, a mail that waits, the morning's."""
    option = world.option("edof-export")
    for name in ("sam", "adam"):
        services.note_option_interest(membership=staff.membership(name), option=option, on=TODAY)
    interest = Request.objects.get(kind="option_interest")
    interest_mails.interest_quoted(interest, Request.objects.get(kind="plan_change"))
    interest_mails.interest_fulfilled(interest, reason="taken", by=None)
    services.ask_by_message(membership=staff.membership("sam"), message="Bonjour", on=TODAY)
    contact = wrote(LONG, organization_name=LONG)
    contacts.reply(contact_id=contact.pk, actor=staff.people["lea"], body="Voici nos tarifs.")
    emails.mail_waits(receive(sender="sam@exemple.fr", Message_ID="<2@x>"), staff.membership("sam"))
    figures = DailyFigures(12, 13, without_reply=14, quarantined=15, visitors=Visitors(16, 17))
    emails.desk_day(figures, on=date(2026, 11, 24))


def test_every_mail_is_short_says_the_fact_first_and_has_one_button(mails):
    assert {_template(mail) for mail in mails} == TEMPLATES
    wrong = {
        (mail.dedupe_key, what)
        for mail in mails
        for what, holds in {
            "subject": 0 < len(mail.subject) <= 60,
            "first line": re.match(r"\S.{10,}", mail.text) is not None,
            "one heading": mail.html.count("<h1") == 1,
            "one button": mail.html.count('class="button"') == 1,
            "its link in the text": _button(mail) in mail.text,
            "dark colours": DARK in mail.html,
            "no hole": not re.search(r"None|\{\{|\{%|  | \.", mail.text.replace("\u00a0", " ")),
            "text without HTML": not re.search(r"</?\w+>|&\w+;", mail.text),
        }.items()
        if not holds
    }
    assert wrong == set()


def _template(mail: OutgoingMail) -> str:
    beginning = mail.dedupe_key.partition("-")[0]
    return BY_KEY.get(beginning, beginning)


def _button(mail: OutgoingMail) -> str:
    [href] = re.findall(r'class="button"[^>]*href="([^"]+)"', mail.html) or ["?"]
    return href.replace("&amp;", "&")


def test_customers_answer_where_the_conversation_is_and_the_desk_at_its_own(mails):
    ours = {"support@digiforma.example", "ventes@digiforma.example", "victor@exemple.fr"}
    of_interests = {"interest_to_owner", "interest_quoted", "interest_fulfilled"}

    wrong = [
        mail.dedupe_key
        for mail in mails
        if _template(mail) not in of_interests | {"contact_to_support"}
        if (mail.recipient in ours) != (mail.reply_to == "")
    ]

    assert wrong == []


def test_a_stranger_is_answered_at_the_address_they_gave(mails):
    [told] = [mail for mail in mails if _template(mail) == "contact_to_support"]

    assert told.recipient == "support@digiforma.example"
    assert told.reply_to.endswith("@exemple.fr")


def test_the_sales_team_is_told_of_an_agreement_and_of_what_is_theirs(mails):
    told = {_template(mail) for mail in mails if mail.recipient == "ventes@digiforma.example"}

    assert told == {"accepted_to_support", "handed_over_to_sales"}


def test_a_request_received_says_when_we_answer_and_that_its_date_is_kept(mails):
    mail = next(mail for mail in mails if _template(mail) == "request_received")

    text = mail.text.replace("\u00a0", " ")
    assert "Réponse prévue sous 1 jour ouvré." in text
    assert (
        "C’est à temps pour la facture du 9 décembre 2026, à demander au plus tard le "
        "1er décembre 2026 : si nous tardons, le changement garde sa date." in text
    )


def test_a_request_received_late_says_so(staff, today):
    staff.ask("adam", on=date(2026, 12, 3))

    text = OutgoingMail.objects.first().text.replace("\u00a0", " ")
    assert "Le délai de 8 jours est passé : le support fera au mieux pour la facture du" in text
