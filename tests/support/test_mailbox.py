import pytest

from accounts.models import Membership, OutgoingMail
from support import conversation, mailbox
from support.mailbox import NotAMail
from support.models import InboundMail, Request
from tests.support.conftest import TODAY
from tests.support.letters import DOMAIN, answering, outcome, receive, said

FORGED = f"reply+d-2026-0001-1-{'0' * 24}@{DOMAIN}"


@pytest.fixture(autouse=True)
def reply_domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


def mailed_since(before: int) -> list[str]:
    rows = OutgoingMail.objects.order_by("created_at", "recipient")
    return list(rows.values_list("recipient", flat=True))[before:]


# What joins


@pytest.mark.parametrize("name", ["adam", "alice"])
def test_whoever_may_follow_a_request_answers_it_by_mail(staff, name):
    request = staff.ask("adam")
    address = answering(request, staff.people["adam"])

    mail = receive(sender=f"{name.title()}@Exemple.fr", sent_to=address.upper())

    assert outcome(mail) == ("joined", "", request.reference)
    assert said() == [(request.reference, name.title(), "Oui.")]


def test_an_answer_to_a_question_brings_the_request_back_to_the_desk(staff):
    request = staff.ask("adam")
    lea = staff.people["lea"]
    conversation.ask_details(request_id=request.pk, actor=lea, body="Pour quand ?", on=TODAY)
    assert Request.objects.get().due_at is None

    receive("Le 9.", sent_to=answering(request, staff.people["adam"]))

    request.refresh_from_db()
    assert (request.state, request.waiting_since) == ("new", None)
    assert request.due_at is not None


def test_the_address_may_stand_in_the_mail_alone(staff):
    request = staff.ask("adam")

    receive(To=f"Digiforma <{answering(request, staff.people['adam'])}>")

    assert len(said()) == 1


def test_a_very_long_mail_is_cut_and_says_so(staff):
    request = staff.ask("adam")

    receive("ligne\n" * 6_000, sent_to=answering(request, staff.people["adam"]))

    [(_reference, _name, body)] = said()
    assert body.endswith("[Message coupé : il était trop long.]")
    assert len(body) < mailbox.LONGEST_SAID + 100


def test_support_is_told_of_an_answer_and_nobody_answers_its_sender(staff):
    request = staff.ask("adam")
    before = OutgoingMail.objects.count()

    receive(sent_to=answering(request, staff.people["adam"]))

    assert mailed_since(before) == ["support@digiforma.example"]


# What waits


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"sender": "inconnu@exemple.fr"}, "Expéditeur inconnu de cet organisme"),
        ({"sender": "charlie@exemple.fr"}, "Expéditeur inconnu de cet organisme"),
        ({"sender": "tara@exemple.fr"}, "L’expéditeur ne suit pas cette demande"),
        ({"sender": "sam@exemple.fr"}, "L’expéditeur ne suit pas cette demande"),
        ({"sender": "adam@exemple.fr, alice@exemple.fr"}, "Sans expéditeur, ou avec plusieurs"),
        (
            {"Received_SPF": "Fail"},
            "Expéditeur non prouvé (SPF, DKIM ou DMARC en échec)",
        ),
        ({"X_Spam_Flag": "YES"}, "Signalé comme indésirable"),
    ],
)
def test_a_mail_that_may_not_be_from_a_follower_waits_and_writes_to_nobody(staff, headers, reason):
    request = staff.ask("adam")
    before = OutgoingMail.objects.count()

    mail = receive(sent_to=answering(request, staff.people["adam"]), **headers)

    assert outcome(mail) == ("quarantined", reason, request.reference)
    assert (said(), mailed_since(before)) == ([], [])


@pytest.mark.parametrize(
    ("sent_to", "sender", "reason"),
    [
        (FORGED, "adam@exemple.fr", "Adresse de réponse inconnue ou modifiée"),
        ("support@digiforma.example", "adam@exemple.fr", "Écrit au support, hors d’une demande"),
        ("support@digiforma.example", "zoe@ailleurs.example", "Expéditeur inconnu"),
    ],
)
def test_a_mail_that_names_no_request_waits(staff, sent_to, sender, reason):
    staff.ask("adam")
    before = OutgoingMail.objects.count()

    mail = receive(sent_to=sent_to, sender=sender)

    assert outcome(mail) == ("quarantined", reason, "")
    assert mailed_since(before) == []


def test_a_machines_answer_is_kept_and_disturbs_nobody(staff):
    request = staff.ask("adam")
    before = OutgoingMail.objects.count()

    mail = receive(sent_to=answering(request, staff.people["adam"]), Auto_Submitted="auto-replied")

    assert outcome(mail) == ("ignored", "Réponse automatique", request.reference)
    assert (said(), mailed_since(before)) == ([], [])


def test_an_answer_to_a_finished_request_waits_and_support_is_told(staff):
    request = staff.ask("adam")
    membership = staff.membership("adam")
    conversation.withdraw(membership=membership, reference=request.reference, on=TODAY)
    before = OutgoingMail.objects.count()

    mail = receive(sent_to=answering(request, staff.people["adam"]))

    assert outcome(mail) == ("quarantined", "Demande close", request.reference)
    assert (said(), mailed_since(before)) == ([], ["support@digiforma.example"])


def test_a_mail_without_a_word_waits(staff):
    request = staff.ask("adam")

    mail = receive(" \n", sent_to=answering(request, staff.people["adam"]))

    assert outcome(mail) == ("quarantined", "Sans texte lisible", request.reference)


def test_whoever_left_the_organization_does_not_answer_for_it(staff):
    request = staff.ask("adam")
    Membership.objects.filter(user=staff.people["adam"]).update(is_active=False)

    mail = receive(sent_to=answering(request, staff.people["adam"]))

    assert outcome(mail)[:2] == ("quarantined", "Expéditeur inconnu de cet organisme")


def test_the_same_mail_by_another_way_is_kept_once(staff):
    request = staff.ask("adam")
    address = answering(request, staff.people["adam"])

    first = receive(sent_to=address)
    again = receive(sent_to="support@digiforma.example", Received="from elsewhere", Cc="x@y.fr")

    assert (first.pk, len(said())) == (again.pk, 1)


@pytest.mark.parametrize(
    "other",
    [{"text": "Non."}, {"Subject": "Non"}, {"sender": "alice@exemple.fr"}],
    ids=["text", "subject", "sender"],
)
def test_another_mail_under_a_known_identifier_waits_once(staff, other):
    request = staff.ask("adam")
    address = answering(request, staff.people["adam"])
    receive(sent_to=address)

    mail, again = (receive(sent_to=address, **other) for _time in range(2))

    reason = "Identifiant d’un autre e-mail, au contenu différent"
    assert outcome(mail) == ("quarantined", reason, request.reference)
    assert (again.pk, InboundMail.objects.count(), len(said())) == (mail.pk, 2, 1)


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"Subject: rien\r\n\r\n"])
def test_nothing_from_nobody_is_no_mail(staff, raw):
    with pytest.raises(NotAMail):
        mailbox.receive(raw=raw, on=TODAY)

    assert InboundMail.objects.count() == 0
