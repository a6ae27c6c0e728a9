"""The contact form: who writes, what is refused and how it is told, what happens next."""

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support.models import Attachment, ContactMessage, Message, Request
from tests.support.files import PDF
from tests.support.test_views import CONTACT, only, text

FILLED = {"name": "Jean", "email": "jean@exemple.fr", "message": "Combien pour 600 apprenants ?"}


@pytest.fixture(autouse=True)
def _nobody_wrote_yet():
    cache.clear()


def contacts() -> list[ContactMessage]:
    with staff_context():
        return list(ContactMessage.objects.order_by("created_at"))


def test_a_stranger_writes_and_reads_what_happens_next(desk, today):
    response = Client().post(CONTACT, FILLED | {"organization_name": "Petit"}, follow=True)

    assert response.redirect_chain == [("/contact/envoye/", 302)]
    page = text(response)
    assert "Nous vous répondrons à jean@exemple.fr. Réponse prévue sous 1 jour ouvré." in page
    [contact] = contacts()
    assert (contact.name, contact.email, contact.organization_name, contact.message) == (
        "Jean",
        "jean@exemple.fr",
        "Petit",
        "Combien pour 600 apprenants ?",
    )
    with staff_context():
        assert OutgoingMail.objects.get().recipient == "support@digiforma.example"


def test_whoever_prefers_to_write_by_mail_reads_where(desk, today):
    page = Client().get(CONTACT).content.decode()

    assert '<a href="mailto:support@digiforma.example">support@digiforma.example</a>' in page


def test_nobody_is_thanked_for_a_message_that_was_not_sent(desk, today):
    assert Client().get("/contact/envoye/").headers["Location"] == CONTACT


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "Indiquez votre nom."),
        ({"name": "Gagnez http://x.example"}, "Indiquez votre nom, sans lien ni adresse."),
        ({"email": ""}, "Indiquez l’adresse où vous répondre."),
        ({"email": "jean@exemple"}, "Cette adresse e-mail n’est pas complète."),
        ({"message": ""}, "Écrivez votre message avant de l’envoyer."),
        ({"message": " \u200b\n "}, "Écrivez votre message avant de l’envoyer."),
        ({"message": "x" * 5_001}, "Votre message est trop long : 5 000 caractères au plus."),
        ({"message": "https://a.example http://b.example"}, "ne contient que des liens"),
        ({"message": "Click: www.a.example"}, "ne contient que des liens"),
        ({"website": "http://x"}, "Un champ invisible était rempli"),
        ({"organization_name": "x" * 121}, "au plus 120 caractères"),
    ],
)
def test_what_is_refused_is_told_and_what_was_typed_is_kept(desk, today, typed, told):
    response = Client().post(CONTACT, FILLED | typed)

    assert response.status_code == 422
    assert told in text(response)
    for value in (FILLED | typed).values():
        if value.strip(" \u200b\n") and "website" not in typed:
            assert value[:40] in response.content.decode()
    assert contacts() == []


def test_a_trap_that_a_browser_filled_is_emptied_for_the_next_time(desk, today):
    response = Client().post(CONTACT, FILLED | {"website": "http://x"})

    assert 'name="website" class=' in response.content.decode()
    assert "http://x" not in response.content.decode()


def test_a_question_with_a_link_in_it_is_taken(desk, today):
    message = "Votre page https://digiforma.example/tarifs parle-t-elle de nous ?"

    assert Client().post(CONTACT, FILLED | {"message": message}).status_code == 302
    assert contacts()[0].message == message


def test_signs_that_nobody_sees_are_left_out(desk, today):
    typed = {"name": "Jean\x00\r\nPetit\u202e", "message": "Bon\u200bjour,\r\nun\x07 tarif ?"}

    assert Client().post(CONTACT, FILLED | typed).status_code == 302
    [contact] = contacts()
    assert (contact.name, contact.message) == ("Jean Petit", "Bonjour,\nun tarif ?")


def test_five_messages_an_hour_from_one_place_or_one_address(desk, today):
    def written(place: str, address: str) -> int:
        client = Client(REMOTE_ADDR=place)
        return client.post(CONTACT, FILLED | {"email": address}).status_code

    one_place = [written("192.0.2.7", f"{number}@exemple.fr") for number in range(6)]
    one_address = [written(f"192.0.2.{20 + number}", "zoe@exemple.fr") for number in range(6)]
    with time_machine.travel("2026-11-23T11:00:01+01:00", tick=False):
        later = written("192.0.2.7", "zoe@exemple.fr")

    assert one_place == one_address == [302] * 5 + [429]
    assert later == 302
    assert len(contacts()) == 11


def test_whoever_wrote_too_often_keeps_the_text(desk, today):
    client = Client()
    for _again in range(5):
        client.post(CONTACT, FILLED)

    refused = client.post(CONTACT, FILLED | {"message": "Une dernière chose."})

    assert "Celui-ci n’est pas parti" in text(refused)
    assert "Une dernière chose." in text(refused)


def test_somebody_without_an_account_to_speak_for_is_known_by_name(enter, desk):
    page = enter("tara").get(CONTACT).content.decode()

    assert 'value="Tara"' in page
    assert 'value="tara@exemple.fr"' in page


def test_a_member_who_writes_opens_a_request_with_files(enter, desk):
    response = enter("sam").post(
        CONTACT,
        {"message": "Une question.", "files": [SimpleUploadedFile("plan.pdf", PDF)]},
        follow=True,
    )

    request = only()
    assert (request.kind, request.organization_id, request.requester) == (
        "contact",
        desk.ravel.pk,
        desk.people["sam"],
    )
    assert response.redirect_chain == [(f"/compte/demandes/{request.reference}/", 302)]
    with staff_context():
        assert Attachment.objects.get().message == Message.objects.get(body="Une question.")


def test_a_file_that_is_not_taken_is_told_and_the_text_kept(enter, desk):
    response = enter("sam").post(
        CONTACT, {"message": "Voici le contrat.", "files": [SimpleUploadedFile("contrat.exe", PDF)]}
    )

    assert response.status_code == 422
    page = text(response)
    assert "« contrat.exe » n’est pas d’un type accepté" in page
    assert "Voici le contrat." in page
    assert "Si vous aviez joint des fichiers, choisissez-les à nouveau." in page
    with staff_context():
        assert not Request.objects.exists()
