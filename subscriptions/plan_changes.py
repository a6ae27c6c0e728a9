"""Changes of plan and commitment: now, or at the échéance (R6, R7, R9)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from accounts.models import User
from accounts.services import record
from subscriptions import reductions, selectors
from subscriptions.billing import settle
from subscriptions.facts import negotiated_prices, price_book
from subscriptions.holdings import hold, lock, open_commitment, replace_plan, stop
from subscriptions.items import (
    AlreadySubscribed,
    NotApplicable,
    changing,
    held_or_ordered,
    invoice_of,
    is_done,
    ordering,
)
from subscriptions.models import (
    CommitmentSpan,
    Component,
    Discount,
    Invoice,
    Item,
    PendingChange,
    Period,
    Plan,
    Subscription,
)
from subscriptions.pending import (
    close_what_is_done,
    is_cheaper,
    operation_of,
    over_limits,
    put_off,
    withdraw,
)
from subscriptions.periods import Commitment, period
from subscriptions.reductions import Reduction


class OverLimit(Exception):
    """What is counted does not fit the plan (R8)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked: another plan, another commitment, options taken with them."""

    plan: Plan | None = None
    commitment: Commitment | None = None
    components: tuple[Component, ...] = ()
    override: bool = False  # staff apply now what R7 keeps for the échéance
    reduction: Reduction | None = None  # off the plan's price, with the change


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

    `issued_on` dates the document when what was agreed for `on` is processed later (R18, R19):
    each period billed since is corrected by its own lines.
    Raises NotApplicable for a cheaper plan or annual→monthly (R7), before a later change and in a
    period that has not begun on the real day (R4), OverLimit (R8), AlreadySubscribed, NotActive,
    NoPrice, VatUnresolved. The same operation again returns its document. None when so little is
    owed that it waits (R13).
    """
    subscription = changing(subscription_id, on, issued_on=issued_on or on)
    if is_done(subscription, operation):
        return invoice_of(subscription, operation)
    _refuse_before_its_period(subscription, on, issued_on=issued_on or on)
    _refuse_before_a_later_change(subscription, on)
    span = selectors.commitment_span(subscription, on)
    change = _difference(change, selectors.running_plan(subscription, on), span)
    _refuse_what_waits_for_term(subscription, change, on)
    record(
        organization=subscription.organization,
        actor=actor,
        action="subscription changed",
        plan=change.plan.code if change.plan else None,
        commitment=change.commitment,
        on=str(on),
    )
    _carry_out(subscription, change, on, operation)
    close_what_is_done(subscription, since=on, operation=operation, told_on=issued_on or on)
    document = settle(subscription, since=on, operation=operation, issued_on=issued_on or on)
    _keep_waiting(subscription, on=issued_on or on)
    return document


def _keep_waiting(subscription: Subscription, *, on: date) -> None:
    """Let what waits wait for the échéance as it is now (R7).

    `on` is the real day. A new commitment that is back-dated may have échéances gone by: what
    waited is for the first one to come, never for a day that is past.
    """
    waiting = selectors.waiting_change(subscription)
    if waiting is None:
        return
    term = _term(subscription, min(waiting.effective_on, on + timedelta(days=1)))
    if waiting.effective_on != term:
        put_off(waiting, until=term)
        waiting.effective_on = term
        waiting.save(update_fields=["effective_on"])


def _term(subscription: Subscription, since: date) -> date:
    """Return the first échéance of the running commitment on a day or after it."""
    since = max(since, subscription.renews_on)
    _number, days = selectors.natural_period(selectors.running_commitment(subscription), since)
    return since if days.starts_on == since else days.ends_before


def _refuse_before_its_period(subscription: Subscription, on: date, *, issued_on: date) -> None:
    """Refuse a day of a period that has not begun: it is billed on its first day (R4)."""
    if issued_on < subscription.renews_on <= on:
        raise NotApplicable("not begun")


def _refuse_before_a_later_change(subscription: Subscription, on: date) -> None:
    """Refuse a day after which the plan or the commitment has changed already."""
    later_plan = Item.objects.filter(
        subscription=subscription, kind=Component.Kind.PLAN, starts_on__gt=on
    )
    later_commitment = CommitmentSpan.objects.filter(subscription=subscription, anchor_on__gt=on)
    if later_plan.exists() or later_commitment.exists():
        raise NotApplicable("changed since")


def _difference(change: Change, running: Plan, span: CommitmentSpan) -> Change:
    """Return only what would really change. Raises AlreadySubscribed when nothing would."""
    wanted = Change(
        plan=change.plan if change.plan != running else None,
        commitment=change.commitment if change.commitment != span.commitment else None,
        components=change.components,
        override=change.override,
        reduction=change.reduction,
    )
    if wanted == Change(override=change.override, reduction=change.reduction):
        raise AlreadySubscribed(running.code)
    return wanted


def _refuse_what_waits_for_term(subscription: Subscription, change: Change, on: date) -> None:
    """Refuse now what R7 keeps for the échéance: a cheaper plan, annual to monthly.

    A staff override passes it, but not the counts that the plan cannot hold (R8).
    """
    waits = change.commitment == Commitment.MONTHLY or (
        change.plan is not None and is_cheaper(subscription, change.plan, on)
    )
    if waits and not change.override:
        raise NotApplicable("at term only")
    if waits and change.plan and over_limits(subscription, change.plan, on):
        raise OverLimit(change.plan.code)


