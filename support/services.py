"""Deeds of asking; answers stand in `conversation`, quotes in `quotes`."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION
from accounts.services import record
from subscriptions import selectors as subscriptions
from subscriptions.models import Component, Plan, Subscription, SupportNotice
from support import drawing, emails, interest_mails
from support.drawing import Order, OverLimits, Wish
from support.file_kinds import ReadFile
from support.models import OPEN, Request, RequestEvent
from support.moves import (
    AlreadyAsked,
    locked_counter,
    open_request,
    say,
    tell,
)
from support.workflow import Kind, NotAllowed


@transaction.atomic
def ask_plan_change(*, membership: Membership, wish: Wish, on: date) -> Request:
    """Write a plan change request and tell the requester and the owner.

    Counts over the new limits are no refusal: the échéance decides (R8).
    Raises NotAllowed, AlreadyAsked, and what the engine refuses (drawing.REFUSALS).
    """
    if membership.role not in ASKS_CHANGES:
        raise NotAllowed(membership.role)
    organization = membership.organization
    subscription = drawing.running(organization)
    order = drawing.order_of_wish(subscription, wish, on=on)
    with suppress(OverLimits):
        drawing.draw(subscription, order, on=on)
    request = open_change(
        subscription, order, requester=membership.user, message=wish.message, on=on
    )
    record(
        organization=organization,
        actor=membership.user,
        action="plan change asked",
        request=request.reference,
    )
    emails.request_received(request)
    return request


@transaction.atomic
def open_change(
    subscription: Subscription,
    order: Order,
    *,
    requester: User,
    on: date,
    message: str = "",
    origin: Request | None = None,
) -> Request:
    """Write a plan change request upon what is held on a day; nobody is told.

    `origin` is the interest that it is a quote for, or the change that it corrects.
    Raises AlreadyAsked: one is under way at most, even in parallel.
    """
    organization = subscription.organization
    locked_counter(on.year)
    under_way = Request.objects.for_organization(organization).filter(
        kind=Kind.PLAN_CHANGE, state__in=OPEN
    )
    for request in under_way:
        raise AlreadyAsked(request.reference)
    request = open_request(
        organization,
        on=on,
        kind=Kind.PLAN_CHANGE,
        requester=requester,
        origin=origin,
        from_plan=subscriptions.running_plan(subscription, on),
        from_commitment=subscriptions.commitment_span(subscription, on).commitment,
        plan=order.plan,
        commitment=order.commitment,
        when=order.when,
        options=list(order.options),
        message=message,
        effective_on=order.effective_on,
    )
    say(request, author=requester, body=message)
    return request


@transaction.atomic
def note_option_interest(
    *, membership: Membership, option: Component, on: date, owner_subscribes: bool = True
) -> Request:
    """Tell support that somebody wants an option they may not take alone; nothing is billed.

    One open request per organization and option: a repeated click raises its counter, even in
    parallel, since each click holds the year's counter. Each person is noted once, and told.
    `owner_subscribes` says that the owner may take the option alone. Raises NotAllowed.
    """
    if membership.role not in SEES_SUBSCRIPTION:
        raise NotAllowed(membership.role)
    locked_counter(on.year)
    request, is_new_to_it = _interest_of(membership, option, on)
    if is_new_to_it:
        record(
            organization=membership.organization,
            actor=membership.user,
            action="option interest noted",
            option=option.code,
            request=request.reference,
        )
        interest_mails.interest_noted(request, membership, owner_subscribes=owner_subscribes, on=on)
    return request


def _interest_of(membership: Membership, option: Component, on: date) -> tuple[Request, bool]:
    """Return the open interest in an option, this click counted, and whether the person is new."""
    organization, person = membership.organization, membership.user
    interests = Request.objects.for_organization(organization).filter(
        kind=Kind.OPTION_INTEREST, option=option, state__in=OPEN
    )
    if not interests.update(clicks=F("clicks") + 1):
        opened = open_request(
            organization, on=on, kind=Kind.OPTION_INTEREST, option=option, requester=person
        )
        return opened, True
    request = interests.select_related("option", "organization", "requester").get()
    told = RequestEvent.objects.filter(
        request=request, actor=person, deed=RequestEvent.Deed.INTERESTED
    )
    if person == request.requester or told.exists():
        return request, False
    note = _("s’intéresse aussi à cette option")
    deed = RequestEvent.Deed.INTERESTED
    tell(request, before=request.state, actor=person, on=on, note=note, deed=deed)
    return request, True


@transaction.atomic
def ask_by_message(
    *, membership: Membership, message: str, on: date, files: Iterable[ReadFile] = ()
) -> Request:
    """Write a member's message as a request of the organization and mail support.

    Raises NotAllowed for a trainer.
    """
    if membership.role not in SEES_SUBSCRIPTION:
        raise NotAllowed(membership.role)
    request = open_request(
        membership.organization,
        on=on,
        kind=Kind.CONTACT,
        requester=membership.user,
        message=message,
    )
    say(request, author=membership.user, body=message, files=files)
    emails.message_received(request)
    return request


@transaction.atomic
def drain_notices(*, on: date) -> int:
    """Turn what the engine left for support into tasks of the desk; return how many.

    Staff scope. Twice is harmless: each notice is locked and marked with its task.
    """
    notices = (
        SupportNotice.objects.filter(handed_over_at=None)
        .select_related("organization")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )
    for notice in notices:
        open_request(notice.organization, on=on, kind=Kind.TASK, message=_task_text(notice))
        SupportNotice.objects.filter(pk=notice.pk).update(handed_over_at=Now())
    return len(notices)


def _task_text(notice: SupportNotice) -> str:
    """Return what happened, in words and figures; the first line is the task's title."""
    plan = Plan.objects.filter(component__code=notice.details.get("plan")).first()
    fits_on = notice.details.get("fits_on")
    context = {
        "notice": notice,
        "plan": plan.name if plan else "",
        "fits_on": date.fromisoformat(fits_on) if fits_on else None,
    }
    return render_to_string("support/task.txt", context).strip()
