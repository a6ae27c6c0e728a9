"""Enter the next period of a subscription and bill it (R4, R11)."""

from datetime import date

from django.db import transaction

from subscriptions.billing import renew_together
from subscriptions.holdings import lock
from subscriptions.models import Invoice, Subscription
from subscriptions.pending import apply_pending


class NotDue(Exception):
    """The next period of this subscription has not begun."""


@transaction.atomic
def renew(*, subscription_id: int, on: date) -> Invoice | None:
    """Enter and bill the one next period that has begun by `on`; None when it ends there.

    The invoice is issued on `on`, for the period's own days at the price of its first day (R11).
    Twice is harmless: the row is locked, then asked again whether it is due.
    Raises NotDue, Parked (R23), VatUnresolved, NoPrice.
    """
    subscription = lock(subscription_id)
    if not is_due(subscription, on):
        raise NotDue(subscription_id)
    apply_pending(subscription, told_on=on)
    if subscription.renews_on is None:
        return None
    [invoice] = renew_together([subscription], issued_on=on)
    return invoice


def is_due(subscription: Subscription, on: date) -> bool:
    """Tell whether a period waits to be billed: `<=`, never `==` (R11)."""
    return (
        subscription.status in (Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE)
        and not subscription.parked_because
        and subscription.renews_on <= on
    )
