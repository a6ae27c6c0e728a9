"""What a deed of the desk would do: the deed itself, read and rolled back."""

from collections.abc import Callable
from datetime import date
from functools import partial

from django.db import transaction

from accounts.models import OutgoingMail, User
from subscriptions.models import Invoice, Subscription
from subscriptions.preview import Drawn, preview
from support import drawing, handover
from support.models import Request


class _RolledBack(Exception):
    """Carries the mails out of the savepoint."""


def mails_of(deed: Callable[[], object], *, to: str) -> tuple[OutgoingMail, ...]:
    """Return the mails that a deed would write to somebody; nothing is kept.

    Whatever the deed refuses, it raises here too.
    """
    try:
        with transaction.atomic():
            before = set(OutgoingMail.objects.filter(recipient=to).values_list("pk", flat=True))
            deed()
            written = OutgoingMail.objects.filter(recipient=to).exclude(pk__in=before)
            raise _RolledBack(tuple(written.order_by("pk")))
    except _RolledBack as outcome:
        return outcome.args[0]


def documents_of_applying(request: Request, *, actor: User, on: date) -> tuple[Drawn, ...]:
    """Return what applying a change would issue: at once if anything, then at the échéance.

    Whatever the deed refuses, it raises here too.
    """
    subscription = drawing.running(request.organization)
    return preview(
        partial(handover.apply, request_id=request.pk, actor=actor, on=on),
        partial(_renew_if_it_does, subscription, on=on),
    )


def _renew_if_it_does(subscription: Subscription, *, on: date) -> Invoice | None:
    """Bill the next period; nothing follows a subscription that ends."""
    subscription.refresh_from_db()
    return drawing.renew_next(subscription, on=on) if subscription.renews_on else None
