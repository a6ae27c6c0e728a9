"""A dearer list, and the subscriptions that will meet it."""

from datetime import date

from django.db import transaction

from subscriptions import price_lists
from subscriptions.models import Subscription
from subscriptions.renewal_run import run
from tests import world

TODAY = date(2026, 11, 23)


NEW_YEAR = date(2027, 1, 1)


def dearer(seller, **cents: int) -> price_lists.Statement:
    """Return the latest list with other monthly prices, by code; annual is ten times that."""
    prices = price_lists.stated(price_lists.latest(seller))
    for code, amount_cents in cents.items():
        component = world.plan(code.replace("_", "-")).component_id
        prices[component, "monthly"] = amount_cents
        prices[component, "annual"] = 10 * amount_cents
    return prices


def opened(name: str, *, on: date, **what) -> Subscription:
    """Subscribe an organization of its own; documents never go back, so the earliest first."""
    organization = world.organization(name, name.lower(), owner=world.person(f"{name}.p"))
    subscription, _invoice = world.subscribed(organization, on=on, **what)
    return subscription


def renew_all() -> None:
    """Bring every subscription to today, and tell each its new échéance."""
    run(on=TODAY, scope=transaction.atomic)


def told(rehearsal) -> list[tuple]:
    return [
        (
            move.subscription.organization.name,
            move.plan,
            move.moves_on.isoformat(),
            move.before_cents,
            move.after_cents,
        )
        for move in rehearsal.moves
    ]
