"""Deeds of programs: a request sent again asks once, a quote is agreed to as it was read."""

from datetime import date
from hashlib import sha256

from django.db import transaction

from accounts.models import AuditEvent, Membership
from accounts.services import record
from subscriptions.models import Subscription
from support.models import Quote, Request
from support.quotes import accept_quote
from support.services import ask_plan_change
from support.wishes import Wish

BY_KEY = "plan change asked by key"


class KeyReused(Exception):
    """The key has asked for something else already."""


class OtherQuote(Exception):
    """The quote is no longer the one that was read."""


@transaction.atomic
def ask_once(*, membership: Membership, wish: Wish, key: str, on: date) -> Request:
    """Ask for a change, or return the request that the same key asked for; the journal knows it.

    The same key at the same moment waits for the other: the subscription is locked.
    Raises KeyReused, Subscription.DoesNotExist, and as `ask_plan_change`.
    """
    organization = membership.organization
    Subscription.objects.select_for_update().get(organization=organization)
    wanted = _fingerprint(wish)
    known = AuditEvent.objects.for_organization(organization).filter(
        action=BY_KEY, details__key=key
    )
    for event in known:
        if event.details["wanted"] != wanted:
            raise KeyReused(key)
        return Request.objects.for_organization(organization).get(
            reference=event.details["request"]
        )
    asked = ask_plan_change(membership=membership, wish=wish, on=on)
    record(
        organization=organization,
        actor=membership.user,
        action=BY_KEY,
        key=key,
        wanted=wanted,
        request=asked.reference,
    )
    return asked


def _fingerprint(wish: Wish) -> str:
    told = [wish.plan.code, wish.commitment, wish.when, sorted(wish.options), wish.message]
    return sha256(repr([str(each) for each in told]).encode()).hexdigest()


@transaction.atomic
def accept_as_read(
    *, membership: Membership, reference: str, version: int, gross_cents: int, on: date
) -> Quote:
    """Accept the quote that was read, whatever was sent since.

    Raises OtherQuote, and as `accept_quote`.
    """
    quote = accept_quote(membership=membership, reference=reference, on=on)
    if (quote.version, quote.gross_cents) != (version, gross_cents):
        raise OtherQuote(reference)
    return quote
