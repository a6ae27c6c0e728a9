"""Deeds on the messages of people who are not signed in (visiteurs).

Such a message has a clock of one reply: it waits until somebody answers it by mail, closes it or
finds whose organization it is. Each deed writes its line, which nobody changes.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import selectors as people
from accounts.models import Organization, User
from accounts.roles import SEES_SUBSCRIPTION
from accounts.services import record
from support import emails, working_time
from support.labels import ClosingReason
from support.models import ContactEvent, ContactMessage, InboundMail, Request
from support.moves import open_request, require, say
from support.targets import targets_of
from support.workflow import ANSWERS, CARE, IllegalMove, Kind

Deed = ContactEvent.Deed


@transaction.atomic
def receive(
    *,
    name: str,
    email: str,
    message: str,
    at: datetime,
    organization_name: str = "",
    mail: InboundMail | None = None,
) -> ContactMessage:
    """Keep the message of somebody who is not signed in, and mail support unless a mail brought it.

    It is due as a first reply is, from the moment that it reached us.
    """
    contact = ContactMessage.objects.create(
        name=name,
        email=email,
        message=message,
        organization_name=organization_name,
        mail=mail,
        due_at=_due(at),
    )
    if mail is None:
        emails.contact_received(contact)
    return contact


@transaction.atomic
def take(*, contact_id, actor: User) -> ContactMessage:
    """Give oneself a message that waits. Raises NotAllowed, IllegalMove."""
    contact = _waiting(contact_id, actor, ANSWERS)
    contact.assigned_to = actor
    _tell(contact, Deed.TAKEN, actor)
    return contact


@transaction.atomic
def reply(*, contact_id, actor: User, body: str) -> ContactMessage:
    """Answer a message that waits, by mail to its address. Raises NotAllowed, IllegalMove."""
    contact = _waiting(contact_id, actor, ANSWERS)
    contact.ending = ContactMessage.Ending.ANSWERED
    emails.contact_answered(contact, _tell(contact, Deed.ANSWERED, actor, note=body))
    return contact


@transaction.atomic
def close(*, contact_id, actor: User, reason: ClosingReason, note: str = "") -> ContactMessage:
    """Close a message without an answer (classer sans suite), for a reason of the desk's list.

    Raises NotAllowed, IllegalMove.
    """
    contact = _waiting(contact_id, actor, CARE)
    contact.ending = ContactMessage.Ending.CLOSED
    why = [str(ClosingReason(reason).label), note]
    _tell(contact, Deed.CLOSED, actor, note="\n".join(filter(None, why)))
    return contact


@transaction.atomic
def reopen(*, contact_id, actor: User) -> ContactMessage:
    """Let a message wait again, with the whole time of a reply. Raises NotAllowed, IllegalMove."""
    contact = _locked(contact_id, actor, CARE)
    if not contact.ending or contact.answered_by:
        raise IllegalMove(contact.answered_by)
    contact.ending = ""
    _tell(contact, Deed.REOPENED, actor)
    return contact


@transaction.atomic
def attach(*, contact_id, organization: Organization, actor: User, on: date) -> Request:
    """Make a request of a visitor's message (rattacher à un organisme), answered or not.

    It is asked in the name of the member who has that address, else of the owner: replies go to
    somebody of the organization, never to an unknown address. Raises NotAllowed, IllegalMove.
    """
    contact = _locked(contact_id, actor, ANSWERS)
    if contact.answered_by:
        raise IllegalMove(contact.answered_by)
    writer = _member_at(organization, contact.email) or people.owner(organization)
    request = open_request(
        organization, on=on, kind=Kind.CONTACT, requester=writer, message=contact.message
    )
    say(request, author=writer, body=f"{_named(contact)}\n\n{contact.message}")
    contact.answered_by = request.reference
    _tell(contact, Deed.ATTACHED, actor, note=request.reference)
    record(
        organization=organization, actor=actor, action="contact attached", request=request.reference
    )
    return request


def _locked(contact_id, actor: User, hands: frozenset) -> ContactMessage:
    require(actor, hands)
    return ContactMessage.objects.select_for_update().get(pk=contact_id)


def _waiting(contact_id, actor: User, hands: frozenset) -> ContactMessage:
    contact = _locked(contact_id, actor, hands)
    if not contact.waits:
        raise IllegalMove(contact.answered_by)
    return contact


def _tell(contact: ContactMessage, deed: Deed, actor: User, *, note: str = "") -> ContactEvent:
    """Write the line of a deed and keep what it changed; a message that waits again is due anew."""
    told = ContactEvent.objects.create(contact=contact, deed=deed, actor=actor, note=note)
    if not contact.waits:
        contact.due_at = None
    elif deed == Deed.REOPENED:
        contact.due_at = _due(told.at)
    contact.save(update_fields=["assigned_to", "ending", "answered_by", "due_at"])
    return told


def _due(at: datetime) -> datetime:
    return working_time.add(at, targets_of(Kind.CONTACT).reply)


def _named(contact: ContactMessage) -> str:
    if contact.mail_id:
        return _("E-mail de %(sender)s :") % {"sender": contact.email}
    return _("Message de %(name)s, %(email)s, par le formulaire de contact :") % {
        "name": contact.name,
        "email": contact.email,
    }


def _member_at(organization: Organization, email: str) -> User | None:
    return User.objects.filter(
        email=email.lower(),
        is_active=True,
        memberships__organization=organization,
        memberships__is_active=True,
        memberships__role__in=SEES_SUBSCRIPTION,
    ).first()
