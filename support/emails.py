"""The mails of a request: each to whom it concerns, once, with one button."""

from collections.abc import Iterable

from django.conf import settings

from accounts import selectors as people
from accounts.emails import post
from accounts.models import Organization, User
from accounts.roles import Role
from support.models import ContactMessage, Message, Quote, Request


def _owner(organization: Organization) -> User:
    return people.owner(organization)


def _tell(
    request: Request, template: str, to: Iterable[User], *, once: object = "", **context
) -> None:
    """Write one mail to each of these people; `once` tells two mails of one template apart."""
    for user in {user.pk: user for user in to if user}.values():
        post(
            to=user.email,
            template=f"support/{template}",
            context={"demand": request, "reader": user, **context},
            dedupe_key=f"{template}-{request.reference}-{once}-{user.pk}",
            organization=request.organization,
        )


def _tell_support(request: Request, template: str, *, once: object = "", **context) -> None:
    post(
        to=settings.SUPPORT_EMAIL,
        template=f"support/{template}",
        context={"demand": request, **context},
        dedupe_key=f"{template}-{request.reference}-{once}-support",
        organization=request.organization,
    )


def request_received(request: Request) -> None:
    """demande-recue: to the requester and the owner."""
    _tell(request, "request_received", [request.requester, _owner(request.organization)])


def interest_noted(request: Request) -> None:
    """interest-recu to the requester with a copy to the owner, interet-support to support."""
    owner = _owner(request.organization)
    _tell(request, "interest_received", [request.requester, owner], owner=owner)
    _tell_support(request, "interest_to_support")


def message_received(request: Request) -> None:
    """A member wrote to us: to support."""
    _tell_support(request, "message_to_support")


def contact_received(contact: ContactMessage) -> None:
    """Somebody unknown wrote to us: to support; nothing goes to an address nobody verified."""
    post(
        to=settings.SUPPORT_EMAIL,
        template="support/contact_to_support",
        context={"contact": contact},
        dedupe_key=f"contact-{contact.pk}",
    )


def customer_replied(request: Request, said: Message) -> None:
    """A member answered: to support."""
    _tell_support(request, "reply_to_support", once=said.pk, said=said)


def staff_replied(request: Request, said: Message) -> None:
    """Support answered: to the requester."""
    _tell(request, "reply", [request.requester], once=said.pk, said=said)


def details_asked(request: Request, said: Message) -> None:
    """demande-precision: to the requester, the question itself in the mail."""
    _tell(request, "details_asked", [request.requester], once=said.pk, said=said)


def quote_sent(request: Request, quote: Quote) -> None:
    """devis-envoye: to the owner, who alone accepts it."""
    owner = _owner(request.organization)
    _tell(request, "quote_sent", [owner], once=quote.version, quote=quote)


def quote_accepted(request: Request, quote: Quote) -> None:
    """demande-acceptee: to the owner, and to support for the sales team."""
    _tell(
        request,
        "quote_accepted",
        [_owner(request.organization)],
        once=quote.version,
        quote=quote,
    )
    _tell_support(request, "accepted_to_support", once=quote.version, quote=quote)


def quote_declined(request: Request, quote: Quote, said: Message | None) -> None:
    """The owner said no: to support, with the reason if one was given."""
    _tell_support(request, "declined_to_support", once=quote.version, quote=quote, said=said)


def asked_again(request: Request) -> None:
    """A new quote is wanted: to support."""
    _tell_support(request, "asked_again_to_support", once=request.moved_at)


def change_announced(request: Request, quote: Quote) -> None:
    """A change without surcharge goes through without a quote: the owner is told."""
    owner = _owner(request.organization)
    _tell(request, "change_announced", [owner], once=quote.version, quote=quote)


def quote_expired(request: Request, quote: Quote) -> None:
    """devis-expire: to the owner and to support."""
    owner = _owner(request.organization)
    _tell(request, "quote_expired", [owner], once=quote.version, quote=quote)
    _tell_support(request, "expired_to_support", once=quote.version, quote=quote)


def change_applied(request: Request, quote: Quote, *, later: bool) -> None:
    """demande-appliquee: to the owner and the administrators, with the new limits."""
    readers = people.people(request.organization, Role.OWNER, Role.ADMINISTRATOR)
    _tell(request, "change_applied", readers, once=quote.version, quote=quote, later=later)


def request_refused(request: Request, reason: str) -> None:
    """demande-refusee: to the requester and the owner, with the reason."""
    readers = [request.requester, _owner(request.organization)]
    _tell(request, "request_refused", readers, once=request.moved_at, reason=reason)


def request_withdrawn(request: Request) -> None:
    """demande-retiree: to the requester and the owner."""
    readers = [request.requester, _owner(request.organization)]
    _tell(request, "request_withdrawn", readers, once=request.moved_at)
