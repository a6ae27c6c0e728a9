from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import settings as proof
from hypothesis import strategies as st

from support.mail_reading import MOST_PARTS, Doubt, Enclosed, read
from tests.proving import examples
from tests.support.letters import written


def raw(*lines: str, charset: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(charset)


def with_text(content_type: str, body: bytes, transfer: str = "8bit") -> bytes:
    head = f"From: a@b.fr\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Transfer-Encoding: {transfer}\r\n\r\n".encode() + body


def test_a_mail_is_read_whole():
    mail = EmailMessage()
    mail["From"] = "Claire Élie <Claire@Exemple.FR>"
    mail["To"] = "Digiforma <reply+x@reponses.example>, autre@exemple.fr"
    mail["Cc"] = "autre@exemple.fr"
    mail["Subject"] = "Précision demandée"
    mail["Message-ID"] = "<42@exemple.fr>"
    mail.set_content("Oui.\n\n> Pour quand ?\n")
    mail.add_alternative("<p>Oui, en HTML.</p>", subtype="html")
    mail.add_attachment(b"un,deux", maintype="text", subtype="csv", filename="é.csv")

    letter = read(mail.as_bytes())

    assert (letter.message_id, letter.sender) == ("42@exemple.fr", "claire@exemple.fr")
    assert letter.recipients == ("reply+x@reponses.example", "autre@exemple.fr")
    assert (letter.subject, letter.text) == ("Précision demandée", "Oui.")
    assert letter.whole == "Oui.\n\n> Pour quand ?"
    assert letter.files == (Enclosed("é.csv", b"un,deux"),)
    assert (letter.is_automatic, letter.doubts) == (False, frozenset())


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain; charset=utf-8", "C’est d’accord".encode()),
        ("text/plain; charset=iso-8859-1", "C’est d’accord".encode()),  # says so, is not
        ("text/plain; charset=iso-8859-1", "C’est d’accord".encode("cp1252")),
        ("text/plain; charset=windows-1252", "C’est d’accord".encode("cp1252")),
        ("text/plain", "C’est d’accord".encode()),
        ("text/plain; charset=inconnu", "C’est d’accord".encode()),
        ("text/plain; charset=utf-16", "C’est d’accord".encode("utf-16")),
        ("text/plain; charset=punycode", "C’est d’accord".encode()),
        ("text/html; charset=utf-8", "<p>C’est <i>d’accord</i></p>".encode()),
        ("text/html", b"<p>C&rsquo;est<br>d&rsquo;accord</p>"),
    ],
)
def test_a_text_is_read_whatever_its_charset_says(content_type, body):
    assert " ".join(read(with_text(content_type, body)).text.split()) == "C’est d’accord"


def test_text_that_is_encoded_is_decoded():
    body = b"C=E2=80=99est d=27accord=\r\n."

    letter = read(with_text("text/plain; charset=utf-8", body, "quoted-printable"))

    assert letter.text == "C’est d'accord."


def test_a_picture_that_dresses_the_html_is_no_file_and_a_photo_is():
    mail = EmailMessage()
    mail["From"] = "a@b.fr"
    mail.set_content('<p>Voici.</p><img src="cid:logo@x">', subtype="html")
    mail.add_related(b"1", "image", "png", cid="<logo@x>", filename="logo.png")
    mail.add_related(b"2", "image", "jpeg", cid="<photo@x>", filename="photo.jpg")

    assert read(mail.as_bytes()).files == (Enclosed("photo.jpg", b"2"),)


def test_a_mail_that_is_joined_is_a_file_and_its_text_is_not_read():
    inner = EmailMessage()
    inner["Subject"] = "Dedans"
    inner.set_content("Ne pas lire")
    mail = EmailMessage()
    mail["From"] = "a@b.fr"
    mail.set_content("Voici.")
    mail.add_attachment(inner)

    letter = read(mail.as_bytes())

    assert letter.text == "Voici."
    [file] = letter.files
    assert b"Ne pas lire" in file.content


