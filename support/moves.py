"""What every deed on a request is made of: open, lock, move by the table, say, tell.

A request changes its state in `move` and nowhere else, and whatever happens to it winds its clock
at the moment of the row that tells of it.
"""

from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Membership, Organization, User
from support import clock, workflow
from support.clock import Clock
from support.file_kinds import ReadFile, named
from support.models import Attachment, Message, Quote, Request, RequestCounter, RequestEvent
from support.targets import targets_of
from support.workflow import Move, State, Who


class AlreadyAsked(Exception):
    """A plan change is under way; its reference is the message."""


REMAINS_LIVE = frozenset(
    {State.PRICED, State.QUOTED, State.ACCEPTED, State.HANDED_OVER, State.APPLIED}
)
LIVE = [Quote.Status.DRAFT, Quote.Status.SENT, Quote.Status.ACCEPTED]


def locked(request_id: int) -> Request:
    """Return a request, locked to the end of the transaction."""
    return (
        Request.objects.select_related(
            "organization", "requester", "plan__component", "from_plan__component", "option"
        )
        .select_for_update(of=("self",))
        .get(pk=request_id)
    )


def of_member(membership: Membership, reference: str) -> Request:
    """Return a request of a member's organization, locked. Raises Request.DoesNotExist."""
    rows = Request.objects.for_organization(membership.organization)
    request = locked(rows.values_list("pk", flat=True).get(reference=reference))
    if not workflow.may_follow(
        membership.role, request.kind, is_requester=_asked(membership, request)
    ):
        raise Request.DoesNotExist(reference)
    return request


def _asked(membership: Membership, request: Request) -> bool:
    return request.requester_id == membership.user_id


def customer(membership: Membership, request: Request) -> frozenset[Who]:
    """Return in what capacities a member acts on a request."""
    return workflow.capacities(membership.role, is_requester=_asked(membership, request))


def staff(actor: User) -> frozenset[Who]:
    """Return in what capacities somebody of the staff acts: their groups."""
    names = set(actor.groups.values_list("name", flat=True)) if actor.is_staff else set()
    return frozenset(who for who in workflow.STAFF if who in names)


def require(actor: User, capacities: frozenset[Who]) -> None:
    """Raise NotAllowed unless a member of the staff has one of these capacities."""
    if not staff(actor) & capacities:
        raise workflow.NotAllowed(str(actor.pk))


@transaction.atomic
def move(
    request: Request,
    move: Move,
    *,
    who: frozenset[Who],
    actor: User | None,
    on: date,
    note: str = "",
    **changed,
) -> None:
    """Move a locked request, with other columns if need be, and write its line of history.

    A quote that lives no longer in the new state is dropped. Raises NotAllowed, IllegalMove.
    """
    before = State(request.state)
    after = workflow.target(move, kind=request.kind, state=before, who=who)
    if after not in REMAINS_LIVE:
        Quote.objects.filter(request=request, status__in=LIVE).update(status=Quote.Status.DROPPED)
    request.state = after.value
    told = tell(request, before=before, actor=actor, on=on, note=note)
    turned = clock.moved(
        clock_of(request),
        after,
        by_desk=bool(who & workflow.STAFF),
        at=told.at,
        targets=targets_of(request.kind),
    )
    _wind(request, turned, state=after.value, moved_at=Now(), **changed)


def tell(
    request: Request,
    *,
    before: str,
    actor: User | None,
    on: date,
    note: str = "",
    deed: RequestEvent.Deed = RequestEvent.Deed.MOVED,
) -> RequestEvent:
    """Write one line of a request's history, its state being the one after.

    A call to the customer is an answer: the clock is told.
    """
    told = RequestEvent.objects.create(
        organization=request.organization,
        request=request,
        from_state=before,
        to_state=request.state,
        deed=deed,
        actor=actor,
        happened_on=on,
        note=note,
    )
    if deed == RequestEvent.Deed.CALLED:
        _answered(request, told.at)
    return told


def clock_of(request: Request) -> Clock:
    """Return what the clock of a request says."""
    return Clock(**{column.name: getattr(request, column.name) for column in fields(Clock)})


def _answered(request: Request, at: datetime) -> None:
    turned = clock.answered(
        clock_of(request), request.kind, request.state, at=at, targets=targets_of(request.kind)
    )
    _wind(request, turned)


def _heard(request: Request, at: datetime) -> None:
    turned = clock.heard(clock_of(request), at=at, targets=targets_of(request.kind))
    _wind(request, turned)


def _wind(request: Request, turned: Clock, **changed) -> None:
    """Keep what the clock of a locked request says now, with other columns that change."""
    columns = asdict(turned)
    if turned != clock_of(request):
        changed |= columns
        vars(request).update(columns)
    if changed:
        Request.objects.filter(pk=request.pk).update(**changed)


def open_request(organization: Organization, *, on: date, **fields) -> Request:
    """Write a new request under the next reference of its year, with its first line of history."""
    counter = locked_counter(on.year)
    counter.last += 1
    counter.save(update_fields=["last"])
    request = Request.objects.create(
        organization=organization, reference=str(counter), asked_on=on, **fields
    )
    told = tell(request, before="", actor=request.requester, on=on)
    _wind(request, clock.opened(at=told.at, targets=targets_of(request.kind)))
    return request


def locked_counter(year: int) -> RequestCounter:
    """Return the counter of a year, locked: whoever holds it is alone to open a request."""
    RequestCounter.objects.bulk_create([RequestCounter(year=year)], ignore_conflicts=True)
    return RequestCounter.objects.select_for_update().get(year=year)


def say(
    request: Request, *, author: User, body: str, files: Iterable[ReadFile] = (), **flags
) -> Message | None:
    """Add to the conversation, with files that `attachments.read_files` took.

    Neither a word nor a file says nothing; files alone are named. What is not a note winds the
    clock of the request.
    """
    files = tuple(files)
    words = body.strip() or named(files)
    if not words:
        return None
    said = Message.objects.create(
        organization=request.organization, request=request, author=author, body=words, **flags
    )
    Attachment.objects.bulk_create(
        Attachment(
            organization=request.organization,
            message=said,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            content=file.content,
        )
        for file in files
    )
    if not said.from_staff:
        _heard(request, said.created_at)
    elif not said.is_internal:
        _answered(request, said.created_at)
    return said
