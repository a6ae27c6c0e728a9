"""The mails of a request: each to whom it concerns, once, with one button."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from accounts import selectors as people
from accounts.emails import post
from accounts.models import Membership, Organization, User
from accounts.roles import Role
from subscriptions.models import Subscription
from subscriptions.next_invoice import NextInvoice, awaits_gate, next_invoice
from subscriptions.periods import latest_request_on
from subscriptions.selectors import usage
from subscriptions.standing import standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support.announcements import promise
from support.measures import DailyFigures
from support.models import ContactEvent, ContactMessage, InboundMail, Message, Quote, Request
from support.reply_address import reply_address
from support.workflow import may_follow


def _owner(organization: Organization) -> User:
    return people.owner(organization)


def _talkers(request: Request) -> list[User]:
    """Return who takes part: the requester and the customer who wrote last; else the owner.

    Somebody who left the organization, or may not follow the request any more, is not written to.
    """
    wrote = Message.objects.filter(request=request, from_staff=False).order_by("-pk")
    last = wrote.values_list("author_id", flat=True).first()
    members = Membership.objects.filter(
        organization=request.organization,
        user__in=[request.requester_id, last],
        is_active=True,
        user__is_active=True,
    ).select_related("user")
    return [
        member.user
        for member in members
        if may_follow(
            member.role, request.kind, is_requester=member.user_id == request.requester_id
        )
    ] or [_owner(request.organization)]


def _tell(
    request: Request, template: str, to: Iterable[User], *, once: object = "", **context
) -> None:
    """Write one mail to each of these people; `once` tells two mails of one template apart.

    Each answers at an address of their own, which leads into the request's conversation.
    """
    for user in {user.pk: user for user in to if user}.values():
        answers_to = reply_address(request.reference, user.pk)
        post(
            to=user.email,
            template=f"support/{template}",
            context={"demand": request, "reader": user, "answers_to": answers_to, **context},
            dedupe_key=f"{template}-{request.reference}-{once}-{user.pk}",
            organization=request.organization,
            reply_to=answers_to,
        )


def _tell_support(request: Request, template: str, *, once: object = "", **context) -> None:
    _tell_desk(request, template, "support", settings.SUPPORT_EMAIL, once=once, **context)


def _tell_sales(request: Request, template: str, *, once: object = "", **context) -> None:
    _tell_desk(request, template, "sales", settings.SALES_EMAIL, once=once, **context)


def _tell_desk(
    request: Request, template: str, who: object, to: str, *, once: object, **context
) -> None:
    post(
        to=to,
        template=f"support/{template}",
        context={"demand": request, **context},
        dedupe_key=f"{template}-{request.reference}-{once}-{who}",
        organization=request.organization,
    )


def request_received(request: Request) -> None:
    """demande-recue: to the requester and the owner, with the delay and the 8-day date (R18)."""
    renews_on = Subscription.objects.values_list("renews_on", flat=True).get(
        organization=request.organization
    )
    latest_on = latest_request_on(renews_on) if renews_on else None
    _tell(
        request,
        "request_received",
        [request.requester, _owner(request.organization)],
        promise=promise(on=request.asked_on),
        renews_on=renews_on,
        latest_on=latest_on,
        is_in_time=latest_on is not None and request.asked_on <= latest_on,
    )


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
        reply_to=contact.email,
    )


def contact_answered(contact: ContactMessage, told: ContactEvent) -> None:
    """Support answered a visitor: to the address they gave; their answer comes to support."""
    post(
        to=contact.email,
        template="support/contact_reply",
        context={"contact": contact, "told": told},
        dedupe_key=f"contact_reply-{told.pk}",
        reply_to=settings.SUPPORT_EMAIL,
    )


def desk_day(figures: DailyFigures, *, on: date) -> None:
    """support-quotidien: to support, once a day."""
    post(
        to=settings.SUPPORT_EMAIL,
        template="support/desk_day",
        context={"figures": figures},
        dedupe_key=f"desk-day-{on}",
    )


def mail_waits(mail: InboundMail, member: Membership) -> None:
    """A member's mail could not join its conversation: to support."""
    post(
        to=settings.SUPPORT_EMAIL,
        template="support/mail_to_support",
        context={"mail": mail, "member": member},
        dedupe_key=f"mail-{mail.pk}",
        organization=member.organization,
    )


