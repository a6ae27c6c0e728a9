import uuid

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import SupportNotice
from support import conversation, mailbox, services
from support.models import InboundMail, Request
from tests.support.conftest import TODAY
from tests.support.letters import outcome, receive, said, written

LIST = "/admin/support/inboundmail/"


@pytest.fixture
def asked(desk, today) -> Request:
    with staff_context():
        return desk.ask("adam")


@pytest.fixture
def waiting(desk, today) -> InboundMail:
    """A mail of somebody unknown."""
    with staff_context():
        return receive("Je <b>confirme</b>.", sender="zoe@ailleurs.example", Subject="Devis")


def page(mail: InboundMail) -> str:
    return reverse("admin:support_inboundmail_change", args=[mail.pk])


def deed(mail: InboundMail, name: str) -> str:
    return reverse("admin:support_inboundmail_decide", args=[mail.pk, name])


def became(mail: InboundMail) -> tuple[str, str, str]:
    with staff_context():
        return outcome(mail)


def text(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_what_waits_comes_first(enter, waiting):
    with staff_context():
        receive(sender="zoe@ailleurs.example", Precedence="bulk", Message_ID="<2@x>")
    lea = enter("lea")

    shown = text(lea.get(LIST))

    assert shown.index("en quarantaine</td>") < shown.index("réponse automatique</td>")


def test_a_mail_is_shown_as_text_with_its_reason(enter, waiting):
    shown = text(enter("lea").get(page(waiting)))

    assert "Je &lt;b&gt;confirme&lt;/b&gt;." in shown
    assert "Expéditeur inconnu." in shown
    assert "Joindre à la demande" in shown


def test_readers_read_and_decide_nothing(enter, waiting):
    remi = enter("remi")

    shown = remi.get(page(waiting))

    assert shown.status_code == 200
    assert "Joindre à la demande" not in text(shown)
    assert remi.post(deed(waiting, "dismiss")).status_code == 403


def test_a_mail_is_admitted_into_a_request(enter, asked, waiting):
    lea = enter("lea")

    answer = lea.post(deed(waiting, "admit"), {"reference": f" {asked.reference.lower()} "})

    assert answer.url == page(waiting)
    assert became(waiting)[::2] == ("joined", asked.reference)
    assert "Décidé par Lea" in text(lea.get(page(waiting)))
    history = text(lea.get(reverse("admin:support_inboundmail_history", args=[waiting.pk])))
    assert "E-mail joint à la conversation." in history


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("admit", {}, "Indiquez la demande, par exemple D-2026-0412."),
        ("admit", {"reference": "D-1999-0001"}, "Aucune demande à cette référence : vérifiez-la."),
        ("make_request", {"organization": "nulle-part"}, "Aucun organisme n’a cet identifiant"),
    ],
)
def test_a_wrong_choice_is_told_beside_its_field(enter, waiting, name, given, told):
    answer = enter("lea").post(deed(waiting, name), given)

    assert answer.status_code == 422
    assert told in text(answer)
    assert became(waiting)[0] == "quarantined"


def test_a_finished_request_is_told_beside_its_field(enter, desk, asked, waiting):
    with staff_context():
        membership = desk.membership("adam")
        conversation.withdraw(membership=membership, reference=asked.reference, on=TODAY)

    answer = enter("lea").post(deed(waiting, "admit"), {"reference": asked.reference})

    assert answer.status_code == 422
    assert "Cette demande est terminée : rouvrez-la d’abord." in text(answer)


def test_a_task_is_told_beside_its_field_to_have_no_customer(enter, desk, waiting):
    with staff_context():
        notice = {"organization": desk.ravel, "kind": "over_limit", "raised_on": TODAY}
        SupportNotice.objects.create(**notice)
        services.drain_notices(on=TODAY)
        task = Request.objects.get(kind="task")

    answer = enter("lea").post(deed(waiting, "admit"), {"reference": task.reference})

    assert answer.status_code == 422
    assert "C’est une tâche de l’équipe, sans client" in text(answer)
    assert "terminée" not in text(answer)


def test_the_organization_of_a_known_address_is_suggested_with_its_requests(enter, asked):
    with staff_context():
        mail = receive("Bonjour", sender="adam@exemple.fr")
    lea = enter("lea")

    shown = text(lea.get(page(mail)))
    lea.post(deed(mail, "make_request"), {"organization": "ravel"})

    assert "Adresse de Adam, Ravel Formation" in shown
    assert asked.reference in shown
    assert "Ouvrir pour Ravel Formation" in shown
    with staff_context():
        made = Request.objects.get(kind="contact")
        assert said() == [(made.reference, "Adam", "Bonjour")]


def test_what_is_put_aside_can_be_put_back(enter, waiting):
    lea = enter("lea")

    lea.post(deed(waiting, "dismiss"))
    shown = text(lea.get(page(waiting)))
    lea.post(deed(waiting, "restore"))

    assert "Remettre en quarantaine" in shown
    assert "Joindre à la demande" not in shown
    assert became(waiting)[0] == "quarantined"


def test_two_who_decide_at_once_are_told(enter, desk, asked, waiting):
    with staff_context():
        mailbox.dismiss(mail_id=waiting.pk, actor=desk.people["victor"])

    answer = enter("lea").post(deed(waiting, "admit"), {"reference": asked.reference}, follow=True)

    assert "Un collègue a décidé entre-temps" in text(answer)
    assert became(waiting)[0] == "dismissed"


@pytest.mark.parametrize("name", ["admit", "dismiss", "rien"])
def test_an_unknown_mail_or_deed_is_not_found(enter, waiting, name):
    lea = enter("lea")
    nobody = reverse("admin:support_inboundmail_decide", args=[uuid.uuid4(), name])

    assert lea.post(nobody).status_code == 404
    assert lea.post(deed(waiting, "rien")).status_code == 404
    assert lea.get(f"{LIST}pas-un-id/change/").status_code == 404


def test_files_and_the_quoted_past_are_named(enter, desk, today):
    raw = written("Oui.\n\nLe 2 nov. 2026, X <x@y.fr> a écrit :\n> Cité ?", sender="z@z.example")
    with staff_context():
        mail = mailbox.receive(raw=raw, on=TODAY)

    shown = text(enter("lea").get(page(mail)))

    assert "<p>Oui.</p>" in shown
    assert "Tout l’e-mail, avec ce qu’il cite" in shown
    assert "Cité ?" in shown
