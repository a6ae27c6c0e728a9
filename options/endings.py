"""What becomes of an option held: ended at its term, kept after all, undone within 24 hours."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from accounts.models import Membership
from options import emails, selectors
from options.models import Option
from options.policy import Action, Decision, decide, may_manage
from options.services import NotOffered, locked
from subscriptions import items
from subscriptions.models import Invoice, Item
from subscriptions.standing import standing
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved


@transaction.atomic
def end_option(*, membership: Membership, option: Option, today: date) -> Item:
    """End an option at the end of the running period, without credit (R10). Raises NotOffered."""
    item = _managed(items.end_item, membership, option, today)
    emails.option_ended(
        organization=membership.organization, option=option, ends_before=item.ends_before, on=today
    )
    return item


@transaction.atomic
def end_once(*, membership: Membership, option: Option, today: date) -> date:
    """End an option, or find it ending already; return its first day without. Raises NotOffered."""
    known = selectors.offer(membership, option, today)
    if known.action is Action.ENDING and known.may_manage:
        return known.ends_before
    return end_option(membership=membership, option=option, today=today).ends_before


@transaction.atomic
def undo_option(
    *, membership: Membership, option: Option, at: datetime, today: date
) -> Invoice | None:
    """Undo a subscription within 24 hours: it never was, all it billed is credited.

    Returns the credit note; None when nothing was invoiced yet. Raises NotOffered.
    """
    held = selectors.offer(membership, option, today)
    if not held.may_undo(at):
        raise NotOffered(Decision(held.action))
    return _managed(items.undo_item, membership, option, today)


@transaction.atomic
def keep_option(*, membership: Membership, option: Option, today: date) -> Item:
    """Keep an option that was to end, while it still runs. Raises NotOffered."""
    return _managed(items.keep_item, membership, option, today)


def _managed(deed: Callable, membership: Membership, option: Option, on: date):
    membership = locked(membership=membership)
    current = standing(membership.organization, on)
    facts = selectors.situation(membership, option, current, has_price=True)
    if not may_manage(facts.role, facts.holding, facts.status):
        raise NotOffered(decide(facts))
    try:
        return deed(
            subscription_id=current.subscription,
            component=option.component,
            on=on,
            actor=membership.user,
        )
    except (items.NotApplicable, items.NotActive, NoPrice, VatUnresolved):
        raise NotOffered(decide(facts)) from None
