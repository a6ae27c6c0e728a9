"""The mails of an interest in an option: who showed it, what became of it, each with one button."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from accounts import selectors as people
from accounts.emails import post
from accounts.models import Membership, User
from accounts.roles import Role
from subscriptions import selectors as subscriptions
from subscriptions.standing import standing
from support import workflow
from support.interested import Interested, interested
from support.models import Request
from support.reply_address import reply_address


def interest_noted(
    request: Request, membership: Membership, *, owner_subscribes: bool, on: date
) -> None:
    """interet-recu to whoever clicked, a copy to the owner who may subscribe, and to support."""
    owner = people.owner(request.organization)
    clicked = Interested.of(membership, on)
    _tell(request, "interest_received", [clicked], owner=owner)
    context = {"person": clicked, "owner_subscribes": owner_subscribes}
    if owner != membership.user:
        _post(request, "interest_to_owner", owner.email, clicked.user, reader=owner, **context)
    _post(
        request,
        "interest_to_support",
        settings.SUPPORT_EMAIL,
        clicked.user,
        owner=owner,
        others=[each for each in interested(request) if each.user != clicked.user],
        standing=standing(request.organization, on),
        usage=subscriptions.usage(request.organization, on),
        **context,
    )


def interest_quoted(request: Request, change: Request) -> None:
    """Support prepares a quote: to everybody who showed interest, and to the owner who decides."""
    owner = people.owner(request.organization)
    told = interested(request)
    if owner not in [each.user for each in told]:
        told = (*told, Interested(owner, Role.OWNER, request.asked_on))
    _tell(request, "interest_quoted", told, change=change, owner=owner)


def interest_fulfilled(request: Request, *, reason: str, by: User | None) -> None:
    """The option is there, or never will be: to everybody who showed interest, but who took it."""
    told = [each for each in interested(request) if each.user != by]
    _tell(request, "interest_fulfilled", told, reason=reason, by=by)


def _tell(request: Request, template: str, told: Iterable[Interested], **context) -> None:
    """Write to members who are still there, with a button to what each of them may open."""
    for each in told:
        follows = workflow.may_follow(
            each.role, request.kind, is_requester=each.user == request.requester
        )
        _post(
            request,
            template,
            each.user.email,
            each.user,
            reader=each.user,
            person=each,
            follows=follows,
            reply_to=reply_address(request.reference, each.user.pk) if follows else "",
            **context,
        )


def _post(
    request: Request, template: str, to: str, about: User, *, reply_to: str = "", **context
) -> None:
    """Write one mail, once for each person whom it is about."""
    post(
        to=to,
        template=f"support/{template}",
        context={"demand": request, **context},
        dedupe_key=f"{template}-{request.reference}-{about.pk}-{to}",
        organization=request.organization,
        reply_to=reply_to,
    )
