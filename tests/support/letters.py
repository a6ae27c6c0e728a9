"""Mails as they are posted to us: the shape of Postmark's inbound webhook, written by hand."""

import base64
import json
from email.message import EmailMessage

from django.test import Client

from support import mailbox
from support.models import InboundMail, Message
from support.reply_address import reply_address
from tests.support.conftest import TODAY

DOMAIN = "reponses.digiforma.example"
SECRET = "poste:un secret"
ADDRESS = "/anymail/postmark/inbound/"
QUOTED = """

Le lun. 23 nov. 2026 à 10:00, Digiforma <
abonnement@digiforma.example> a écrit :

> Pour quelle date ?
"""


def authorization(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}


def post(body: bytes | dict, *, secret: str = SECRET, address: str = ADDRESS):
    """Post as the provider does; a dict goes as JSON. Errors are answers, not exceptions."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(raise_request_exception=False).post(
        address, content, content_type="application/json", headers=authorization(secret)
    )


def postmark(
    text: str = "Le 9 décembre.",
    *,
    sender: str = "adam@exemple.fr",
    to: str = "support@digiforma.example",
    message_id: str = "<1@exemple.fr>",
    headers: dict[str, str] | None = None,
    **fields,
) -> dict:
    """Return what Postmark posts of a mail that it has parsed."""
    named = {"Message-ID": message_id, "Received-SPF": "Pass (sender SPF authorized)"}
    return {
        "FromName": "Adam",
        "From": sender,
        "FromFull": {"Email": sender, "Name": "Adam Élie", "MailboxHash": ""},
        "To": to,
        "ToFull": [{"Email": to, "Name": "", "MailboxHash": ""}],
        "CcFull": [],
        "BccFull": [],
        "OriginalRecipient": to,
        "Subject": "Re: Une précision pour votre demande",
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "ReplyTo": "",
        "MailboxHash": "",
        "Date": "Mon, 23 Nov 2026 10:02:00 +0100",
        "TextBody": text + QUOTED,
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{sender}>"},
            *({"Name": name, "Value": value} for name, value in (named | (headers or {})).items()),
        ],
        "Attachments": [],
    } | fields


def attached(name: str, content: bytes, media_type: str = "application/pdf") -> dict:
    """Return a file as Postmark joins it."""
    return {
        "Name": name,
        "Content": base64.b64encode(content).decode(),
        "ContentType": media_type,
        "ContentLength": len(content),
    }


def answering(request, reader) -> str:
    """Return the address by which somebody answers in a request."""
    return reply_address(request.reference, reader.pk)


def written(text: str = "Oui.", *, sender: str = "adam@exemple.fr", **headers) -> bytes:
    """Return a mail as its bytes, with headers whose `_` stands for `-`."""
    message = EmailMessage()
    message["From"], message["Message-ID"] = sender, "<raw@exemple.fr>"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def receive(text: str = "Oui.", *, sent_to: str = "", **headers) -> InboundMail:
    """Receive such a mail today. Staff scope."""
    return mailbox.receive(raw=written(text, **headers), sent_to=sent_to, on=TODAY)


def outcome(mail: InboundMail) -> tuple[str, str, str]:
    """Return what became of a mail: its status, the reason, the request."""
    row = InboundMail.objects.get(pk=mail.pk)
    return row.status, row.reason, row.reference


def said() -> list[tuple[str, str, str]]:
    """Return what was said by mail, in which request and by whom."""
    rows = Message.objects.filter(channel="mail").order_by("pk")
    return list(rows.values_list("request__reference", "author__first_name", "body"))
