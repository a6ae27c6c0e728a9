"""The doors of a visitor's message: what its page shows, what each button does, for whom."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts import services as accounts
from accounts.models import OutgoingMail
from accounts.roles import Role
from accounts.tenancy import staff_context
from support import contacts
from support.models import ContactMessage, InboundMail, Request
from tests.support.letters import receive
from tests.support.test_views import only, text
from tests.support.visitors import wrote


@pytest.fixture
def contact(desk, today) -> ContactMessage:
    with staff_context():
        return wrote()


def page_of(contact: ContactMessage) -> str:
    return reverse("admin:support_contactmessage_change", args=[contact.pk])


def door(contact: ContactMessage, name: str) -> str:
    return reverse("admin:support_contactmessage_act", args=[contact.pk, name])


def state(contact: ContactMessage) -> tuple[str, str]:
    with staff_context():
        row = ContactMessage.objects.get(pk=contact.pk)
    return row.ending, row.answered_by


def test_a_message_says_who_writes_what_and_until_when(enter, contact):
    page = text(enter("lea").get(page_of(contact)))

    assert "Message de Jean Petit jean@exemple.fr , 23 novembre 2026 à 10 h" in page
    assert "À traiter Réponse due : Demain 10 h" in page
    assert "Combien pour 600 apprenants ?" in page
    assert "Aucun membre n’a cette adresse." in page


def test_a_visitor_is_answered_by_mail_and_reads_the_name_of_who_answers(enter, contact):
    client = enter("lea")

    page = client.post(door(contact, "reply"), {"body": "59 € HT par mois."}, follow=True)

    assert page.redirect_chain == [(page_of(contact), 302)]
    assert "Réponse envoyée par e-mail." in text(page)
    assert "✓" in page.content.decode()
    assert "Lea , support, par e-mail, 23 nov. à 10 h 59 € HT par mois." in text(page)
    assert "Répondre à Jean Petit" not in text(page)
    with staff_context():
        mails = OutgoingMail.objects.filter(recipient="jean@exemple.fr")
        assert [mail.subject for mail in mails] == ["Le support répond à votre message"]


def test_a_message_is_closed_without_an_answer_and_opened_again(enter, contact):
    client = enter("lea")

    closed = client.post(
        door(contact, "close"), {"reason": "duplicate", "note": "Voir hier."}, follow=True
    )
    ended = state(contact)
    opened = client.post(door(contact, "reopen"), follow=True)

    assert "Message classé sans suite." in text(closed)
    assert "Classé sans suite, Lea : fait double emploi, Voir hier, 23 nov. à 10 h" in text(closed)
    assert ended == ("closed", "")
    assert "Message rouvert." in text(opened)
    assert state(contact) == ("", "")


def test_a_message_becomes_a_request_of_an_organization_once(enter, desk, contact):
    client = enter("lea")

    made = client.post(door(contact, "attach"), {"organization": str(desk.ravel.number)})
    again = client.post(door(contact, "attach"), {"organization": "ravel"}, follow=True)

    request = only()
    assert made.url == reverse("admin:support_request_change", args=[request.pk])
    assert state(contact) == ("", request.reference)
    assert f"Ce message est déjà devenu la demande {request.reference}." in text(again)
    assert f"Ce message est devenu la demande {request.reference}." in text(again)
    assert "Rattacher à un organisme" not in text(client.get(page_of(contact))).split("Conv")[0]


def test_a_message_is_taken(enter, desk, contact):
    page = enter("lea").post(door(contact, "take"), follow=True)

    assert "Le message est à vous." in text(page)
    assert "Assigné à Lea." in text(page)
    assert "Prendre" not in text(page)
    assert "Prendre" in text(enter("victor").get(page_of(contact)))


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("reply", {"body": " \n"}, "Écrivez votre message avant de l’envoyer."),
        ("reply", {"body": "x" * 5_001}, "Votre message est trop long"),
        ("close", {"reason": ""}, "Choisissez le motif."),
        ("close", {"reason": "rien"}, "Sélectionnez un choix valide."),
        ("close", {"reason": "other", "note": "x" * 201}, "au plus 200 caractères"),
        ("attach", {"organization": "nulle-part"}, "Aucun organisme n’a cet identifiant"),
        ("attach", {}, "Ce champ est obligatoire."),
    ],
)
def test_what_is_refused_is_told_beside_its_field_and_changes_nothing(
    enter, contact, name, given, told
):
    response = enter("lea").post(door(contact, name), given)

    assert response.status_code == 422
    assert told in text(response)
    assert state(contact) == ("", "")
    with staff_context():
        assert not Request.objects.exists()


def test_whoever_comes_second_reads_what_the_first_did(enter, desk, contact):
    with staff_context():
        contacts.reply(contact_id=contact.pk, actor=desk.people["magda"], body="Bonjour")

    late = enter("lea").post(door(contact, "reply"), {"body": "Bonjour"}, follow=True)

    assert "Un collègue a décidé entre-temps : voici ce qu’il a fait." in text(late)
    assert "Magda , support" in text(late)
    with staff_context():
        assert OutgoingMail.objects.filter(recipient="jean@exemple.fr").count() == 1


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("remi", {"take", "reply", "close", "reopen", "attach"}),
        ("victor", {"close", "reopen"}),
        ("magda", set()),
    ],
)
def test_each_presses_what_is_in_their_hands_and_sees_no_other_button(
    enter, contact, name, refused
):
    client = enter(name)
    buttons = {
        "take": "Prendre",
        "reply": "Répondre à Jean Petit",
        "close": "Classer sans suite",
        "attach": "Rattacher à un organisme",
    }

    page = text(client.get(page_of(contact)))
    answers = {each: client.post(door(contact, each)).status_code for each in (*buttons, "reopen")}

    assert {each for each, label in buttons.items() if label not in page} == refused - {"reopen"}
    assert {each for each, status in answers.items() if status == 403} == refused


def test_a_page_or_a_deed_that_does_not_exist_is_not_found(enter, contact):
    client = enter("lea")
    nobody = ContactMessage(pk=uuid4())

    assert client.post(door(contact, "rien")).status_code == 404
    assert [client.get(page_of(nobody)).status_code] == [404]
    assert client.post(door(nobody, "take")).status_code == 404
    assert client.get(door(contact, "take")).url == page_of(contact)
    assert client.post(page_of(contact)).status_code == 403


def test_what_a_visitor_writes_is_shown_as_text(enter, desk, today):
    with staff_context():
        hostile = wrote("<b>Jean</b>", message="<script>alert(1)</script>\n{{ 7|add:7 }}")

    page = enter("lea").get(page_of(hostile)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Message de &lt;b&gt;Jean&lt;/b&gt;" in page


def test_the_other_messages_of_an_address_stand_beside(enter, contact):
    with staff_context():
        other = wrote(email="JEAN@exemple.fr", message="Et pour 700 ?")
        wrote(email="zoe@exemple.fr")

    page = enter("remi").get(page_of(contact)).content.decode()

    assert "De la même adresse" in page
    assert page.count(page_of(other)) == 1


def test_the_desk_sees_whose_address_it_is(enter, desk):
    with staff_context():
        accounts.add_member(organization=desk.elsewhere, user=desk.people["sam"], role=Role.SALES)
        known, both = wrote(email="Alice@Exemple.fr"), wrote(email="sam@exemple.fr")
    client = enter("lea")

    of_one, of_two = (text(client.get(page_of(each))) for each in (known, both))
    client.post(door(known, "attach"), {"organization": "ravel"})

    assert "Cette adresse : Alice Ravel , Ravel Formation (Possesseur)" in of_one
    assert "Cette adresse : Sam , Ailleurs (Commercial)" in of_two
    assert "Cette adresse : Sam , Ravel Formation (Commercial)" in of_two
    assert only().requester == desk.people["alice"]


# A mail that nobody of ours wrote


def test_a_strangers_mail_passes_to_the_visitors_and_is_answered(enter, desk, today):
    with staff_context():
        mail = receive("Combien ?", sender="zoe@ailleurs.example", Subject="Un tarif")
    client = enter("lea")
    of_mail = reverse("admin:support_inboundmail_change", args=[mail.pk])
    passing = reverse("admin:support_inboundmail_decide", args=[mail.pk, "make_contact"])

    offered = text(client.get(of_mail))
    passed = client.post(passing, follow=True)
    with staff_context():
        contact = ContactMessage.objects.get()
    client.post(door(contact, "reply"), {"body": "59 € HT."})

    assert "Passer aux visiteurs" in offered
    assert page_of(contact) in passed.content.decode()
    assert of_mail in client.get(page_of(contact)).content.decode()
    with staff_context():
        assert OutgoingMail.objects.get(recipient="zoe@ailleurs.example").text.count("Un tarif")


def test_a_mail_without_an_address_is_not_passed_on(enter, desk, today):
    with staff_context():
        mail = InboundMail.objects.create(message_id="1", raw=b"x\n", status="quarantined")
    passing = reverse("admin:support_inboundmail_decide", args=[mail.pk, "make_contact"])

    refused = enter("lea").post(passing, follow=True)

    assert "Cet e-mail n’a pas d’adresse où répondre : écartez-le." in text(refused)
    with staff_context():
        assert not ContactMessage.objects.exists()
