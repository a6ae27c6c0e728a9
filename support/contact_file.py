"""One visitor's message as staff see it: whose it may be, what was done, what may be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from support.contact_queue import contact_due
from support.desk import Spoken
from support.models import ContactEvent, ContactMessage
from support.moves import staff
from support.queue import Due
from support.senders import Sender, members_at
from support.workflow import ANSWERS, CARE, Who

HANDS = {"take": ANSWERS, "reply": ANSWERS, "attach": ANSWERS, "close": CARE, "reopen": CARE}
WHILE_IT_WAITS = {"take", "reply", "close"}
Deed = ContactEvent.Deed


@dataclass(frozen=True, slots=True)
class ContactFile:
    """Everything the page of one message shows."""

    contact: ContactMessage
    due: Due
    spoken: tuple[Spoken, ...]
    senders: tuple[Sender, ...]
    others: tuple[ContactMessage, ...]  # of the same address, the last first
    deeds: frozenset[str]


def contact_file(contact_id: UUID, *, user: User, at: datetime) -> ContactFile:
    """Return one message with all that staff need. Raises ContactMessage.DoesNotExist."""
    contact = ContactMessage.objects.select_related("assigned_to", "mail").get(pk=contact_id)
    others = ContactMessage.objects.filter(email__iexact=contact.email).exclude(pk=contact.pk)
    return ContactFile(
        contact=contact,
        due=contact_due(contact, at=at),
        spoken=_spoken(contact),
        senders=members_at(contact.email),
        others=tuple(others.order_by("-created_at", "pk")[:10]),
        deeds=_deeds(contact, staff(user), user),
    )


def _deeds(contact: ContactMessage, who: frozenset[Who], user: User) -> frozenset[str]:
    """Return what somebody may do now; nothing more once it has become a request."""
    if contact.answered_by:
        return frozenset()
    idle = {"reopen"} if contact.waits else WHILE_IT_WAITS
    if contact.assigned_to == user:
        idle = {*idle, "take"}
    return frozenset(deed for deed, hands in HANDS.items() if hands & who and deed not in idle)


def _spoken(contact: ContactMessage) -> tuple[Spoken, ...]:
    """Return the message, then what was done about it, in the order of time."""
    is_mail = contact.mail_id is not None
    first = Spoken(contact.created_at, contact.message, "customer", contact.name, by_mail=is_mail)
    told = contact.events.select_related("actor").order_by("pk")
    return (first, *(_told(event) for event in told))


def _told(event: ContactEvent) -> Spoken:
    name = event.actor.full_name
    if event.deed == Deed.ANSWERED:
        return Spoken(event.at, event.note, "staff", name, by_mail=True)
    why = ", ".join(event.note.splitlines()).rstrip(".")
    said = f"{event.get_deed_display()}, {name}"
    return Spoken(event.at, f"{said} : {why}" if why else said, "event")
