"""Let a subscription that was set aside be billed again (R23)."""

from django.db import transaction

from accounts.models import User
from accounts.services import record
from subscriptions.billing import Parked
from subscriptions.holdings import lock
from subscriptions.models import Subscription


class NotParked(Exception):
    """Nothing holds this subscription back."""


def told(why: Exception) -> str:
    """Return why a subscription is set aside, as it is kept for staff."""
    return f"{type(why).__name__} : {why}"


@transaction.atomic
def release(*, subscription_id: int, reason: str, actor: User | None = None) -> Subscription:
    """Hand a parked subscription back to the nightly run, which tries its periods again (R23).

    What the bounds refused is waived, word for word, for the échéance that waits: a renewal that
    would be refused for anything else, and every later one, is checked as before. What parked it
    and why it was released stand in the journal. Raises NotParked.
    """
    subscription = lock(subscription_id)
    if not subscription.parked_because:
        raise NotParked(subscription_id)
    breach = _refused_by_the_bounds(subscription)
    record(
        organization=subscription.organization,
        actor=actor,
        action="subscription released",
        parked_because=subscription.parked_because,
        reason=reason,
        waived_on=str(subscription.renews_on) if breach else None,
    )
    if breach:
        subscription.waived_on, subscription.waived_breach = subscription.renews_on, breach
    subscription.parked_because = ""
    subscription.save(update_fields=["parked_because", "waived_on", "waived_breach"])
    return subscription


def _refused_by_the_bounds(subscription: Subscription) -> str:
    """Return the breach that parked a subscription; nothing when something else did."""
    refused = told(Parked(""))
    if not subscription.parked_because.startswith(refused):
        return ""
    return subscription.parked_because.removeprefix(refused)
