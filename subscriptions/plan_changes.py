"""Changes of plan and commitment: now, or at the échéance (R6, R7, R9)."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.services import record
from subscriptions import invoicing, lines, selectors
from subscriptions.items import (
    AlreadySubscribed,
    NotApplicable,
    changing,
    held_or_ordered,
    invoice_of,
    shares,
)
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Invoice,
    Item,
    PendingChange,
    Plan,
    Subscription,
)
from subscriptions.periods import Commitment
from subscriptions.pricing import is_downgrade
from subscriptions.renewal import (
    bill_next_period,
    hold,
    lock,
    open_commitment,
    replace_plan,
    settle,
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: another plan, another commitment, options taken with them."""

    plan: Plan | None = None
    commitment: Commitment | None = None
    components: tuple[Component, ...] = ()


@transaction.atomic
def change_now(
    *,
    subscription_id: int,
    change: Change,
    on: date,
    operation: str,
    actor: User | None = None,
    issued_on: date | None = None,
) -> Invoice:
    """Change the plan, the commitment, take options, together and at once: one document (R6, R9).

    `issued_on` dates the document when what was agreed for `on` is processed later (R18, R19).
    Raises NotApplicable for a cheaper plan or annual→monthly (R7) and when a period after `on` is
    billed already, AlreadySubscribed, NotActive, NoPrice, VatUnresolved. The same operation again
    returns its document.
    """
    subscription = changing(subscription_id, on, issued_on=issued_on or on)
    done = invoice_of(subscription, operation)
    if done:
        return done
    _refuse_before_the_last_period(subscription, on)
    span = selectors.commitment_span(subscription, on)
    change = _difference(change, selectors.running_plan(subscription, on), span)
    _refuse_what_waits_for_term(subscription, span, change, on)
    record(
        organization=subscription.organization,
        actor=actor,
        action="subscription changed",
        plan=change.plan.code if change.plan else None,
        commitment=change.commitment,
    )
    carry_out = _change_commitment if change.commitment else _change_plan
    return carry_out(subscription, change, on=on, operation=operation, issued_on=issued_on or on)


def _refuse_before_the_last_period(subscription: Subscription, on: date) -> None:
    """Refuse a day whose period is followed by one that is billed: its lines would not be."""
    if on == subscription.renews_on:
        return
    if selectors.stored_period(subscription, on).ends_before != subscription.renews_on:
        raise NotApplicable("a later period is billed")


def _difference(change: Change, running: Plan, span: CommitmentSpan) -> Change:
    """Return only what would really change. Raises AlreadySubscribed when nothing would."""
    wanted = Change(
        plan=change.plan if change.plan != running else None,
        commitment=change.commitment if change.commitment != span.commitment else None,
        components=change.components,
    )
    if wanted == Change():
        raise AlreadySubscribed(running.code)
    return wanted


def _refuse_what_waits_for_term(
    subscription: Subscription, span: CommitmentSpan, change: Change, on: date
) -> None:
    """Refuse now what R7 keeps for the échéance: a cheaper plan, annual to monthly."""
    if change.commitment == Commitment.MONTHLY:
        raise NotApplicable("annual to monthly")
    if change.plan is None:
        return
    running = selectors.running_plan(subscription, on)
    prices = selectors.prices_in_force(
        [running.component_id, change.plan.component_id], Commitment(span.commitment), on
    )
    wanted = lines.price_of(change.plan.component_id, prices)
    held = prices.get(running.component_id)
    if held and is_downgrade(held.amount_cents, wanted.amount_cents):
        raise NotApplicable("cheaper plan")


def _change_plan(
    subscription: Subscription, change: Change, *, on: date, operation: str, issued_on: date
) -> Invoice:
    """Credit what stops and charge what begins, for the days left (R6); the échéance stays."""
    unbilled = subscription.renews_on == on
    stopping = _stopped_by(subscription, change.plan, on)
    credits = [] if unbilled else _credits(subscription, stopping, on)
    starting = _start(subscription, change, on)
    if unbilled:
        return bill_next_period(subscription, on=issued_on, operation=operation)
    charges = shares(subscription, starting, on)
    return invoicing.issue(
        subscription=subscription, lines=[*credits, *charges], operation=operation, on=issued_on
    )


def _start(subscription: Subscription, change: Change, on: date) -> list[Component]:
    """Hold what begins, the plan first, without the options it includes; return it."""
    if change.plan is None:
        hold(subscription, change.components, on=on)
        return list(change.components)
    included = set(change.plan.includes.all())
    options = [option for option in change.components if option not in included]
    replace_plan(subscription, change.plan, on=on)
    hold(subscription, options, on=on)
    return [change.plan.component, *options]