def customer_replied(request: Request, said: Message) -> None:
    """A member answered: to support."""
    _tell_support(request, "reply_to_support", once=said.pk, said=said)


def staff_replied(request: Request, said: Message) -> None:
    """Support answered: to the customers who take part."""
    _tell(request, "reply", _talkers(request), once=said.pk, said=said)


def details_asked(request: Request, said: Message) -> None:
    """demande-precision: to the customers who take part, the question itself in the mail."""
    _tell(request, "details_asked", _talkers(request), once=said.pk, said=said)


def reminded(request: Request, *, on: date) -> None:
    """relance: to whoever holds the ball, the owner for a quote; once a day."""
    quote = request.quotes.filter(status=Quote.Status.SENT).first()
    to = [_owner(request.organization)] if quote else _talkers(request)
    asked = Message.objects.filter(request=request, from_staff=True, is_internal=False)
    said = asked.select_related("author").order_by("-pk").first()
    _tell(request, "reminded", to, once=on, quote=quote, said=None if quote else said)


def assigned(request: Request, *, by: User) -> None:
    """A colleague gave a request: to whom it was given to, unless they took it."""
    to = request.assigned_to
    if to == by:
        return
    _tell_desk(request, "assigned_to_staff", to.pk, to.email, once=request.events.count(), by=by)


def quote_sent(request: Request, quote: Quote) -> None:
    """devis-envoye: to the owner, who alone accepts it."""
    owner = _owner(request.organization)
    _tell(request, "quote_sent", [owner], once=quote.version, quote=quote)


def quote_ends(request: Request, quote: Quote) -> None:
    """devis-rappel: to the owner, once for each quote."""
    owner = _owner(request.organization)
    _tell(request, "quote_ends", [owner], once=quote.version, quote=quote)


def quote_accepted(request: Request, quote: Quote) -> None:
    """demande-acceptee: to the owner, to support who hand it over, to the sales team."""
    _tell(
        request,
        "quote_accepted",
        [_owner(request.organization)],
        once=quote.version,
        quote=quote,
    )
    _tell_support(request, "accepted_to_support", once=quote.version, quote=quote)
    if settings.SALES_EMAIL != settings.SUPPORT_EMAIL:
        _tell_sales(request, "accepted_to_support", once=quote.version, quote=quote)


def handed_over(request: Request, quote: Quote | None, note: str) -> None:
    """A change is theirs to apply: to the sales team."""
    once = request.events.count()
    _tell_sales(request, "handed_over_to_sales", once=once, quote=quote, note=note)


def sent_back(request: Request, reason: str) -> None:
    """The sales team cannot apply a change: to support, with the reason."""
    once = request.events.count()
    _tell_support(request, "sent_back_to_support", once=once, reason=reason)


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


def change_applied(request: Request, quote: Quote, *, on: date) -> None:
    """demande-appliquee: to the owner and the administrators, new limits and next invoice."""
    _tell(
        request,
        "change_applied",
        people.people(request.organization, Role.OWNER, Role.ADMINISTRATOR),
        once=quote.version,
        quote=quote,
        later=quote.effective_on > on,
        invoice=_next_invoice(request.organization, on),
    )


def _next_invoice(organization: Organization, on: date) -> NextInvoice | None:
    """Return what comes next; None when nothing does, or when its amount is still in doubt."""
    current = standing(organization, on)
    try:
        return next_invoice(current, usage(organization, on) if awaits_gate(current) else None)
    except (NoPrice, VatUnresolved):
        return None


def request_refused(request: Request, reason: str) -> None:
    """demande-refusee: to the customers who take part and the owner, with the reason."""
    readers = [*_talkers(request), _owner(request.organization)]
    _tell(request, "request_refused", readers, once=request.moved_at, reason=reason)


def request_withdrawn(request: Request) -> None:
    """demande-retiree: to the requester and the owner."""
    readers = [request.requester, _owner(request.organization)]
    _tell(request, "request_withdrawn", readers, once=request.moved_at)
