"""Programs, clicks, quotes and sweeps at once: one request, no deadlock, one end."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import Membership, User
from accounts.tenancy import staff_context, tenant_context
from options.selectors import on_sale
from options.services import press_subscribe
from subscriptions.items import AlreadySubscribed
from subscriptions.models import Item
from subscriptions.periods import Commitment
from support import interests, services
from support.models import Request, RequestEvent
from support.moves import AlreadyAsked
from support.programs import ask_once
from support.wishes import Wish
from support.workflow import IllegalMove
from tests import world
from tests.support.conftest import TODAY, gather

EXPORT = "edof-export"
REFUSALS = (AlreadyAsked, AlreadySubscribed, IllegalMove)


def town() -> None:
    gather()


def somebody_is_interested() -> None:
    desk = gather()
    with staff_context():
        services.note_option_interest(
            membership=desk.membership("sam"), option=world.option(EXPORT), on=TODAY
        )


def membership(name: str) -> Membership:
    return Membership.objects.select_related("organization", "user").get(
        user__email=f"{name}@exemple.fr"
    )


def at_once(deeds: list[Callable]) -> Counter:
    """Do all of them at the same moment; return how each ended, a refusal by its name."""
    start = Barrier(len(deeds))

    def run(deed: Callable) -> str:
        try:
            start.wait()
            return deed()
        except REFUSALS as refusal:
            return type(refusal).__name__
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return Counter(threads.map(run, deeds))


@pytest.mark.seeded(by=town)
def test_the_same_key_at_the_same_moment_asks_once(committed_db):
    with staff_context():
        adam, plan = membership("adam"), world.plan("orga")
    wish = Wish(plan=plan, commitment=Commitment.MONTHLY)

    def ask() -> str:
        with tenant_context(adam.organization_id):
            return ask_once(membership=adam, wish=wish, key="cle-numero-1", on=TODAY).reference

    assert at_once([ask] * 8) == {"D-2026-0001": 8}
    with staff_context():
        assert Request.objects.count() == 1


@pytest.mark.seeded(by=somebody_is_interested)
def test_a_subscription_a_quote_a_click_and_a_sweep_never_lock_each_other(committed_db):
    with staff_context():
        alice, adam, lead = membership("alice"), membership("adam"), Request.objects.get()
        lea, option = User.objects.get(email="lea@exemple.fr"), world.option(EXPORT)
        offer = on_sale().get(component=option)

    def subscribe() -> str:
        with tenant_context(alice.organization_id):
            press_subscribe(membership=alice, option=offer, today=TODAY, operation="option 1")
        return "subscribed"

    def quote() -> str:
        with staff_context():
            interests.ask_quote(request_id=lead.pk, actor=lea, on=TODAY)
        return "quoted"

    def click() -> str:
        with tenant_context(adam.organization_id):
            services.note_option_interest(membership=adam, option=option, on=TODAY)
        return "clicked"

    def sweep() -> str:
        with staff_context():
            interests.close_answered(organization=None, on=TODAY)
        return "swept"

    ended = at_once([subscribe, quote, click, click, sweep, sweep])
    sweep()

    assert ended["subscribed"] == 1
    assert ended["swept"] == 2
    assert ended["clicked"] == 2
    with staff_context():
        closed = RequestEvent.objects.filter(request=lead, to_state="closed")
        assert Item.objects.filter(component=option).count() == 1
        assert closed.count() == 1
        assert not Request.objects.filter(kind="option_interest", state="new").exists()