def test_a_mail_without_an_id_is_known_by_its_bytes():
    first, again, other = (raw("From: a@b.fr", "", text) for text in ("a", "a", "b"))

    assert read(first).message_id == read(again).message_id != read(other).message_id


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"Auto_Submitted": "no"}, False),
        ({"Auto_Submitted": "auto-replied (vacation)"}, True),
        ({"Auto_Submitted": "auto-generated; x=y"}, True),
        ({"Precedence": "bulk"}, True),
        ({"Precedence": "auto_reply"}, True),
        ({"X_Autoreply": "yes"}, True),
        ({"Return_Path": "<>"}, True),
        ({"Return_Path": "<a@b.fr>"}, False),
        ({"X_Digiforma_Mail": "22"}, True),  # ours came back
        ({"sender": "MAILER-DAEMON@exemple.fr"}, True),
    ],
)
def test_a_machine_is_told_from_somebody(headers, expected):
    assert read(written(**headers)).is_automatic is expected


def test_a_report_of_delivery_is_a_machines():
    report = raw(
        "From: a@b.fr",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
        "",
        "--x",
        "",
        "Échec",
        "--x--",
    )

    assert read(report).is_automatic is True


@pytest.mark.parametrize(
    ("headers", "doubts"),
    [
        ({}, set()),
        ({"Received_SPF": "Pass (ok)"}, set()),
        ({"Received_SPF": "Fail (not authorized)"}, {Doubt.UNPROVEN}),
        ({"Received_SPF": "Softfail (perhaps)"}, {Doubt.UNPROVEN}),
        ({"Authentication_Results": "mx; spf=pass; dkim=pass; dmarc=pass"}, set()),
        ({"Authentication_Results": "mx; spf=pass; dkim=fail (bad)"}, {Doubt.UNPROVEN}),
        ({"Authentication_Results": "mx; spf=hardfail"}, {Doubt.UNPROVEN}),
        ({"X_Spam_Tests": "DKIM_SIGNED,DKIM_INVALID"}, {Doubt.UNPROVEN}),
        ({"X_Mailgun_Dkim_Check_Result": "Fail"}, {Doubt.UNPROVEN}),
        ({"X_Spam_Status": "Yes, score=7"}, {Doubt.SPAM}),
        ({"X_Spam_Status": "No"}, set()),
        ({"X_Mailgun_Sflag": "Yes", "X_Mailgun_Spf": "Fail"}, {Doubt.SPAM, Doubt.UNPROVEN}),
        ({"sender": "a@b.fr, c@d.fr"}, {Doubt.NOBODY}),
        ({"sender": "personne"}, {Doubt.NOBODY}),
    ],
)
def test_what_failed_a_check_is_doubted(headers, doubts):
    assert read(written(**headers)).doubts == doubts


def test_a_pass_that_the_writer_added_does_not_undo_a_failure():
    mail = raw(
        "Authentication-Results: mx; spf=fail",
        "From: a@b.fr",
        "Authentication-Results: mx; spf=pass; dmarc=pass",
        "",
        "Oui",
    )

    assert read(mail).doubts == {Doubt.UNPROVEN}


def test_only_so_many_parts_are_read():
    parts = "".join(f"--x\r\n\r\npartie {number}\r\n" for number in range(3 * MOST_PARTS))
    mail = f'From: a@b.fr\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n{parts}--x--'

    assert read(mail.encode()).text.count("partie") == MOST_PARTS - 1


NAMES = st.sampled_from(
    [b"From", b"To", b"Subject", b"Content-Type", b"Message-ID", b"X-Spam-Tests"]
)


@proof(max_examples=examples(300, 20_000), deadline=None)
@given(
    head=st.lists(st.tuples(NAMES, st.binary(max_size=60)), max_size=6),
    body=st.binary(max_size=200),
)
def test_any_bytes_are_read_as_text_that_can_be_kept(head, body):
    letter = read(b"\r\n".join(name + b": " + value for name, value in head) + b"\r\n\r\n" + body)

    for text in (letter.sender, letter.subject, letter.text, letter.whole, letter.message_id):
        assert "\x00" not in text
        text.encode()
