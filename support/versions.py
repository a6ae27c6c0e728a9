"""The versions of a quote that its customer was sent."""

from accounts.models import Membership
from support.models import Quote, Request, RequestEvent
from support.selectors import may_follow, readable
from support.workflow import State


def sent(membership: Membership, reference: str, *, version: int) -> Quote:
    """Return a version that was sent, for a member who may follow its request.

    Raises Request.DoesNotExist, Quote.DoesNotExist.
    """
    request = readable(membership.organization).get(reference=reference)
    if not may_follow(membership, request):
        raise Request.DoesNotExist(reference)
    if version not in sent_numbers(request):
        raise Quote.DoesNotExist(version)
    return _complete().get(request=request, version=version)


def earlier(request: Request, current: Quote | None) -> tuple[Quote, ...]:
    """Return the versions that were sent before the one that is shown, the last first."""
    others = _complete().filter(request=request, version__in=sent_numbers(request))
    return tuple(others.exclude(pk=current and current.pk).order_by("-version"))


def sent_numbers(request: Request) -> set[int]:
    """Return the numbers of the versions that were sent, read from the request's moves.

    Each pricing makes the next version; a request that the sales team sends back makes none.
    """
    moves = RequestEvent.objects.filter(
        request=request, deed=RequestEvent.Deed.MOVED, to_state__in=[State.PRICED, State.QUOTED]
    )
    version, found = 0, set()
    for before, after in moves.order_by("pk").values_list("from_state", "to_state"):
        if after == State.QUOTED:
            found.add(version)
        elif before != State.HANDED_OVER:
            version += 1
    return found


def _complete():
    return Quote.objects.select_related("plan__component", "organization", "request")
