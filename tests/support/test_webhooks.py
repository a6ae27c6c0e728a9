import hmac
import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as proof
from hypothesis import strategies as st

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import webhooks
from support.models import Attachment, InboundMail, Message, Request
from tests.proving import examples
from tests.support import letters
from tests.support.letters import postmark

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def opened(settings):
    """Open the door to Postmark."""
    settings.REPLY_DOMAIN = letters.DOMAIN
    settings.INBOUND_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": letters.SECRET}


@pytest.fixture
def asked(desk, today) -> Request:
    with staff_context():
        return desk.ask("adam")


@pytest.fixture
def to(asked, desk) -> str:
    return letters.answering(asked, desk.people["adam"])


def kept() -> list[tuple]:
    with staff_context():
        rows = InboundMail.objects.order_by("received_at", "message_id")
        return list(rows.values_list("sender", "status", "reason"))


def said() -> list[tuple]:
    with staff_context():
        rows = Message.objects.filter(channel="mail").order_by("pk")
        return list(rows.values_list("author__first_name", "body"))


def test_a_reply_joins_the_conversation_of_its_request(to):
    assert letters.post(postmark(to=to)).status_code == 200

    assert said() == [("Adam", "Le 9 décembre.")]
    assert kept() == [("adam@exemple.fr", "joined", "")]
    with staff_context():
        mail = InboundMail.objects.get()
        assert (mail.message_id, mail.subject) == (
            "1@exemple.fr",
            "Re: Une précision pour votre demande",
        )
        told = OutgoingMail.objects.get(dedupe_key__startswith="reply_to_support-")
        assert "Le 9 décembre." in told.text


def test_the_same_post_again_is_kept_once(to):
    answers = [letters.post(postmark(to=to)).status_code for _again in range(3)]

    assert answers == [200, 200, 200]
    assert (said(), len(kept())) == ([("Adam", "Le 9 décembre.")], 1)


def test_files_are_kept_and_those_refused_are_told(to):
    files = [
        letters.attached("devis signé.pdf", PDF),
        letters.attached("script.svg", b"<svg/>", "image/svg+xml"),
    ]

    letters.post(postmark("Voici.", to=to, Attachments=files))

    [(_author, body)] = said()
    assert body.startswith("Voici.\n\nPièces jointes non reçues :\n- « script.svg »")
    with staff_context():
        file = Attachment.objects.get()
        assert (file.name, file.media_type, bytes(file.content)) == (
            "devis signé.pdf",
            "application/pdf",
            PDF,
        )


def test_a_mail_without_text_is_read_from_its_html(to):
    html = "<html><body><p>Oui, <b>dès lundi</b>.</p><script>alert(1)</script></body></html>"

    letters.post(postmark(to=to, TextBody="", HtmlBody=html))

    assert said() == [("Adam", "Oui, dès lundi.")]


def test_a_mail_posted_whole_is_read_too(to):
    raw = letters.written("Oui, entièrement.", to=to).decode()

    assert letters.post(postmark(to=to, RawEmail=raw)).status_code == 200

    assert said() == [("Adam", "Oui, entièrement.")]


def test_what_the_provider_calls_spam_waits(to):
    letters.post(postmark(to=to, headers={"X-Spam-Status": "Yes"}))

    assert (said(), kept()) == (
        [],
        [("adam@exemple.fr", "quarantined", "Signalé comme indésirable")],
    )


# The door


@pytest.mark.parametrize("secret", ["", "poste:", "poste:autre", "é:ü"])
def test_without_the_secret_nothing_is_kept(to, secret):
    assert letters.post(postmark(to=to), secret=secret).status_code == 400
    assert kept() == []


@pytest.mark.parametrize(
    ("provider", "anymail"),
    [
        ("postmark", {}),
        ("postmark", {"WEBHOOK_SECRET": ""}),
        ("", {"WEBHOOK_SECRET": letters.SECRET}),
        ("mailgun", {"WEBHOOK_SECRET": letters.SECRET}),
        ("nobody", {"WEBHOOK_SECRET": letters.SECRET}),
    ],
)
def test_the_door_of_another_provider_or_without_a_secret_is_shut(to, settings, provider, anymail):
    settings.INBOUND_PROVIDER, settings.ANYMAIL = provider, anymail

    assert letters.post(postmark(to=to)).status_code == 404
    assert kept() == []


