"""The nightly billing run: trials that end, periods that begin, by chunks (R4, R11, R22, R23).

Running it twice, late, in parallel or killing it is harmless: due rows are locked, skipped by
others, asked again, and each chunk commits whole. The row is the queue.
"""

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from accounts.tenancy import staff_context
from subscriptions import selectors
from subscriptions.billing import renew_together
from subscriptions.chain import IssueDateGoesBack
from subscriptions.holdings import lock
from subscriptions.items import NotActive
from subscriptions.models import Seller, Subscription
from subscriptions.pending import apply_pending
from subscriptions.places import ask_support
from subscriptions.releases import told
from subscriptions.renewal import NotDue, renew
from subscriptions.trials import end_trial
from subscriptions.vat import VatUnresolved

CHUNK = 1000  # beyond, little is won and its rows stay locked longer
NOT_OURS_TO_PARK = (OperationalError, IssueDateGoesBack)  # the machine's fault, not the row's

logger = logging.getLogger(__name__)
Scope = Callable[[], AbstractContextManager]


@dataclass(slots=True)
class Outcome:
    """What one run did."""

    issued: int = 0
    ended: int = 0
    parked: dict[int, str] = field(default_factory=dict)


def run(
    *,
    on: date,
    chunk: int = CHUNK,
    scope: Scope = staff_context,
    seller: Seller | None = None,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> Outcome:
    """End the trials and enter the periods that are due by a day, the earliest first.

    Each chunk is one transaction, opened by `scope`; one that fails is retried row by row, and
    the row that still fails is parked with its reason (R23). `seller` restricts the run.
    """
    outcome = Outcome()
    while True:
        with scope():
            first_due = _of(seller, selectors.due(on)).values_list("renews_on", flat=True).first()
        trials_ended = _end_trials(first_due or on, on, scope, seller, outcome)
        with scope():
            due = _next_chunk(on, chunk, seller)
            ids = [subscription.pk for subscription in due]
            done = _try_together(due, on, outcome)
        if not ids and not trials_ended:
            return outcome
        if not done:
            for each in ids:
                _renew_alone(each, on, scope, outcome)
        progress(outcome)


def _of(seller: Seller | None, rows: QuerySet) -> QuerySet:
    return rows.filter(seller=seller) if seller else rows


def _next_chunk(on: date, chunk: int, seller: Seller | None) -> list[Subscription]:
    """Lock the next rows that share the earliest échéance; rows that others hold are skipped."""
    found = list(
        _of(seller, selectors.due(on)).select_for_update(of=("self",), skip_locked=True)[:chunk]
    )
    return [
        row
        for row in found
        if (row.renews_on, row.seller_id) == (found[0].renews_on, found[0].seller_id)
    ]


def _try_together(due: list[Subscription], on: date, outcome: Outcome) -> bool:
    """Renew a chunk whole, or leave nothing of it and say so."""
    if not due:
        return True
    try:
        with _uncollected(), transaction.atomic():
            going_on = _after_pending(due, on)
            issued = renew_together(going_on, issued_on=on) if going_on else []
    except NOT_OURS_TO_PARK:
        raise
    except Exception:
        logger.warning("a chunk of %d renewals is retried one by one", len(due), exc_info=True)
        return False
    outcome.issued += len(issued)
    outcome.ended += len(due) - len(going_on)
    return True


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do without the collector of cycles: a chunk makes none, and it takes a fifth of the time.

    It would walk all that the chunk has built again and again. What is left is seen to after.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _after_pending(due: list[Subscription], on: date) -> list[Subscription]:
    """Carry out what waited for this échéance; return the subscriptions that go on."""
    changing = selectors.with_waiting_change(due)
    for subscription in due:
        if subscription.pk in changing:
            apply_pending(subscription, told_on=on)
    return [subscription for subscription in due if subscription.renews_on is not None]


def _renew_alone(subscription_id: int, on: date, scope: Scope, outcome: Outcome) -> None:
    try:
        with scope(), transaction.atomic():
            invoice = renew(subscription_id=subscription_id, on=on)
    except NotDue:
        return
    except NOT_OURS_TO_PARK:
        raise
    except Exception as error:
        with scope():
            outcome.parked[subscription_id] = park(
                subscription_id=subscription_id, why=error, on=on
            )
        return
    if invoice:
        outcome.issued += 1
    else:
        outcome.ended += 1


def park(*, subscription_id: int, why: Exception, on: date) -> str:
    """Set a subscription aside with its reason, which staff read and release (R23, R17)."""
    subscription = lock(subscription_id)
    subscription.parked_because = told(why)
    subscription.save(update_fields=["parked_because"])
    if isinstance(why, VatUnresolved):
        ask_support(organization=subscription.organization, why=why, on=on)
    logger.error("subscription %d parked: %s", subscription_id, subscription.parked_because)
    return subscription.parked_because


def _end_trials(
    until: date, on: date, scope: Scope, seller: Seller | None, outcome: Outcome
) -> int:
    """End the trials whose last day came by `until`; return how many there were.

    They come before the periods that begin later: documents follow the order of the periods.
    """
    with scope():
        ended = _of(seller, selectors.trials_ended(until))
        ids = list(ended.values_list("pk", flat=True))
    for each in ids:
        _end_one_trial(each, on, scope, outcome)
    return len(ids)


def _end_one_trial(subscription_id: int, on: date, scope: Scope, outcome: Outcome) -> None:
    try:
        with scope(), transaction.atomic():
            invoice = end_trial(subscription_id=subscription_id, on=on)
    except NotActive:  # somebody else was faster
        return
    except NOT_OURS_TO_PARK:
        raise
    except Exception as error:
        with scope():
            reason = park(subscription_id=subscription_id, why=error, on=on)
        outcome.parked[subscription_id] = reason
        return
    outcome.issued += invoice is not None
