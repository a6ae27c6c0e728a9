"""Deeds on received mail: it joins a conversation, or waits for the desk to decide.

Nothing here answers a sender: an answer to a forged address would reach whoever it belongs to,
and one to a machine would come back.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import selectors as people
from accounts.models import Membership, Organization, User
from accounts.roles import SEES_SUBSCRIPTION, Role
from accounts.services import record
from support import contacts, conversation, emails, mail_reading, workflow
from support.attachments import MOST_FILES, refusal_text
from support.file_kinds import FileRefused, ReadFile
from support.file_kinds import read as read_file
from support.mail_reading import Letter
from support.mail_sorting import Status, Verdict, follows, member_at, verdict
from support.models import ContactMessage, InboundMail, Message, Request
from support.moves import open_request, require, say
from support.workflow import IllegalMove, Kind

LONGEST_SAID = 20_000  # characters of one message
LONGEST_SUBJECT = 255
LONGEST_NAME = 120


class NotAMail(Exception):
    """Nobody wrote nothing."""


class Decided(Exception):
    """Somebody decided about this mail already."""


class NoSender(Exception):
    """Nobody can be answered: the mail names no sender, or no address of one."""


@transaction.atomic
def receive(*, raw: bytes, sent_to: str = "", is_spam: bool = False, on: date) -> InboundMail:
    """Keep a mail once and let it join the conversation that it answers. Staff scope.

    `sent_to` and `is_spam` are the provider's own word, beside the mail. A mail that comes twice,
    even at once, is the row of the first; another one under its Message-ID waits for the desk.
    Raises NotAMail, RecursionError for parts nested without reason.
    """
    letter = mail_reading.read(raw)
    if letter.is_empty:
        raise NotAMail
    own_id = _own_id(letter)
    known = InboundMail.objects.filter(message_id=own_id).first()
    if known:
        return known
    found = verdict(letter, sent_to=sent_to)
    doubt = _doubt(is_spam=is_spam, is_namesake=own_id != letter.message_id)
    if doubt and found.status == Status.JOINED:
        found = Verdict(Status.QUARANTINED, doubt, found.reference)
    try:
        with transaction.atomic():
            mail = _kept(replace(letter, message_id=own_id), found, raw=raw, sent_to=sent_to)
    except IntegrityError:  # one came under this name, meanwhile
        return receive(raw=raw, sent_to=sent_to, is_spam=is_spam, on=on)
    if found.status == Status.JOINED:
        _join(mail, letter, found.membership, on=on)
    return mail


def _own_id(letter: Letter) -> str:
    """Return the Message-ID, unless a mail that says something else came under it."""
    known = InboundMail.objects.filter(message_id=letter.message_id).first()
    if known is None or mail_reading.read(bytes(known.raw)).digest == letter.digest:
        return letter.message_id
    return letter.digest


def _doubt(*, is_spam: bool, is_namesake: bool) -> str:
    if is_spam:
        return _("Signalé comme indésirable")
    return _("Identifiant d’un autre e-mail, au contenu différent") if is_namesake else ""


def _kept(letter: Letter, found: Verdict, *, raw: bytes, sent_to: str) -> InboundMail:
    recipient = sent_to or next(iter(letter.recipients), "")
    return InboundMail.objects.create(
        message_id=letter.message_id,
        sender=letter.sender,
        recipient=mail_reading.clean(recipient)[: mail_reading.LONGEST_ADDRESS],
        subject=letter.subject[:LONGEST_SUBJECT],
        text=letter.text,
        raw=raw,
        status=found.status,
        reason=found.reason,
        reference=found.reference,
    )


def _join(mail: InboundMail, letter: Letter, member: Membership, *, on: date) -> None:
    """Add an answer to its conversation; on a finished request it waits, and support is told."""
    body, files = _said(letter)
    try:
        if not (body or files):
            raise IllegalMove(mail.reference)
        conversation.reply_as_customer(
            membership=member,
            reference=mail.reference,
            body=body,
            on=on,
            files=files,
            channel=Message.Channel.MAIL,
        )
    except IllegalMove:
        mail.status = Status.QUARANTINED
        mail.reason = _("Demande close") if body or files else _("Sans texte lisible")
        mail.save(update_fields=["status", "reason"])
        emails.mail_waits(mail, member)


def _said(letter: Letter) -> tuple[str, list[ReadFile]]:
    """Return what a mail says and its files; those that are not taken are told below."""
    files, refused = _read_files(letter)
    text = letter.text
    if len(text) > LONGEST_SAID:
        text = f"{text[:LONGEST_SAID]}\n\n{_('[Message coupé : il était trop long.]')}"
    if refused:
        told = "\n".join(f"- {why}" for why in refused)
        text = f"{text}\n\n{_('Pièces jointes non reçues :')}\n{told}".strip()
    return text, files


def _read_files(letter: Letter) -> tuple[list[ReadFile], list[str]]:
    taken, refused = [], []
    for file in letter.files:
        try:
            taken.append(read_file(file.name, file.content))
        except FileRefused as refusal:
            refused.append(refusal_text(file.name, refusal.why))
    too_many = _("« %(name)s » : %(most)d fichiers au plus par message.")
    refused += [too_many % {"name": each.name, "most": MOST_FILES} for each in taken[MOST_FILES:]]
    return taken[:MOST_FILES], refused


# What the desk decides


@transaction.atomic
def admit(*, mail_id, reference: str, actor: User, on: date) -> Request:
    """Add a mail that waited to the conversation of a request (admettre).

    It is said by the member who has that address, else by the requester or the owner, and the
    message then names who wrote. Raises NotAllowed, Decided, Request.DoesNotExist, IllegalMove
    for a finished request.
    """
    mail = _waiting(mail_id, actor)
    request = Request.objects.select_related("organization").get(reference=reference)
    body, files = _said(mail_reading.read(bytes(mail.raw)))
    writers = [
        member_at(request.organization, mail.sender),
        *_members(request.organization, [request.requester_id]),
        _owner(request.organization),
    ]
    writer = next((each for each in writers if each and follows(each, request)), None)
    if writer is None:
        raise IllegalMove(reference)
    conversation.reply_as_customer(
        membership=writer,
        reference=reference,
        body=_named(body, mail, writer.user),
        on=on,
        files=files,
        channel=Message.Channel.MAIL,
    )
    _decide(mail, Status.JOINED, actor, reference=reference)
    record(
        organization=request.organization, actor=actor, action="mail admitted", request=reference
    )
    return request


@transaction.atomic
def make_request(*, mail_id, organization: Organization, actor: User, on: date) -> Request:
    """Make a request of a mail that waited, in the name of its writer, else of the owner.

    Raises NotAllowed, Decided.
    """
    mail = _waiting(mail_id, actor)
    member = member_at(organization, mail.sender)
    writer = member if member and member.role in SEES_SUBSCRIPTION else _owner(organization)
    body, files = _said(mail_reading.read(bytes(mail.raw)))
    message = f"{mail.subject}\n\n{body}".strip() or mail.sender
    request = open_request(
        organization, on=on, kind=Kind.CONTACT, requester=writer.user, message=message
    )
    say(
        request,
        author=writer.user,
        body=_named(message, mail, writer.user),
        files=files,
        channel=Message.Channel.MAIL,
    )
    _decide(mail, Status.JOINED, actor, reference=request.reference)
    record(
        organization=organization,
        actor=actor,
        action="request made of a mail",
        request=request.reference,
    )
    return request


@transaction.atomic
def make_contact(*, mail_id, actor: User) -> ContactMessage:
    """Make a visitor's message of a mail that waited, due since the mail came.

    Its files stay with the mail. Raises NotAllowed, Decided, NoSender.
    """
    mail = _waiting(mail_id, actor)
    try:
        ContactMessage._meta.get_field("email").clean(mail.sender, None)
    except ValidationError:
        raise NoSender from None
    contact = contacts.receive(
        name=mail.sender[:LONGEST_NAME],
        email=mail.sender,
        message=f"{mail.subject}\n\n{mail.text}"[:LONGEST_SAID].strip() or mail.sender,
        at=mail.received_at,
        mail=mail,
    )
    _decide(mail, Status.VISITOR, actor)
    return contact


@transaction.atomic
def dismiss(*, mail_id, actor: User) -> InboundMail:
    """Put a mail aside (écarter); it stays readable. Raises NotAllowed, Decided."""
    mail = _waiting(mail_id, actor)
    _decide(mail, Status.DISMISSED, actor)
    return mail


@transaction.atomic
def restore(*, mail_id, actor: User) -> InboundMail:
    """Put a mail that was put aside back into quarantine. Raises NotAllowed, Decided."""
    mail = _locked(mail_id, actor)
    if mail.status != Status.DISMISSED:
        raise Decided(mail.pk)
    _decide(mail, Status.QUARANTINED, actor)
    return mail


def _locked(mail_id, actor: User) -> InboundMail:
    require(actor, workflow.ANSWERS)
    return InboundMail.objects.select_for_update().get(pk=mail_id)


def _waiting(mail_id, actor: User) -> InboundMail:
    mail = _locked(mail_id, actor)
    if mail.status not in (Status.QUARANTINED, Status.IGNORED):
        raise Decided(mail.pk)
    return mail


def _decide(mail: InboundMail, status: Status, actor: User, **changed) -> None:
    InboundMail.objects.filter(pk=mail.pk).update(
        status=status, decided_by=actor, decided_at=Now(), **changed
    )


def _members(organization: Organization, user_ids: Iterable[int]) -> list[Membership]:
    members = Membership.objects.filter(organization=organization, is_active=True)
    return list(members.filter(user__in=user_ids, user__is_active=True).select_related("user"))


def _owner(organization: Organization) -> Membership:
    owner = people.owner(organization)
    return Membership.objects.select_related("user").get(
        organization=organization, user=owner, role=Role.OWNER
    )


def _named(body: str, mail: InboundMail, author: User) -> str:
    """Return what a mail says; when its writer is not who says it, after their address."""
    if mail.sender == author.email:
        return body
    told = _("E-mail de %(sender)s :") % {"sender": mail.sender or _("expéditeur inconnu")}
    return f"{told}\n\n{body}".strip()
