"""Let a subscription that was set aside be billed again (R23)."""

from django.db import transaction

from accounts.models import User
from accounts.services import record
from subscriptions.holdings import lock
from subscriptions.models import Subscription


class NotParked(Exception):
    """Nothing holds this subscription back."""


@transaction.atomic
def release(*, subscription_id: int, reason: str, actor: User | None = None) -> Subscription:
    """Hand a parked subscription back to the nightly run, which tries its periods again (R23).

    What parked it and why it was released stand in the journal. Raises NotParked.
    """
    subscription = lock(subscription_id)
    if not subscription.parked_because:
        raise NotParked(subscription_id)
    record(
        organization=subscription.organization,
        actor=actor,
        action="subscription released",
        parked_because=subscription.parked_because,
        reason=reason,
    )
    subscription.parked_because = ""
    subscription.save(update_fields=["parked_because"])
    return subscription
