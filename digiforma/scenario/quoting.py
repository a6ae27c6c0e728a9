"""Quotes of a scenario, by the deeds of the support desk (R19)."""

from datetime import date

from django.contrib.auth.models import Group

from accounts.models import Membership, Organization, User
from accounts.roles import Role
from digiforma.scenario.deeds import term_on
from digiforma.scenario.stage import Stage, somebody
from digiforma.scenario.steps import Step
from subscriptions import selectors
from subscriptions.items import NotApplicable
from subscriptions.models import Subscription
from subscriptions.periods import Commitment
from support import drawing, handover, quotes
from support.drawing import Order, Wish
from support.models import OPEN, Quote, Request, When
from support.promises import order_of
from support.quotes import ExpiredQuote, StaleQuote
from support.services import ask_plan_change
from support.workflow import Kind, State, Who


def quote(stage: Stage, step: Step) -> None:
    """Ask for a change as the owner, price it and send its quote as staff."""
    stage.subscription(step.given["organization"])
    organization = stage.organization(step.given["organization"])
    subscription = drawing.running(organization)
    order = _order(stage, step, subscription)
    request = _under_way(organization) or _ask(organization, order, step.on)
    staff = _staff()
    quotes.price(request_id=request.pk, actor=staff, order=order, on=step.on)
    stage.quotes[step.given["as"]] = quotes.send_quote(
        request_id=request.pk, actor=staff, valid_until=step.given["valid_until"], on=step.on
    )


def _order(stage: Stage, step: Step, subscription: Subscription) -> Order:
    """Return what is quoted; what a step leaves out stays as it is."""
    plan = stage.plan(step.given.get("plan"))
    when = When(step.given["when"])
    effective_on = step.given.get("effective_on", step.on)
    span = selectors.commitment_span(subscription, step.on)
    return Order(
        plan=plan or selectors.running_plan(subscription, step.on),
        commitment=step.given.get("commitment", Commitment(span.commitment)),
        when=when,
        effective_on=effective_on if when == When.NOW else _term(step, subscription),
        options=tuple(step.given.get("options", ())),
    )


def _term(step: Step, subscription: Subscription) -> date:
    """Return the échéance that is meant: the next one, or that of the day that is given."""
    named = step.given.get("effective_on")
    if named:
        return term_on(subscription, named)
    return selectors.coming_term(subscription, step.on)


def _under_way(organization: Organization) -> Request | None:
    """Return the change that is asked already: its quote is replaced."""
    return (
        Request.objects.for_organization(organization)
        .filter(kind=Kind.PLAN_CHANGE, state__in=OPEN)
        .first()
    )


def _ask(organization: Organization, order: Order, on: date) -> Request:
    return ask_plan_change(
        membership=_owner(organization),
        wish=Wish(order.plan, order.commitment, when=order.when, options=order.options),
        on=on,
    )


def _owner(organization: Organization) -> Membership:
    return Membership.objects.get(organization=organization, role=Role.OWNER)


def _staff() -> User:
    """Return somebody who may price, hand over and apply."""
    manager = somebody()
    manager.is_staff = True
    manager.save(update_fields=["is_staff"])
    group, _created = Group.objects.get_or_create(name=str(Who.MANAGER))
    manager.groups.add(group)
    return manager


def accept_quote(stage: Stage, step: Step) -> None:
    """Accept a quote as the owner; once more is no refusal."""
    found = _known(stage, step)
    if found.status == Quote.Status.ACCEPTED:
        return
    if found.status == Quote.Status.DROPPED:
        found = stage.quotes[step.given["quote"]] = _sent_again(found, step.on)
    quotes.accept_quote(
        membership=_owner(found.organization), reference=found.request.reference, on=step.on
    )


def apply_quote(stage: Stage, step: Step) -> None:
    """Apply an accepted quote as staff; once more does nothing."""
    found = _known(stage, step)
    if found.status != Quote.Status.ACCEPTED:
        _refuse_unaccepted(found, step.on)
    if found.request.state == State.APPLIED:
        return
    staff = _staff()
    handover.hand_over(request_id=found.request_id, actor=staff, on=step.on)
    handover.apply(request_id=found.request_id, actor=staff, on=step.on)


def _sent_again(found: Quote, on: date) -> Quote:
    """Send once more, as it was, a quote that a later one stood in for: a quote alone changes
    nothing of the subscription (R19). Raises ExpiredQuote, StaleQuote."""
    if found.valid_until < on:
        raise ExpiredQuote(found.valid_until)
    quotes.require_fresh(found, on=on)
    request, staff = found.request_id, _staff()
    quotes.price(request_id=request, actor=staff, order=order_of(found), on=on)
    return quotes.send_quote(request_id=request, actor=staff, valid_until=found.valid_until, on=on)


def _known(stage: Stage, step: Step) -> Quote:
    """Return a quote as it is now. Raises NotApplicable when it was never made."""
    made = stage.quotes.get(step.given["quote"])
    if made is None:
        raise NotApplicable(step.given["quote"])
    return Quote.objects.select_related("request", "organization").get(pk=made.pk)


def _refuse_unaccepted(found: Quote, on: date) -> None:
    """Say why a quote that nobody accepted cannot be applied."""
    if found.valid_until < on:
        raise ExpiredQuote(found.valid_until)
    quotes.require_fresh(found, on=on)
    raise NotApplicable("not accepted")


def status(found: Quote, *, on: date) -> str:
    """Return where a quote stands on a day: open, accepted, applied, stale or expired."""
    if found.status == Quote.Status.ACCEPTED:
        if found.request.state == State.APPLIED:
            return "applied"
        return "accepted" if _still_holds(found, on) else "stale"
    if found.status not in {Quote.Status.SENT, Quote.Status.DROPPED}:
        return "stale"
    if found.valid_until < on:
        return "expired"
    try:
        quotes.require_fresh(found, on=on)
    except StaleQuote:
        return "stale"
    return "open"


def _still_holds(found: Quote, on: date) -> bool:
    """Tell whether what was accepted is still what would be changed."""
    subscription = Subscription.objects.get(organization=found.organization)
    return found.basis == drawing.basis(subscription, on=min(on, found.effective_on))
