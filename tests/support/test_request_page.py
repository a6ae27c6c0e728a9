"""The page of a request: what was said and joined, what it says of itself, what is never lost."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from subscriptions.periods import Commitment
from support import conversation, services
from support.models import Attachment, Message, Request
from tests.support.conftest import TODAY
from tests.support.files import PDF, SVG
from tests.support.test_views import REQUESTS, at, only, text


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask("adam", message="Nous grandissons.")


def pdf(name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def said() -> list[tuple[str, list[str]]]:
    """Return what was said, each message with the names of its files."""
    with staff_context():
        return [
            (message.body, [file.name for file in message.attachments.order_by("pk")])
            for message in Message.objects.order_by("pk")
        ]


def test_words_and_files_join_the_conversation(enter, asked):
    client = enter("adam")

    sent = client.post(
        at("request-reply", asked),
        {"body": "Voici le plan.", "files": [pdf(), pdf("devis signé.pdf")]},
    )
    page = client.get(at("request", asked))

    assert sent.url == f"{at('request', asked)}#conversation"
    assert said()[1:] == [("Voici le plan.", ["plan.pdf", "devis signé.pdf"])]
    assert "Message envoyé au support." in text(page)
    with staff_context():
        for file in Attachment.objects.all():
            assert f'href="{at("request", asked)}pieces/{file.pk}/"' in page.content.decode()


def test_files_alone_say_their_names(enter, asked):
    enter("adam").post(at("request-reply", asked), {"body": "", "files": [pdf()]})

    assert said()[1:] == [("plan.pdf", ["plan.pdf"])]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([SimpleUploadedFile("logo.svg", SVG)], "« logo.svg » n’est pas d’un type accepté"),
        ([SimpleUploadedFile("vide.pdf", b"")], "« vide.pdf » est vide"),
        ([SimpleUploadedFile("plan.pdf", SVG)], "n’est pas ce que dit son nom"),
        ([pdf(f"{number}.pdf") for number in range(6)], "6 fichiers : 5 au plus par message."),
    ],
)
def test_a_file_that_is_not_taken_leaves_the_text_where_it_was(enter, asked, files, told):
    response = enter("adam").post(
        at("request-reply", asked), {"body": "Voici le plan.", "files": files}
    )

    assert response.status_code == 422
    assert told in text(response)
    assert "Voici le plan.</textarea>" in response.content.decode()
    assert '<p class="field__error" id="id_files_error">' in response.content.decode()
    assert len(said()) == 1


@pytest.mark.parametrize("body", ["", " \n", "\u200b\x07"])
def test_nothing_is_no_message(enter, asked, body):
    response = enter("adam").post(at("request-reply", asked), {"body": body})

    assert response.status_code == 422
    assert "Écrivez votre message avant de l’envoyer." in text(response)


def test_a_message_that_comes_too_late_is_kept_for_another_request(enter, desk, asked):
    client = enter("adam")
    with staff_context():
        conversation.withdraw(
            membership=desk.membership("alice"), reference=asked.reference, on=TODAY
        )

    response = client.post(at("request-reply", asked), {"body": "Encore un mot."})

    assert response.status_code == 409
    assert "La demande s’est terminée entre-temps : rien n’est parti." in text(response)
    assert 'name="message" rows="4">Encore un mot.</textarea>' in response.content.decode()
    assert "Envoyer comme nouveau message" in text(response)


@pytest.mark.parametrize("door", ["request-withdraw", "quote-decline"])
def test_a_reason_too_long_is_told_and_nothing_moves(enter, desk, asked, door):
    with staff_context():
        desk.price(asked)
        desk.send(asked)

    response = enter("alice").post(at(door, asked), {"reason": "y" * 5_001})

    assert response.status_code == 422
    assert "Votre message est trop long : 5 000 caractères au plus." in text(response)
    assert '<details class="fold" open>' in response.content.decode()
    assert "y" * 5_001 in response.content.decode()
    assert only().state == "quoted"


def test_an_assignment_tells_the_quote_once(enter, desk, asked):
    with staff_context():
        desk.price(asked)
        desk.send(asked)
        lea = desk.people["lea"]
        conversation.reply_as_staff(request_id=asked.pk, actor=lea, body="Voici.", on=TODAY)
        asked.assigned_to = lea
        Request.objects.filter(pk=asked.pk).update(assigned_to=lea)

    page = text(enter("alice").get(at("request", asked)))

    assert page.count("Devis envoyé le 23 novembre") == 1
    assert "suivie par Lea au support" in page
    assert "Envoyer à Lea" in page


def test_the_page_says_what_was_asked_until_a_quote_does(enter, desk):
    with staff_context():
        asked = desk.ask("adam", options=("custom-fields",), commitment=Commitment.ANNUAL)
    client = enter("alice")
    before = text(client.get(at("request", asked)))
    with staff_context():
        desk.price(asked, options=("custom-fields",), commitment=Commitment.ANNUAL)
        desk.send(asked)

    assert (
        "Ce qui est demandé Formule ORGA (aujourd’hui ÉQUIPE) Engagement Annuel "
        "Prise d’effet Le 9 décembre 2026, à l’échéance "
        "Options prises avec Champs personnalisés" in before
    )
    assert "Ce qui est demandé" not in text(client.get(at("request", asked)))


def test_the_page_promises_an_answer_as_long_as_it_is_open(enter, desk, asked):
    client = enter("alice")
    running = text(client.get(at("request", asked)))
    client.post(at("request-withdraw", asked))

    assert "Réponse prévue sous 1 jour ouvré." in running
    assert "Réponse prévue" not in text(client.get(at("request", asked)))


def test_the_list_is_cut_in_what_runs_and_what_is_finished(enter, desk, asked):
    client = enter("alice")
    with staff_context():
        done = services.ask_by_message(
            membership=desk.membership("alice"), message="Une question.", on=TODAY
        )
        conversation.close(request_id=done.pk, actor=desk.people["lea"], on=TODAY)

    every, running, finished, other = (
        text(client.get(REQUESTS, {"etat": shown} if shown else {}))
        for shown in ("", "en-cours", "terminees", "inconnu")
    )

    assert "Toutes (2) En cours (1) Terminées (1)" in every
    assert ("Votre passage à ORGA" in running, "Votre message" in running) == (True, False)
    assert ("Votre passage à ORGA" in finished, "Votre message" in finished) == (False, True)
    assert "Chez le support" in running
    assert "Terminée" in finished
    assert other == every


def test_a_list_without_anything_says_what_will_be_there(enter):
    client = enter("alice")

    assert "Aucune demande Les changements de formule" in text(client.get(REQUESTS))


def test_a_shorter_list_without_anything_says_so(enter, asked):
    page = text(enter("alice").get(REQUESTS, {"etat": "terminees"}))

    assert "Aucune demande terminée pour le moment." in page


def test_files_of_a_stranger_are_nobodys(enter, desk, asked):
    enter("adam").post(at("request-reply", asked), {"body": "", "files": [pdf()]})

    assert (
        enter("charlie")
        .post(at("request-reply", asked), {"body": "Bonjour", "files": [pdf()]})
        .status_code
        == 404
    )
    assert len(said()) == 2
    with staff_context():
        assert OutgoingMail.objects.filter(dedupe_key__startswith="reply_to_support").count() == 1
