import pytest

from accounts.models import AuditEvent, Membership, OutgoingMail
from support import conversation, mailbox, services
from support.mailbox import Decided
from support.models import InboundMail
from support.workflow import IllegalMove, NotAllowed
from tests import world
from tests.support.conftest import TODAY
from tests.support.letters import DOMAIN, answering, outcome, receive, said


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


# What the desk decides


def test_admitting_a_strangers_mail_says_who_wrote(staff):
    request = staff.ask("adam")
    mail = receive("Je confirme.", sender="adam.perso@exemple.net")

    mailbox.admit(mail_id=mail.pk, reference=request.reference, actor=staff.people["lea"], on=TODAY)

    body = "E-mail de adam.perso@exemple.net :\n\nJe confirme."
    assert said() == [(request.reference, "Adam", body)]
    row = InboundMail.objects.get()
    assert (row.status, row.reference, row.decided_by) == (
        "joined",
        request.reference,
        staff.people["lea"],
    )
    assert row.decided_at is not None
    assert AuditEvent.objects.filter(action="mail admitted").count() == 1


def test_a_mail_becomes_a_request_of_its_writer(staff):
    mail = receive("Combien coûte ORGA ?", sender="sam@exemple.fr", Subject="Question")

    request = mailbox.make_request(
        mail_id=mail.pk, organization=staff.ravel, actor=staff.people["victor"], on=TODAY
    )

    assert (request.kind, request.requester, request.title) == (
        "contact",
        staff.people["sam"],
        "Question",
    )
    assert said() == [(request.reference, "Sam", "Question\n\nCombien coûte ORGA ?")]
    assert outcome(mail)[::2] == ("joined", request.reference)


@pytest.mark.parametrize("sender", ["zoe@ailleurs.example", "tara@exemple.fr"])
def test_a_mail_of_somebody_else_becomes_a_request_of_the_owner(staff, sender):
    mail = receive("Bonjour", sender=sender)

    request = mailbox.make_request(
        mail_id=mail.pk, organization=staff.ravel, actor=staff.people["lea"], on=TODAY
    )

    assert said() == [(request.reference, "Alice", f"E-mail de {sender} :\n\nBonjour")]


def test_what_was_put_aside_can_be_put_back_and_what_was_decided_is_decided_once(staff):
    request = staff.ask("adam")
    mail, lea = receive(sender="zoe@ailleurs.example"), staff.people["lea"]
    admit = {"mail_id": mail.pk, "reference": request.reference, "actor": lea, "on": TODAY}

    mailbox.dismiss(mail_id=mail.pk, actor=lea)
    with pytest.raises(Decided):
        mailbox.admit(**admit)
    mailbox.restore(mail_id=mail.pk, actor=lea)
    mailbox.admit(**admit)

    for again in (
        lambda: mailbox.admit(**admit),
        lambda: mailbox.dismiss(mail_id=mail.pk, actor=lea),
        lambda: mailbox.restore(mail_id=mail.pk, actor=lea),
    ):
        with pytest.raises(Decided):
            again()
    assert len(said()) == 1


def test_a_mail_is_not_admitted_into_a_task_nor_a_finished_request(staff):
    finished = staff.ask("adam")
    conversation.withdraw(
        membership=staff.membership("adam"), reference=finished.reference, on=TODAY
    )
    mail = receive(sender="zoe@ailleurs.example")
    deed = {"mail_id": mail.pk, "actor": staff.people["lea"], "on": TODAY}

    with pytest.raises(IllegalMove):
        mailbox.admit(reference=finished.reference, **deed)

    assert outcome(mail)[0] == "quarantined"


def test_readers_decide_nothing(staff):
    mail, remi = receive(sender="zoe@ailleurs.example"), staff.people["remi"]

    for deed in (mailbox.dismiss, mailbox.restore):
        with pytest.raises(NotAllowed):
            deed(mail_id=mail.pk, actor=remi)
    with pytest.raises(NotAllowed):
        mailbox.make_request(mail_id=mail.pk, organization=staff.ravel, actor=remi, on=TODAY)


# Answers of support


def test_an_answer_of_support_reaches_the_requester_and_who_wrote_last(staff):
    request = staff.ask("adam")
    receive(sender="alice@exemple.fr", sent_to=answering(request, staff.people["alice"]))

    conversation.reply_as_staff(
        request_id=request.pk, actor=staff.people["lea"], body="Merci.", on=TODAY
    )

    rows = OutgoingMail.objects.filter(dedupe_key__startswith="reply-").order_by("recipient")
    assert list(rows.values_list("recipient", "reply_to")) == [
        ("adam@exemple.fr", answering(request, staff.people["adam"])),
        ("alice@exemple.fr", answering(request, staff.people["alice"])),
    ]


def test_an_answer_reaches_the_owner_when_nobody_else_is_left(staff):
    interest = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    Membership.objects.filter(user=staff.people["sam"]).update(is_active=False)

    conversation.reply_as_staff(
        request_id=interest.pk, actor=staff.people["lea"], body="Merci.", on=TODAY
    )

    row = OutgoingMail.objects.get(dedupe_key__startswith="reply-")
    assert row.recipient == "alice@exemple.fr"
