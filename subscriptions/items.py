"""Options on a subscription: taken for the days left, ended at the échéance (R10)."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.services import record
from subscriptions import selectors
from subscriptions.billing import Parked, settle
from subscriptions.holdings import BY_CUSTOMER, hold, lock
from subscriptions.models import (
    BillingIdentity,
    Component,
    Invoice,
    InvoiceLine,
    Item,
    Subscription,
    WaitingLine,
)
from subscriptions.pending import apply_pending
from subscriptions.renewal import is_due, renew
from subscriptions.vat import treatment


class AlreadySubscribed(Exception):
    """The plan or the option is already held."""


class NotActive(Exception):
    """The subscription is not in a state that lets it change."""


class NotApplicable(Exception):
    """This change cannot take effect now: ask for it at the échéance (R7)."""


def changing(subscription_id: int, on: date, *, issued_on: date | None = None) -> Subscription:
    """Return a locked subscription that may change on a day, its late periods billed first.

    A period that begins on the very day is left unbilled, what waited for it carried out: the
    change is part of it (R6). The late ones are dated `issued_on`, which is the real day when
    `on` is an earlier one. Raises NotActive, VatUnresolved.
    """
    subscription = caught_up(subscription_id, before=on, issued_on=issued_on or on)
    if is_due(subscription, on):
        apply_pending(subscription, told_on=issued_on or on)
    return active(subscription)


def ordering(subscription_id: int, on: date) -> Subscription:
    """Return a locked subscription of which something may be ordered for the échéance to come.

    A day belongs to the period that begins on it (R2): that one is billed first.
    Raises NotActive, VatUnresolved.
    """
    return active(caught_up(subscription_id, before=on + timedelta(days=1), issued_on=on))


def caught_up(subscription_id: int, *, before: date, issued_on: date) -> Subscription:
    """Return a locked subscription, every period that has begun before a day being billed."""
    subscription = lock(subscription_id)
    while (
        subscription.renews_on
        and subscription.renews_on < before
        and is_due(subscription, issued_on)
    ):
        try:
            renew(subscription_id=subscription_id, on=issued_on)
        except Parked as error:  # the nightly job will set it aside
            raise NotActive(str(error)) from error
        subscription = lock(subscription_id)
    return subscription


def active(subscription: Subscription) -> Subscription:
    """Return a subscription that may change.

    Raises NotActive, and VatUnresolved for one that waits aside for its place to be known (R17).
    """
    if subscription.parked_because:
        for identity in BillingIdentity.objects.for_organization(subscription.organization):
            treatment(selectors.place(identity))
    if subscription.status != Subscription.Status.ACTIVE or subscription.parked_because:
        raise NotActive(subscription.status)
    return subscription


@transaction.atomic
def add_items(
    *,
    subscription_id: int,
    components: Iterable[Component],
    on: date,
    operation: str,
    actor: User | None = None,
) -> Invoice | None:
    """Take options from a day on and invoice at once their share of the running period (R10).

    None when the share is so small that it waits (R13). The same operation again returns its
    invoice and adds nothing.
    Raises AlreadySubscribed, NotActive, NoPrice, VatUnresolved.
    """
    components = list(components)
    subscription = lock(subscription_id)
    if is_done(subscription, operation):
        return invoice_of(subscription, operation)
    subscription = changing(subscription_id, on)
    held = set(held_or_ordered(subscription, on))
    included = set(selectors.running_plan(subscription, on).includes.values_list("pk", flat=True))
    if any(component.pk in held | included for component in components):
        raise AlreadySubscribed(operation)
    hold(subscription, components, on=on, operation=operation)
    names = [component.code for component in components]
    record(
        organization=subscription.organization, actor=actor, action="options taken", options=names
    )
    return settle(subscription, since=on, operation=operation, issued_on=on)


def held_or_ordered(subscription: Subscription, on: date) -> list[int]:
    """Return the components held on a day or ordered from a later one (plan_changes)."""
    return list(
        Item.objects.filter(subscription=subscription)
        .filter(Q(ends_before=None) | Q(ends_before__gt=on))
        .values_list("component_id", flat=True)
    )


def is_done(subscription: Subscription, operation: str) -> bool:
    """Tell whether an operation was billed, or waits to be (R13): it never bills twice (R11)."""
    return any(
        rows.filter(subscription=subscription, operation=operation).exists()
        for rows in (InvoiceLine.objects, WaitingLine.objects)
    )


def invoice_of(subscription: Subscription, operation: str) -> Invoice | None:
    """Return the document that an operation made."""
    return Invoice.objects.filter(subscription=subscription, lines__operation=operation).first()


@transaction.atomic
def end_item(
    *, subscription_id: int, component: Component, on: date, actor: User | None = None
) -> Item:
    """End an option at the end of the running period, without credit (R10).

    Raises NotActive, NotApplicable when it is not running.
    """
    subscription = ordering(subscription_id, on)
    item = _running_option(subscription, component, on)
    if item.ends_before is not None:
        raise NotApplicable("already ending")
    item.ends_before, item.ended_by = subscription.renews_on, BY_CUSTOMER
    item.save(update_fields=["ends_before", "ended_by"])
    record(
        organization=subscription.organization,
        actor=actor,
        action="option ended",
        option=component.code,
        on=str(item.ends_before),
    )
    return item


@transaction.atomic
def undo_item(
    *, subscription_id: int, component: Component, on: date, actor: User | None = None
) -> Invoice | None:
    """Take an option back as if it had never been held, and credit all it was billed (R12).

    The credit stays on the account (R7). None when nothing of it was invoiced: what waited to be
    is dropped (R13). Raises NotActive, NotApplicable when it is not running.
    """
    subscription = changing(subscription_id, on)
    item = _running_option(subscription, component, on)
    WaitingLine.objects.filter(
        subscription=subscription, operation=item.opened_by, component=component, carried_by=None
    ).delete()
    since, operation = item.starts_on, f"undo {item.opened_by}"
    item.delete()
    record(
        organization=subscription.organization,
        actor=actor,
        action="option undone",
        option=component.code,
    )
    return settle(subscription, since=since, operation=operation, issued_on=on)


@transaction.atomic
def keep_item(
    *, subscription_id: int, component: Component, on: date, actor: User | None = None
) -> Item:
    """Undo `end_item` while the option still runs. Raises NotActive, NotApplicable."""
    subscription = ordering(subscription_id, on)
    item = _running_option(subscription, component, on)
    if item.ends_before is None:
        raise NotApplicable("not ending")
    item.ends_before, item.ended_by = None, ""
    item.save(update_fields=["ends_before", "ended_by"])
    record(
        organization=subscription.organization,
        actor=actor,
        action="option kept",
        option=component.code,
    )
    return item


def _running_option(subscription: Subscription, component: Component, on: date) -> Item:
    for item in selectors.running_items(subscription, on):
        if item.component_id == component.pk and item.kind == Component.Kind.OPTION:
            return item
    raise NotApplicable(component.code)
