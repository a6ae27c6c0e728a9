"""Deeds of answering: what is said about a request, and the moves that need no quote."""

from collections.abc import Iterable
from datetime import date

from django.db import IntegrityError, transaction

from accounts.models import Membership, User
from support import emails, workflow
from support.file_kinds import ReadFile
from support.labels import RefusalReason
from support.models import Message, Request, RequestEvent
from support.moves import (
    AlreadyAsked,
    customer,
    locked,
    move,
    of_member,
    require,
    say,
    staff,
    tell,
)
from support.workflow import IllegalMove, Move, NotAllowed


class AlreadyReminded(Exception):
    """The customer was written to again on this day."""


@transaction.atomic
def reply_as_customer(
    *,
    membership: Membership,
    reference: str,
    body: str,
    on: date,
    files: Iterable[ReadFile] = (),
    channel: Message.Channel = Message.Channel.PAGE,
) -> Message:
    """Add a member's message; it ends the wait for a detail that support asked for.

    Raises Request.DoesNotExist, IllegalMove when the request is closed.
    """
    request = of_member(membership, reference)
    if not request.is_open:
        raise IllegalMove(reference)
    said = say(request, author=membership.user, body=body, files=files, channel=channel)
    if request.state == workflow.State.NEEDS_DETAILS:
        who = customer(membership, request)
        move(request, Move.GIVE_DETAILS, who=who, actor=membership.user, on=on)
    emails.customer_replied(request, said)
    return said


@transaction.atomic
def reply_as_staff(
    *, request_id: int, actor: User, body: str, on: date, files: Iterable[ReadFile] = ()
) -> Message:
    """Add support's message and mail it to the requester. Raises NotAllowed, IllegalMove."""
    require(actor, workflow.ANSWERS)
    request = locked(request_id)
    if request.requester is None:
        raise IllegalMove(request.reference)
    said = say(request, author=actor, body=body, files=files, from_staff=True)
    emails.staff_replied(request, said)
    return said


@transaction.atomic
def add_note(
    *, request_id: int, actor: User, body: str, on: date, files: Iterable[ReadFile] = ()
) -> Message:
    """Add an internal note, which customers never see. Raises NotAllowed."""
    require(actor, workflow.ANSWERS)
    request = locked(request_id)
    return say(request, author=actor, body=body, files=files, from_staff=True, is_internal=True)


@transaction.atomic
def note_call(
    *, request_id: int, actor: User, body: str, on: date, files: Iterable[ReadFile] = ()
) -> Message:
    """Note what was said to the customer on the phone; they were answered, nothing is mailed.

    Raises NotAllowed, IllegalMove when nobody asked or the request is finished.
    """
    require(actor, workflow.ANSWERS)
    request = locked(request_id)
    if request.requester is None or not request.is_open:
        raise IllegalMove(request.reference)
    tell(request, before=request.state, actor=actor, on=on, deed=RequestEvent.Deed.CALLED)
    flags = {"from_staff": True, "is_internal": True, "channel": Message.Channel.PHONE}
    return say(request, author=actor, body=body, files=files, **flags)


@transaction.atomic
def ask_details(*, request_id: int, actor: User, body: str, on: date) -> Message:
    """Ask the customer for a detail and wait for it. Raises NotAllowed, IllegalMove."""
    request = locked(request_id)
    move(request, Move.ASK_DETAILS, who=staff(actor), actor=actor, on=on)
    said = say(request, author=actor, body=body, from_staff=True)
    emails.details_asked(request, said)
    return said


@transaction.atomic
def refuse(*, request_id: int, actor: User, reason: RefusalReason, body: str, on: date) -> Request:
    """Refuse a request for a reason of the desk's list, and tell the customer in words.

    Raises NotAllowed, IllegalMove.
    """
    request = locked(request_id)
    note = RefusalReason(reason).label
    move(request, Move.REFUSE, who=staff(actor), actor=actor, on=on, note=note)
    say(request, author=actor, body=body, from_staff=True)
    emails.request_refused(request, body)
    return request


@transaction.atomic
def withdraw(*, membership: Membership, reference: str, on: date, reason: str = "") -> Request:
    """Withdraw one's request; nothing changes. Raises Request.DoesNotExist, IllegalMove."""
    request = of_member(membership, reference)
    who = customer(membership, request)
    move(request, Move.WITHDRAW, who=who, actor=membership.user, on=on, note=reason)
    say(request, author=membership.user, body=reason)
    emails.request_withdrawn(request)
    return request


@transaction.atomic
def close(*, request_id: int, actor: User, on: date, note: str = "") -> Request:
    """Close an interest, a message or a task that is dealt with. Raises NotAllowed, IllegalMove."""
    request = locked(request_id)
    move(request, Move.CLOSE, who=staff(actor), actor=actor, on=on, note=note)
    return request


@transaction.atomic
def reopen(*, request_id: int, actor: User, on: date, note: str = "") -> Request:
    """Open a finished request again. Raises NotAllowed, IllegalMove, AlreadyAsked."""
    request = locked(request_id)
    try:
        with transaction.atomic():
            move(request, Move.REOPEN, who=staff(actor), actor=actor, on=on, note=note)
    except IntegrityError as error:  # another one was opened in between
        raise AlreadyAsked(request.reference) from error
    return request


@transaction.atomic
def assign(*, request_id: int, actor: User, to: User, on: date) -> Request:
    """Give a request to somebody of the staff, oneself included. Raises NotAllowed."""
    require(actor, workflow.ANSWERS)
    if not staff(to) & workflow.ANSWERS:
        raise NotAllowed(str(to.pk))
    request = locked(request_id)
    request.assigned_to = to
    request.save(update_fields=["assigned_to"])
    deed = RequestEvent.Deed.ASSIGNED
    tell(request, before=request.state, actor=actor, on=on, note=to.full_name, deed=deed)
    emails.assigned(request, by=actor)
    return request


@transaction.atomic
def remind(*, request_id: int, actor: User, on: date) -> Request:
    """Write again to the customer who holds the ball (relancer), once a day.

    Raises NotAllowed, IllegalMove when we do not wait for the customer, AlreadyReminded.
    """
    require(actor, workflow.ANSWERS)
    request = locked(request_id)
    if request.waiting_since is None:
        raise IllegalMove(request.reference)
    deed = RequestEvent.Deed.REMINDED
    if RequestEvent.objects.filter(request=request, deed=deed, happened_on=on).exists():
        raise AlreadyReminded(request.reference)
    tell(request, before=request.state, actor=actor, on=on, deed=deed)
    emails.reminded(request, on=on)
    return request
