"""Deeds on an interest in an option: made into a quote, closed by itself once it has its answer."""

from contextlib import suppress
from datetime import date

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts import selectors as people
from accounts.models import Membership, Organization, User
from accounts.roles import ASKS_CHANGES
from accounts.services import record
from subscriptions import holdings
from subscriptions import selectors as subscriptions
from subscriptions.models import Component, Item, Subscription
from subscriptions.periods import Commitment
from support import conversation, drawing, interest_mails, workflow
from support.drawing import Order, OverLimits
from support.models import OPEN, Request, When
from support.moves import locked, locked_counter, move, staff
from support.services import open_change
from support.workflow import IllegalMove, Kind, Move, Who

FIRST = r"1\e\r F Y"  # how the first day of a month is written


@transaction.atomic
def ask_quote(*, request_id: int, actor: User, on: date, note: str = "") -> Request:
    """Make a plan change to price of an interest: the same plan, and the option from today.

    It is asked in the name of who showed interest, or of the owner if they may not ask it; the
    interest is closed and its people are told. Locks go as everywhere: the subscription, the
    counter, the request. Raises NotAllowed, IllegalMove, AlreadyAsked, and what the engine
    refuses (drawing.REFUSALS).
    """
    organization = Request.objects.select_related("organization").get(pk=request_id).organization
    subscription = drawing.running(organization)
    holdings.lock(subscription.pk)
    locked_counter(on.year)
    lead = locked(request_id)
    who = staff(actor)
    workflow.target(Move.QUOTE_INTEREST, kind=lead.kind, state=lead.state, who=who)
    order = _with_option(subscription, lead.option, on=on)
    with suppress(OverLimits):
        drawing.draw(subscription, order, on=on)
    change = open_change(subscription, order, requester=_asker(lead), origin=lead, on=on)
    why = _("Devis demandé : %(reference)s.") % {"reference": change.reference}
    move(lead, Move.QUOTE_INTEREST, who=who, actor=actor, on=on, note=f"{why} {note}".strip())
    record(
        organization=organization,
        actor=actor,
        action="option interest quoted",
        request=lead.reference,
        change=change.reference,
    )
    interest_mails.interest_quoted(lead, change)
    return change


@transaction.atomic
def note_call(*, request_id: int, actor: User, body: str, is_over: bool, on: date) -> Request:
    """Note what was said on the phone about an interest, and close it if nothing is left to do.

    Raises NotAllowed, IllegalMove.
    """
    lead = locked(request_id)
    if lead.kind != Kind.OPTION_INTEREST:
        raise IllegalMove(lead.reference)
    conversation.note_call(request_id=request_id, actor=actor, body=body, on=on)
    if is_over:
        conversation.close(request_id=request_id, actor=actor, on=on, note=_("Appel noté."))
    return lead


def _with_option(subscription: Subscription, option: Component, *, on: date) -> Order:
    """Return the order that takes an option and changes nothing else."""
    return Order(
        plan=subscriptions.running_plan(subscription, on),
        commitment=Commitment(subscriptions.commitment_span(subscription, on).commitment),
        when=When.NOW,
        effective_on=on,
        options=(option.code,),
    )


def _asker(lead: Request) -> User:
    """Return in whose name the quote is asked."""
    still_asks = Membership.objects.filter(
        organization=lead.organization,
        user=lead.requester,
        is_active=True,
        role__in=ASKS_CHANGES,
    )
    return lead.requester if still_asks.exists() else people.owner(lead.organization)


@transaction.atomic
def close_answered(*, on: date, organization: Organization | None, by: User | None = None) -> int:
    """Close the interests in what is held, ordered or included by now; return how many.

    One organization's, or all of them in the staff's scope. Also those of a subscription that has
    ended. Twice is harmless: each is locked and asked again. `by` took the option, and is not told.
    """
    closed = 0
    for request_id in list(_answered(on, organization).values_list("pk", flat=True)):
        lead = locked(request_id)
        answered = _answered(on, lead.organization).filter(pk=request_id).first()
        if answered is None:
            continue
        reason = _reason(answered, on)
        who = frozenset({Who.CLOCK})
        move(lead, Move.FULFILL, who=who, actor=None, on=on, note=reason)
        interest_mails.interest_fulfilled(lead, reason=reason, by=by)
        closed += 1
    return closed


def _answered(on: date, organization: Organization | None) -> QuerySet[Request]:
    """Return the open interests that need no answer any more, each with why."""
    here = {"organization": OuterRef("organization")}
    lasting = Item.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=Greatest(Value(on), F("starts_on"))), **here
    )
    held = lasting.filter(component=OuterRef("option")).values("organization")
    leads = Request.objects.filter(kind=Kind.OPTION_INTEREST, state__in=OPEN)
    if organization:
        leads = leads.for_organization(organization)
    return (
        leads.annotate(
            held_from=Subquery(held.annotate(first=Min("starts_on")).values("first")),
            is_included=Exists(
                lasting.filter(
                    starts_on__lte=on,
                    kind=Component.Kind.PLAN,
                    component__plan__includes=OuterRef("option"),
                )
            ),
            has_ended=Exists(
                Subscription.objects.filter(**here, status=Subscription.Status.CANCELLED)
            ),
        )
        .filter(Q(held_from__isnull=False) | Q(is_included=True) | Q(has_ended=True))
        .order_by("pk")
    )


def _reason(answered: Request, on: date) -> str:
    if answered.has_ended:
        return _("L’abonnement a pris fin.")
    if answered.is_included:
        return _("L’option est comprise dans la formule.")
    if answered.held_from > on:
        day = date_format(answered.held_from, "j F Y" if answered.held_from.day > 1 else FIRST)
        return _("L’option est commandée : elle s’ouvre le %(day)s.") % {"day": day}
    return _("L’option est ouverte à toute l’équipe.")
