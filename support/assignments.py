"""Deeds of sharing the work: take what is next, give or remind several requests at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from support import contact_queue, contacts, workflow
from support.conversation import AlreadyReminded, assign, remind
from support.models import ContactMessage, Request
from support.moves import require, staff
from support.queue_filters import IS_OPEN, MOST_URGENT, to_take
from support.workflow import IllegalMove


class NothingLeft(Exception):
    """Nothing is left that is for one's group and nobody's."""


@transaction.atomic
def take_next(*, actor: User, on: date) -> Request | ContactMessage:
    """Give oneself the most urgent request or visitor's message that is nobody's, for one's group.

    Two people at once get two of them: each skips what the other has locked.
    Raises NotAllowed, NothingLeft.
    """
    require(actor, workflow.ANSWERS)
    who = staff(actor)
    free = [
        Request.objects.filter(to_take(who)).order_by(*MOST_URGENT),
        ContactMessage.objects.filter(contact_queue.to_take(who)).order_by(*MOST_URGENT),
    ]
    for rows in sorted(free, key=_urgency):
        taken = rows.select_for_update(skip_locked=True).first()
        if isinstance(taken, Request):
            return assign(request_id=taken.pk, actor=actor, to=actor, on=on)
        if taken:
            return contacts.take(contact_id=taken.pk, actor=actor)
    raise NothingLeft


def _urgency(rows: QuerySet) -> tuple:
    """Return when the first of some rows is due; what has no clock comes last."""
    due_at = next((row.due_at for row in rows[:1]), None)
    return due_at is None, due_at


@transaction.atomic
def assign_all(*, request_ids: Iterable[int], actor: User, to: User, on: date) -> int:
    """Give open requests to somebody; return how many changed hands. Raises NotAllowed."""
    require(actor, workflow.ANSWERS)
    chosen = Request.objects.filter(IS_OPEN, pk__in=request_ids).exclude(assigned_to=to)
    given = list(chosen.order_by("pk").values_list("pk", flat=True))
    for request_id in given:
        assign(request_id=request_id, actor=actor, to=to, on=on)
    return len(given)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many customers were written to, and how many were left alone."""

    count: int
    left: int


@transaction.atomic
def remind_all(*, request_ids: Iterable[int], actor: User, on: date) -> Reminded:
    """Write again to the customers who hold the ball, once a day each.

    The requests that do not wait for their customer are left alone. Raises NotAllowed.
    """
    require(actor, workflow.ANSWERS)
    chosen = Request.objects.filter(pk__in=request_ids).order_by("pk").values_list("pk", flat=True)
    count = left = 0
    for request_id in list(chosen):
        try:
            remind(request_id=request_id, actor=actor, on=on)
            count += 1
        except (IllegalMove, AlreadyReminded):
            left += 1
    return Reminded(count, left)
