"""What is done about the messages of people who are not signed in, and by whom."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent, OutgoingMail
from accounts.tenancy import tenant_context
from support import contacts, mailbox
from support.mailbox import Decided, NoSender
from support.models import ContactEvent, ContactMessage, InboundMail, Message
from support.workflow import IllegalMove, NotAllowed
from support.working_time import PARIS
from tests.support.answered import moment
from tests.support.conftest import TODAY
from tests.support.letters import receive
from tests.support.visitors import wrote


def stands(contact: ContactMessage) -> tuple[str, str, bool]:
    row = ContactMessage.objects.get(pk=contact.pk)
    return row.ending, row.answered_by, row.due_at is not None


def lines(contact: ContactMessage) -> list[tuple[str, str, str]]:
    rows = contact.events.order_by("pk").values_list("deed", "actor__first_name", "note")
    return list(rows)


@pytest.mark.parametrize(
    ("written", "due"),
    [
        ("2026-11-23 10:00", "2026-11-24 10:00"),
        ("2026-11-20 17:00", "2026-11-23 17:00"),  # over a weekend
        ("2026-11-22 03:00", "2026-11-23 18:00"),  # a Sunday night
        ("2026-12-24 12:00", "2026-12-28 12:00"),  # over Christmas
        ("2026-10-24 23:00", "2026-10-26 18:00"),  # over the night that counts 3 h twice
    ],
)
def test_a_message_is_due_after_a_working_day(staff, written, due):
    assert wrote(at=moment(written)).due_at.astimezone(PARIS) == moment(due)


def test_an_answer_leaves_by_mail_for_the_visitor_once(staff):
    contact, lea = wrote(), staff.people["lea"]

    contacts.reply(contact_id=contact.pk, actor=lea, body="59 € HT par mois.")
    with pytest.raises(IllegalMove):
        contacts.reply(contact_id=contact.pk, actor=lea, body="59 € HT par mois.")

    assert stands(contact) == ("answered", "", False)
    assert lines(contact) == [("answered", "Lea", "59 € HT par mois.")]
    mail = OutgoingMail.objects.get(dedupe_key__startswith="contact_reply-")
    assert (mail.recipient, mail.reply_to) == ("jean@exemple.fr", "support@digiforma.example")
    said = mail.text.replace("\u00a0", " ")
    assert said.startswith("Lea, au support, répond à votre message du 23 novembre 2026 :\n\n59 €")
    assert "Combien pour 600 apprenants ?" in said


def test_what_is_closed_says_why_and_can_be_opened_again(staff):
    contact, lea = wrote(), staff.people["lea"]

    contacts.close(contact_id=contact.pk, actor=lea, reason="unwanted", note="Troisième fois.")
    closed = stands(contact)
    again = contacts.reopen(contact_id=contact.pk, actor=lea)

    assert (closed, stands(contact)) == (("closed", "", False), ("", "", True))
    assert lines(contact) == [
        ("closed", "Lea", "indésirable ou démarchage\nTroisième fois."),
        ("reopened", "Lea", ""),
    ]
    told = ContactEvent.objects.get(deed="reopened")
    assert again.due_at > told.at  # nobody is late for what was just opened again
    assert not OutgoingMail.objects.filter(recipient="jean@exemple.fr").exists()


def test_a_message_becomes_a_request_of_the_member_who_has_its_address(staff):
    contact = wrote("Adam", "ADAM@exemple.fr")
    contacts.take(contact_id=contact.pk, actor=staff.people["victor"])

    made = contacts.attach(
        contact_id=contact.pk, organization=staff.ravel, actor=staff.people["victor"], on=TODAY
    )

    assert (made.kind, made.organization, made.requester) == (
        "contact",
        staff.ravel,
        staff.people["adam"],
    )
    assert Message.objects.get().body == (
        "Message de Adam, ADAM@exemple.fr, par le formulaire de contact :\n\n"
        "Combien pour 600 apprenants ?"
    )
    assert stands(contact) == ("", made.reference, False)
    assert lines(contact) == [("taken", "Victor", ""), ("attached", "Victor", made.reference)]
    told = AuditEvent.objects.get(action="contact attached")
    assert (told.organization, told.actor, told.details) == (
        staff.ravel,
        staff.people["victor"],
        {"request": made.reference},
    )


def deed(name: str, staff, contact: ContactMessage, *, actor: str = "lea"):
    """Do a deed on a message."""
    given = {
        "reply": {"body": "Bonjour"},
        "close": {"reason": "other"},
        "attach": {"organization": staff.ravel, "on": TODAY},
    }
    run = getattr(contacts, name)
    return run(contact_id=contact.pk, actor=staff.people[actor], **given.get(name, {}))


DEEDS = ("take", "reply", "close", "reopen", "attach")
STILL_OPEN = {  # what was done: what may be done after it
    (): {"take", "reply", "close", "attach"},
    ("take",): {"take", "reply", "close", "attach"},
    ("reply",): {"reopen", "attach"},
    ("close",): {"reopen", "attach"},
    ("close", "reopen"): {"take", "reply", "close", "attach"},
    ("attach",): set(),
    ("reply", "attach"): set(),
}


@pytest.mark.parametrize("before", STILL_OPEN)
def test_a_deed_that_comes_too_late_is_refused_and_writes_nothing(staff, before):
    contact, may = wrote(), set()
    for name in before:
        deed(name, staff, contact)
    known = lines(contact), stands(contact), OutgoingMail.objects.count()

    for name in DEEDS:
        try:
            with transaction.atomic():
                deed(name, staff, contact)
                may.add(name)
                raise IllegalMove  # undone, for the next one
        except IllegalMove:
            pass

    assert may == STILL_OPEN[before]
    assert (lines(contact), stands(contact), OutgoingMail.objects.count()) == known


HANDS = {
    "lea": set(DEEDS),
    "magda": set(DEEDS),
    "victor": {"take", "reply", "attach"},
    "remi": set(),
    "alice": set(),
}


@pytest.mark.parametrize("name", HANDS)
def test_who_may_do_what(staff, name):
    refused = set()
    for each in DEEDS:
        contact = wrote()
        if each == "reopen":
            deed("close", staff, contact)
        try:
            deed(each, staff, contact, actor=name)
        except NotAllowed:
            refused.add(each)

    assert set(DEEDS) - refused == HANDS[name]


def test_a_message_that_is_done_has_no_due_time(staff):
    contact = wrote()

    with pytest.raises(DatabaseError), transaction.atomic():
        ContactMessage.objects.filter(pk=contact.pk).update(ending="answered")
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactMessage.objects.filter(pk=contact.pk).update(ending="gone", due_at=None)


def test_what_was_done_is_kept_and_read_by_staff_alone(staff):
    contact = wrote()
    deed("close", staff, contact)

    for change in (
        "UPDATE support_contactevent SET note = 'x'",
        "DELETE FROM support_contactevent",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_the_application_reads_nothing_of_what_was_done(desk):
    with tenant_context(desk.ravel.pk):
        contact = wrote()
        assert list(ContactEvent.objects.all()) == []
        with pytest.raises(DatabaseError), transaction.atomic():
            ContactEvent.objects.create(contact=contact, deed="taken", actor=desk.people["lea"])


# A mail of somebody unknown


def test_a_strangers_mail_becomes_a_message_due_since_it_came(staff):
    mail = receive("Combien ?", sender="zoe@ailleurs.example", Subject="Un tarif")
    came = moment("2026-11-20 10:00")
    InboundMail.objects.filter(pk=mail.pk).update(received_at=came)

    contact = mailbox.make_contact(mail_id=mail.pk, actor=staff.people["lea"])
    with pytest.raises(Decided):
        mailbox.make_contact(mail_id=mail.pk, actor=staff.people["lea"])

    row = ContactMessage.objects.get()
    assert (row.pk, row.name, row.email, row.message) == (
        contact.pk,
        "zoe@ailleurs.example",
        "zoe@ailleurs.example",
        "Un tarif\n\nCombien ?",
    )
    assert row.due_at == came + timedelta(days=3)  # a working day later, over a weekend
    mail = InboundMail.objects.get()
    assert (mail.status, mail.contact, mail.decided_by) == ("visitor", row, staff.people["lea"])
    assert not OutgoingMail.objects.exists()


def test_a_mail_that_became_a_message_keeps_its_writer_in_a_request(staff):
    mail = receive("Combien ?", sender="zoe@ailleurs.example")
    contact = mailbox.make_contact(mail_id=mail.pk, actor=staff.people["lea"])

    deed("attach", staff, contact)

    assert Message.objects.get().body.startswith("E-mail de zoe@ailleurs.example :\n\n")


@pytest.mark.parametrize("sender", ["", "nulle-part", f"{'x' * 250}@exemple.fr"])
def test_a_mail_that_cannot_be_answered_stays_where_it_is(staff, sender):
    mail = InboundMail.objects.create(
        message_id="1", sender=sender, text="Bonjour", raw=b"x", status="quarantined"
    )

    with pytest.raises(NoSender):
        mailbox.make_contact(mail_id=mail.pk, actor=staff.people["lea"])

    assert InboundMail.objects.get().status == "quarantined"
    assert not ContactMessage.objects.exists()


def test_a_reader_passes_no_mail_to_the_visitors(staff):
    mail = receive(sender="zoe@ailleurs.example")

    with pytest.raises(NotAllowed):
        mailbox.make_contact(mail_id=mail.pk, actor=staff.people["remi"])
