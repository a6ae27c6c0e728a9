"""Orders of staff: done once, as shown; a large credit note only by two people."""

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.services import record
from subscriptions.holdings import lock
from subscriptions.models import Invoice, StaffOrder
from subscriptions.staff_deeds import Foreseen, Order, foresee, run
from subscriptions.staff_rights import Deed, NotAllowed, require, takes_two


class Changed(Exception):
    """What would be issued is no longer what was shown."""


class AlreadyDecided(Exception):
    """A colleague was faster."""


class SamePerson(NotAllowed):
    """Nobody both asks for a large credit note and approves it."""


def groups_of(actor: User) -> frozenset[str]:
    """Return the staff groups of somebody; being a superuser adds none."""
    return frozenset(actor.groups.values_list("name", flat=True))


@transaction.atomic
def place(order: Order, *, seen: str, on: date, actor: User) -> StaffOrder:
    """Do what staff ordered, or let it wait for a second person when it credits too much.

    `seen` is the fingerprint of what was shown before the confirmation. The same form again
    returns its order and does nothing.
    Raises NotAllowed, Changed, and whatever the service refuses.
    """
    _require(order, actor)
    lock(order.subscription.pk)
    known = StaffOrder.objects.for_organization(order.subscription.organization).filter(
        key=order.key
    )
    if known.exists():
        return known.get()
    foreseen = foresee(order, on=on, actor=actor)
    if foreseen.fingerprint != seen:
        raise Changed(order.deed)
    placed = _row(order, on=on, actor=actor)
    if _takes_two(foreseen):
        placed.state, placed.takes_two = StaffOrder.State.WAITING, True
    else:
        placed.issued = _document(run(order, on=on, actor=actor))
    placed.save()
    _tell(placed, actor, "staff order placed")
    return placed


def _require(order: Order, actor: User) -> None:
    groups = groups_of(actor)
    require(order.deed, groups)
    if order.details.get("override"):
        require(Deed.OVERRIDE, groups)


def _takes_two(foreseen: Foreseen) -> bool:
    return not foreseen.comes_next and any(
        takes_two(document.net_cents) for document in foreseen.documents
    )


def _row(order: Order, *, on: date, actor: User) -> StaffOrder:
    return StaffOrder(
        organization=order.subscription.organization,
        subscription=order.subscription,
        about=order.about,
        deed=order.deed,
        details=order.details,
        reason=order.reason,
        key=order.key,
        state=StaffOrder.State.DONE,
        asked_by=actor,
        asked_on=on,
    )


def _document(outcome: object) -> Invoice | None:
    return outcome if isinstance(outcome, Invoice) else None


def _tell(placed: StaffOrder, actor: User, action: str) -> None:
    record(
        organization=placed.organization,
        actor=actor,
        action=action,
        deed=placed.deed,
        reason=placed.reason,
        state=placed.state,
    )


def ordered(placed: StaffOrder) -> Order:
    """Return a stored order as it was given."""
    return Order(
        subscription=placed.subscription,
        deed=Deed(placed.deed),
        key=placed.key,
        reason=placed.reason,
        details=placed.details,
        about=placed.about,
    )


@transaction.atomic
def approve(*, order_id: int, seen: str, on: date, actor: User) -> StaffOrder:
    """Do what a colleague asked for, as it is shown today.

    Raises NotAllowed, SamePerson, AlreadyDecided, Changed, and whatever the service refuses.
    """
    placed = _waiting(order_id, actor)
    if placed.asked_by_id == actor.pk:
        raise SamePerson(placed.deed)
    order = ordered(placed)
    lock(order.subscription.pk)
    if foresee(order, on=on, actor=actor).fingerprint != seen:
        raise Changed(order.deed)
    placed.issued = _document(run(order, on=on, actor=actor))
    return _decide(placed, StaffOrder.State.DONE, on=on, actor=actor)


@transaction.atomic
def refuse(*, order_id: int, on: date, actor: User) -> StaffOrder:
    """Close an order that waits; whoever asked for it may do so too. Raises as `approve`."""
    placed = _waiting(order_id, actor)
    return _decide(placed, StaffOrder.State.REFUSED, on=on, actor=actor)


def _waiting(order_id: int, actor: User) -> StaffOrder:
    require(Deed.APPROVE, groups_of(actor))
    placed = (
        StaffOrder.objects.select_related("subscription__organization", "organization", "about")
        .select_for_update(of=("self",))
        .get(pk=order_id)
    )
    if placed.state != StaffOrder.State.WAITING:
        raise AlreadyDecided(placed.state)
    return placed


def _decide(placed: StaffOrder, state: str, *, on: date, actor: User) -> StaffOrder:
    placed.state, placed.decided_by, placed.decided_on = state, actor, on
    placed.save(update_fields=["state", "decided_by", "decided_on", "issued"])
    _tell(placed, actor, "staff order decided")
    return placed