def test_a_provider_that_anymail_does_not_know_has_no_door(to, settings):
    settings.INBOUND_PROVIDER = "nobody"

    assert letters.post(postmark(to=to), address="/anymail/nobody/inbound/").status_code == 404


def test_a_post_that_is_too_large_is_refused(to, monkeypatch):
    monkeypatch.setattr(webhooks, "LARGEST_POST", 2_000)

    assert letters.post(postmark("x" * 2_000, to=to)).status_code == 413
    assert kept() == []


def test_a_post_larger_than_a_page_takes_is_read(to):
    file = letters.attached("grand.pdf", PDF + b"0" * 11 * 1024 * 1024)

    assert letters.post(postmark(to=to, Attachments=[file])).status_code == 200

    assert "« grand.pdf » est trop lourd" in said()[0][1]


def test_mailgun_posts_a_form(to, settings):
    settings.INBOUND_PROVIDER = "mailgun"
    settings.ANYMAIL |= {"MAILGUN_WEBHOOK_SIGNING_KEY": "cle"}
    form = {
        "recipient": to,
        "sender": "adam@exemple.fr",
        "body-plain": "Oui.",
        "message-headers": json.dumps(
            [["From", "Adam <adam@exemple.fr>"], ["Message-Id", "<m@g>"]]
        ),
        **signed("cle"),
    }

    answer = Client().post("/anymail/mailgun/inbound/", form, headers=letters.authorization())

    assert (answer.status_code, said()) == (200, [("Adam", "Oui.")])


def signed(key: str) -> dict[str, str]:
    """Return the signature of a post, as Mailgun documents it."""
    moment, token = "1795424520", "abc"
    signature = hmac.new(key.encode(), f"{moment}{token}".encode(), "sha256").hexdigest()
    return {"timestamp": moment, "token": token, "signature": signature}


# Whatever is posted


BAD = [b"", b"\xff\xfe", b"[]", b"{}", b"null", b'{"From": 1}', b'{"Headers": [1]}', b"[" * 5_000]


def nested(depth: int) -> bytes:
    """Return a mail whose parts are one inside the other."""
    head = 'Content-Type: multipart/mixed; boundary="{0}"\r\n\r\n--{0}\r\n'
    raw = "From: adam@exemple.fr\r\n" + "".join(head.format(level) for level in range(depth))
    return json.dumps(postmark(RawEmail=raw)).encode()


@pytest.mark.parametrize("body", [*BAD, nested(60), nested(3_000)])
def test_what_is_no_mail_is_refused_and_not_kept(desk, today, body):
    assert letters.post(body).status_code == 400
    assert kept() == []


@proof(
    max_examples=examples(60, 2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=300))
def test_no_bytes_ever_break_the_door(desk, today, body):
    assert letters.post(body).status_code == 400


ANY_TEXT = st.text(max_size=40)
ANY_JSON = st.one_of(
    st.none(), st.booleans(), st.integers(), ANY_TEXT, st.lists(ANY_TEXT, max_size=2)
)


@proof(
    max_examples=examples(80, 3_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(fields=st.dictionaries(st.sampled_from(sorted(postmark())), ANY_JSON, max_size=4))
@example(fields={"TextBody": "\x00\ud800"})
@example(fields={"Subject": "\r\nBcc: x@y.fr"})
@example(fields={"OriginalRecipient": "\x00" * 400})
@example(fields={"OriginalRecipient": 1})
def test_no_field_ever_breaks_the_door(desk, today, fields):
    assert letters.post(postmark() | fields).status_code in {200, 400}


@proof(
    max_examples=examples(80, 3_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    head=st.lists(
        st.tuples(
            st.sampled_from(
                ["From", "To", "Subject", "Message-ID", "Content-Type", "Content-Disposition"]
            ),
            st.text(st.characters(exclude_characters="\r\n"), max_size=60),
        ),
        max_size=5,
    ),
    body=ANY_TEXT,
)
@example(head=[("Content-Type", "text/plain; charset=punycode")], body="x")
@example(head=[("Content-Type", "text/plain; charset=\x00")], body="x")
@example(head=[("From", "=?x?q?a?= <a@b.fr>"), ("Subject", "=?utf-8?b?é?=")], body="x")
def test_no_mail_ever_breaks_the_door(desk, today, head, body):
    raw = "\r\n".join(f"{name}: {value}" for name, value in head) + "\r\n\r\n" + body

    assert letters.post(postmark(RawEmail=raw)).status_code in {200, 400}
