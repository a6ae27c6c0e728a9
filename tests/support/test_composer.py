"""What staff write in a conversation, by the page's own form."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support.models import Attachment, CannedReply, Message, Request, RequestEvent
from tests.budgets import statements
from tests.support.files import HTML, PDF
from tests.support.test_admin import file_of, text


@pytest.fixture
def asked(desk):
    with staff_context():
        return desk.ask(message="Nous ouvrons deux parcours.")


def door(request: Request) -> str:
    return reverse("admin:support_request_say", args=[request.pk])


def said_by_staff() -> list[tuple]:
    with staff_context():
        rows = Message.objects.filter(from_staff=True).order_by("pk")
        return list(rows.values_list("body", "is_internal", "channel"))


def mails() -> int:
    with staff_context():
        return OutgoingMail.objects.count()


@pytest.mark.parametrize(
    ("audience", "expected", "mailed", "deeds"),
    [
        ("customer", ("Je vous réponds.", False, "page"), 1, []),
        ("note", ("Je vous réponds.", True, "page"), 0, []),
        ("call", ("Je vous réponds.", True, "phone"), 0, ["called"]),
    ],
)
def test_a_message_goes_to_its_audience(enter, asked, audience, expected, mailed, deeds):
    before = mails()

    response = enter("lea").post(door(asked), {"body": "Je vous réponds.", "audience": audience})

    assert response.status_code == 302
    assert said_by_staff() == [expected]
    assert mails() - before == mailed
    with staff_context():
        noted = RequestEvent.objects.filter(request=asked).exclude(deed="moved")
        assert list(noted.values_list("deed", flat=True)) == deeds


def test_the_audience_is_never_guessed(enter, asked):
    for audience in ("", "everybody"):
        response = enter("lea").post(door(asked), {"body": "À surveiller.", "audience": audience})
        assert response.status_code == 422

    assert said_by_staff() == []


def test_a_call_is_read_by_staff_alone(enter, asked):
    enter("lea").post(door(asked), {"body": "Elle préfère janvier.", "audience": "call"})

    page = text(enter("lea").get(file_of(asked)))
    assert "Lea , appel noté, interne" in page
    assert "Lea : appel noté" in page
    customers = enter("alice").get(reverse("request", args=[asked.reference]))
    assert "Elle préfère janvier." not in customers.content.decode()


def test_files_leave_with_the_message(enter, asked):
    given = {
        "audience": "customer",
        "body": "",
        "files": [SimpleUploadedFile("devis.pdf", PDF), SimpleUploadedFile("b.pdf", PDF)],
    }

    assert enter("lea").post(door(asked), given).status_code == 302

    with staff_context():
        kept = list(Attachment.objects.order_by("pk").values_list("name", flat=True))
        [pk] = Attachment.objects.filter(name="devis.pdf").values_list("pk", flat=True)
    assert kept == ["devis.pdf", "b.pdf"]
    assert said_by_staff() == [("devis.pdf, b.pdf", False, "page")]
    page = enter("lea").get(file_of(asked)).content.decode()
    assert reverse("admin:support_request_attachment", args=[asked.pk, pk]) in page


def test_a_bad_file_is_told_and_the_words_are_kept(enter, asked):
    given = {
        "audience": "customer",
        "body": "Voici la page.",
        "files": [SimpleUploadedFile("page.html", HTML), SimpleUploadedFile("devis.pdf", PDF)],
    }

    response = enter("lea").post(door(asked), given)

    assert response.status_code == 422
    assert "« page.html » n’est pas d’un type accepté" in text(response)
    assert "Voici la page." in response.content.decode()
    with staff_context():
        assert not Attachment.objects.exists()
    assert said_by_staff() == []


def test_a_ready_answer_opens_the_page_filled(enter, desk, asked):
    with staff_context():
        body = "Bonjour {prenom}, {reference} : {formule} le {echeance}. {agent}"
        made = CannedReply.objects.create(title="Devis", body=body)

    page = enter("lea").get(file_of(asked), {"reponse": made.pk}).content.decode()

    expected = f"Bonjour Alice, {asked.reference} : ORGA le 9 décembre 2026. Lea"
    assert f">{expected}</textarea>" in page
    assert f'data-body="{expected}"' in page


@pytest.mark.parametrize("chosen", ["99999", "x", ""])
def test_an_unknown_ready_answer_opens_the_page_empty(enter, asked, chosen):
    page = enter("lea").get(file_of(asked), {"reponse": chosen})

    assert page.status_code == 200
    assert "></textarea>" in page.content.decode()


def test_a_variable_without_a_value_is_told_and_never_leaves(enter, desk):
    with staff_context():
        world = desk.membership("charlie").organization
        task = Request.objects.create(
            organization=world,
            reference="D-2026-0900",
            kind="contact",
            requester=desk.people["tara"],
            asked_on="2026-11-23",
        )
        desk.people["tara"].first_name = ""
        desk.people["tara"].save(update_fields=["first_name"])
        made = CannedReply.objects.create(title="Merci", body="Bonjour {prenom},")
    client = enter("lea")

    opened = text(client.get(file_of(task), {"reponse": made.pk}))
    sent = client.post(door(task), {"body": "Bonjour {prenom},", "audience": "customer"})
    noted = client.post(door(task), {"body": "Dire {prenom} ?", "audience": "note"})

    assert "Rien à mettre ici à la place de : {prenom}" in opened
    assert sent.status_code == 422
    assert "Remplacez {prenom} avant d’envoyer" in text(sent)
    assert noted.status_code == 302
    assert said_by_staff() == [("Dire {prenom} ?", True, "page")]


@pytest.mark.parametrize("move", ["ask_details", "refuse"])
def test_a_ready_answer_fills_what_a_move_says_too(enter, asked, move):
    with staff_context():
        made = CannedReply.objects.create(title="Bonjour", body="Bonjour {prenom}, {reference}.")
    client, page = enter("lea"), reverse("admin:support_request_move", args=[asked.pk, move])

    opened = client.get(page, {"reponse": made.pk}).content.decode()
    empty = client.get(page, {"reponse": "x"}).content.decode()
    held = client.post(page, {"body": "Bonjour {prenom},", "reason": "other"})

    expected = f"Bonjour Alice, {asked.reference}."
    assert f">\n{expected}</textarea>" in opened
    assert f'data-body="{expected}"' in empty
    assert ">\n</textarea>" in empty
    assert held.status_code == 422
    assert "Remplacez {prenom} avant d’envoyer" in text(held)
    assert said_by_staff() == []


def test_a_task_has_nobody_to_write_to(enter, desk):
    with staff_context():
        task = Request.objects.create(
            organization=desk.ravel, reference="D-2026-0901", kind="task", asked_on="2026-11-23"
        )
    client = enter("lea")

    page = text(client.get(file_of(task)))

    assert "Répondre à" not in page
    assert client.post(door(task), {"body": "Ok", "audience": "customer"}).status_code == 422
    assert client.post(door(task), {"body": "Ok", "audience": "note"}).status_code == 302


def test_a_longer_conversation_costs_no_more_queries(enter, asked, tell_figure):
    client = enter("lea")
    client.post(door(asked), {"body": "Un", "audience": "customer"})
    with statements() as few:
        client.get(file_of(asked))

    for body in ("Deux", "Trois", "Quatre"):
        files = [SimpleUploadedFile("devis.pdf", PDF)]
        client.post(door(asked), {"body": body, "audience": "note", "files": files})
    with statements() as many:
        page = client.get(file_of(asked))

    assert page.content.decode().count("devis.pdf</a>") == 3
    assert len(many) == len(few), "\n".join(many)
    tell_figure(f"{len(many)} queries, {len(page.content)} bytes")
