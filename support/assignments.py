"""Deeds of sharing the work: take the next request, give or remind several at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import User
from support import workflow
from support.conversation import AlreadyReminded, assign, remind
from support.models import Request
from support.moves import require, staff
from support.queue_filters import IS_OPEN, MOST_URGENT, to_take
from support.workflow import IllegalMove


class NothingLeft(Exception):
    """No request is left that is for one's group and nobody's."""


@transaction.atomic
def take_next(*, actor: User, on: date) -> Request:
    """Give oneself the most urgent request that is nobody's and for one's group.

    Two people at once get two requests: each skips what the other has locked.
    Raises NotAllowed, NothingLeft.
    """
    require(actor, workflow.ANSWERS)
    free = Request.objects.filter(to_take(staff(actor))).order_by(*MOST_URGENT)
    taken = free.select_for_update(skip_locked=True).first()
    if taken is None:
        raise NothingLeft
    return assign(request_id=taken.pk, actor=actor, to=actor, on=on)


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