def _stopped_by(subscription: Subscription, plan: Plan | None, on: date) -> list[Item]:
    """Return the running items that a new plan replaces: the plan, the options it includes."""
    if plan is None:
        return []
    included = set(plan.includes.values_list("pk", flat=True))
    return [
        item
        for item in selectors.running_items(subscription, on)
        if item.kind == Component.Kind.PLAN or item.component_id in included
    ]


def _credits(subscription: Subscription, items: list[Item], on: date) -> list[lines.Line]:
    """Return what items that stop on a day get back of what they were billed (R6)."""
    return [lines.credit(selectors.billed(subscription, item, on), on=on) for item in items]


def _change_commitment(
    subscription: Subscription, change: Change, *, on: date, operation: str, issued_on: date
) -> Invoice:
    """Credit the running month and bill the first year at full prices, one document (R9)."""
    credits = []
    if subscription.renews_on != on:
        credits = _credits(subscription, selectors.running_items(subscription, on), on)
        _cut_period(subscription, on)
    _start(subscription, change, on)
    open_commitment(subscription, change.commitment, on=on)
    subscription.renews_on = on
    return bill_next_period(subscription, on=issued_on, operation=operation, before=tuple(credits))


def _cut_period(subscription: Subscription, on: date) -> None:
    """End the running period where the new commitment begins; one that began today never was."""
    entered = selectors.stored_period(subscription, on)
    if entered.starts_on == on:
        entered.delete()
        return
    entered.ends_before = on
    entered.save(update_fields=["ends_before"])


@transaction.atomic
def change_at_term(
    *, subscription_id: int, change: Change, on: date, actor: User | None = None
) -> PendingChange:
    """Order a plan or a commitment for the first day of the next commitment period (R7).

    The options taken with it are held from that day. It replaces the change that waited.
    Raises NotActive, AlreadySubscribed when nothing would change or an option is held, NoPrice.
    """
    subscription = changing(subscription_id, on)
    span = selectors.commitment_span(subscription, on)
    wanted = _difference(change, selectors.running_plan(subscription, on), span)
    if wanted.plan is None and wanted.commitment is None:
        raise AlreadySubscribed(subscription_id)
    if wanted.plan:
        commitment = wanted.commitment or Commitment(span.commitment)
        prices = selectors.prices_in_force([wanted.plan.component_id], commitment, on)
        lines.price_of(wanted.plan.component_id, prices)
    ordered = _order(
        subscription,
        on=on,
        actor=actor,
        kind=PendingChange.Kind.PLAN if wanted.plan else PendingChange.Kind.COMMITMENT,
        plan=wanted.plan,
        commitment=wanted.commitment or "",
    )
    _hold_from_term(subscription, wanted, on)
    return ordered


def _hold_from_term(subscription: Subscription, change: Change, on: date) -> None:
    """Hold the options of a change from the échéance, without those its plan includes."""
    plan = change.plan or selectors.running_plan(subscription, on)
    included = set(plan.includes.all())
    options = [option for option in change.components if option not in included]
    held = set(held_or_ordered(subscription, on))
    if any(option.pk in held for option in options):
        raise AlreadySubscribed(subscription.pk)
    hold(subscription, options, on=subscription.renews_on)


@transaction.atomic
def cancel_at_term(*, subscription_id: int, on: date, actor: User | None = None) -> PendingChange:
    """Order the end of the subscription on its échéance (résiliation, R7). Raises NotActive."""
    subscription = changing(subscription_id, on)
    return _order(subscription, on=on, actor=actor, kind=PendingChange.Kind.CANCELLATION)


def _order(
    subscription: Subscription, *, on: date, actor: User | None, kind: str, **what
) -> PendingChange:
    replaced = selectors.waiting_change(subscription)
    if replaced:
        _undo(subscription, replaced, PendingChange.State.REPLACED, on=on)
    record(organization=subscription.organization, actor=actor, action=f"{kind} ordered at term")
    return PendingChange.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        kind=kind,
        effective_on=subscription.renews_on,
        ordered_on=on,
        **what,
    )


def _undo(subscription: Subscription, change: PendingChange, state: str, *, on: date) -> None:
    """Settle a change that waited; the options that would begin with it were never held."""
    settle(change, state, on=on)
    Item.objects.filter(
        subscription=subscription, kind=Component.Kind.OPTION, starts_on__gt=on
    ).delete()


@transaction.atomic
def withdraw_pending(*, subscription_id: int, on: date, actor: User | None = None) -> PendingChange:
    """Withdraw the change or the cancellation that waits. Raises NotApplicable when none does."""
    subscription = lock(subscription_id)
    change = selectors.waiting_change(subscription)
    if change is None:
        raise NotApplicable("nothing waits")
    _undo(subscription, change, PendingChange.State.WITHDRAWN, on=on)
    record(organization=subscription.organization, actor=actor, action=f"{change.kind} withdrawn")
    return change