def _carry_out(subscription: Subscription, change: Change, on: date, operation: str) -> None:
    """Write the facts of a change that takes effect on a day."""
    options = list(change.components)
    if change.plan:
        included = set(change.plan.includes.all())
        options = [option for option in options if option not in included]
        replace_plan(subscription, change.plan, on=on, operation=operation)
    held = set(held_or_ordered(subscription, on))
    if any(option.pk in held for option in options):
        raise AlreadySubscribed(operation)
    hold(subscription, options, on=on, operation=operation)
    if change.commitment:
        _leave_periods(subscription, on, operation)
        open_commitment(subscription, change.commitment, on=on, operation=operation)
        _bring_discounts_forward(subscription, on)
        waiting = selectors.waiting_change(subscription)
        if waiting:
            put_off(waiting, until=period(on, change.commitment, 0).ends_before)
        subscription.renews_on = on
    if change.reduction:
        starts_on = reductions.first_full_period(subscription, on)
        reductions.begin(subscription, change.reduction, starts_on=starts_on, operation=operation)


def _bring_discounts_forward(subscription: Subscription, on: date) -> None:
    """Begin with a new commitment the discounts that waited for the next period billed (R6)."""
    Discount.objects.filter(subscription=subscription, starts_on__gt=on).update(starts_on=on)


def _leave_periods(subscription: Subscription, on: date, operation: str) -> None:
    """End the running period where a new commitment begins; one that begins later never was.

    An option that was to end with the period ends with it.
    """
    periods = Period.objects.filter(subscription=subscription)
    periods.filter(starts_on__gte=on).delete()
    periods.filter(ends_before__gt=on).update(ends_before=on)
    ending = Item.objects.filter(subscription=subscription, starts_on__lte=on, ends_before__gt=on)
    stop(ending, on=on, operation=operation)


@transaction.atomic
def change_at_term(
    *, subscription_id: int, change: Change, on: date, actor: User | None = None
) -> PendingChange:
    """Order a plan or a commitment for the first day of the next commitment period (R7).

    The options taken with it are held from that day. It replaces the change that waited.
    Raises NotActive, AlreadySubscribed when nothing would change or an option is held, NoPrice.
    """
    subscription = ordering(subscription_id, on)
    span = selectors.commitment_span(subscription, on)
    running = selectors.running_plan(subscription, on)
    wanted = _difference(change, running, span)
    if wanted.plan is None and wanted.commitment is None:
        raise AlreadySubscribed(subscription_id)
    commitment = wanted.commitment or Commitment(span.commitment)
    _require_price(subscription, wanted.plan or running, commitment)
    ordered = _order(
        subscription,
        on=on,
        actor=actor,
        kind=PendingChange.Kind.PLAN if wanted.plan else PendingChange.Kind.COMMITMENT,
        plan=wanted.plan,
        commitment=wanted.commitment or "",
    )
    operation, starts_on = operation_of(ordered), subscription.renews_on
    _hold_from_term(subscription, wanted, on, operation)
    if wanted.reduction:
        reductions.begin(subscription, wanted.reduction, starts_on=starts_on, operation=operation)
    return ordered


def _require_price(subscription: Subscription, plan: Plan, commitment: Commitment) -> None:
    """Raise NoPrice for a plan that has none on the échéance, listed or agreed (R5)."""
    agreed = tuple(negotiated_prices([subscription.pk])[subscription.pk])
    book = price_book(subscription.seller_id)
    book.price(plan.component_id, commitment, subscription.renews_on, agreed)


def _hold_from_term(subscription: Subscription, change: Change, on: date, operation: str) -> None:
    """Hold the options of a change from the échéance, without those its plan includes."""
    plan = change.plan or selectors.running_plan(subscription, on)
    included = set(plan.includes.all())
    options = [option for option in change.components if option not in included]
    held = set(held_or_ordered(subscription, on))
    if any(option.pk in held for option in options):
        raise AlreadySubscribed(subscription.pk)
    hold(subscription, options, on=subscription.renews_on, operation=operation)


@transaction.atomic
def cancel_at_term(*, subscription_id: int, on: date, actor: User | None = None) -> PendingChange:
    """Order the end of the subscription on its échéance (résiliation, R7). Raises NotActive."""
    subscription = ordering(subscription_id, on)
    return _order(subscription, on=on, actor=actor, kind=PendingChange.Kind.CANCELLATION)


def _order(
    subscription: Subscription, *, on: date, actor: User | None, kind: str, **what
) -> PendingChange:
    replaced = selectors.waiting_change(subscription)
    if replaced:
        withdraw(replaced, PendingChange.State.REPLACED, on=on)
    record(organization=subscription.organization, actor=actor, action=f"{kind} ordered at term")
    return PendingChange.objects.create(
        organization=subscription.organization,
        subscription=subscription,
        kind=kind,
        effective_on=subscription.renews_on,
        ordered_on=on,
        **what,
    )


@transaction.atomic
def withdraw_pending(*, subscription_id: int, on: date, actor: User | None = None) -> PendingChange:
    """Withdraw the change or the cancellation that waits, until its day.

    Raises NotApplicable when none does, or its day has come: the nightly job carries it out.
    """
    subscription = lock(subscription_id)
    change = selectors.waiting_change(subscription)
    if change is None or change.effective_on <= on:
        raise NotApplicable("nothing waits")
    withdraw(change, PendingChange.State.WITHDRAWN, on=on)
    record(organization=subscription.organization, actor=actor, action=f"{change.kind} withdrawn")
    return change
