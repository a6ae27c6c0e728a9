"""What programs read of requests: those that a member may follow, page after page."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Membership
from accounts.roles import ASKS_CHANGES, Role
from support import workflow
from support.models import Attachment, Message, Request
from support.selectors import readable


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and after which one the next page begins; None when there is no other."""

    rows: tuple
    after: int | None


def followed(membership: Membership) -> QuerySet[Request]:
    """Return the requests that a member may follow, as `workflow.may_follow` says of each."""
    rows = readable(membership.organization).filter(kind__in=workflow.ASKED)
    if membership.role in ASKS_CHANGES:
        return rows
    if membership.role == Role.SALES:
        return rows.filter(requester=membership.user, kind__in=workflow.TALK)
    return rows.none()


def request_of(membership: Membership, reference: str) -> Request:
    """Return one request for a member who may follow it. Raises Request.DoesNotExist."""
    return followed(membership).get(reference=reference)


def latest(rows: QuerySet, *, after: int | None, most: int) -> Page:
    """Return the latest rows, or those before the one that the last page ended with."""
    if after is not None:
        rows = rows.filter(pk__lt=after)
    found = tuple(rows.order_by("-pk")[: most + 1])
    shown = found[:most]
    return Page(shown, shown[-1].pk if len(found) > most else None)


def said(request: Request) -> QuerySet[Message]:
    """Return what was said about a request, without the internal notes."""
    return Message.objects.filter(request=request, is_internal=False).select_related("author")


def joined(request: Request) -> QuerySet[Attachment]:
    """Return the files of the conversation without their contents, nor those of internal notes."""
    rows = Attachment.objects.filter(message__request=request, message__is_internal=False)
    return rows.defer("content").order_by("pk")
