"""Who may press what at the billing desk."""

import pytest
from django.test import Client

from accounts.tenancy import staff_context
from subscriptions.models import Subscription
from subscriptions.staff_rights import RIGHTS, Deed
from tests import world
from tests.subscriptions.desk.pages import deed_of, documents, last_invoice, page_of

OPEN = {
    "lea": {"withdraw_pending", "extend_grace", "cancel_at_term"},
    "victor": {"change_now", "withdraw_pending", "extend_grace", "cancel_at_term"},
    "magda": {
        "release",
        "change_now",
        "agree_price",
        "add_discount",
        "credit_days",
        "withdraw_pending",
        "extend_grace",
        "cancel_at_term",
    },
    "remi": set(),
}
ALL_DEEDS = OPEN["magda"]


@pytest.mark.parametrize("name", OPEN)
def test_each_group_opens_and_posts_its_own_deeds_only(ravel, enter, name):
    client = enter(name)

    opened = {deed for deed in ALL_DEEDS if client.get(deed_of(ravel, deed)).status_code == 200}
    refused = {
        deed
        for deed in ALL_DEEDS
        if client.post(deed_of(ravel, deed), {"reason": "x"}).status_code == 403
    }

    assert opened == OPEN[name]
    assert refused == ALL_DEEDS - OPEN[name]


@pytest.mark.parametrize("name", ["lea", "victor", "remi"])
@pytest.mark.parametrize("deed", ["record_payment", "cancel_document"])
def test_only_managers_touch_a_document(ravel, enter, name, deed):
    address = deed_of(last_invoice(ravel), deed)

    assert enter(name).get(address).status_code == 403
    assert enter(name).post(address, {"reason": "x", "confirm": "yes"}).status_code == 403
    assert len(documents(ravel)) == 3


@pytest.mark.parametrize("name", OPEN)
def test_the_page_shows_only_the_buttons_one_may_press(ravel, enter, name):
    page = enter(name).get(page_of(ravel)).text

    shown = {deed for deed in ALL_DEEDS if deed_of(ravel, deed) in page}

    # nothing is aside, nothing waits, no limit is passed
    assert shown == OPEN[name] - {"release", "withdraw_pending", "extend_grace"}


def test_a_superuser_of_no_group_does_nothing(ravel, enter):
    with staff_context():
        world.person("Root", is_staff=True, is_superuser=True)

    assert enter("root").get(deed_of(ravel, "credit_days")).status_code == 403


@pytest.mark.parametrize("name", ["alice", None])
def test_strangers_do_not_reach_the_desk(ravel, enter, name):
    client = enter(name) if name else Client()

    for address in (page_of(ravel), deed_of(ravel, "credit_days")):
        assert client.get(address).status_code in (302, 403)
        assert client.post(address, {"reason": "x"}).status_code in (302, 403)


def test_what_does_not_exist_is_not_found(ravel, enter):
    client = enter("magda")
    unknown = Subscription(pk=ravel.pk + 1)

    assert client.get(page_of(unknown)).status_code == 404
    assert client.get(deed_of(unknown, "credit_days")).status_code == 404
    assert client.get(deed_of(ravel, "record_payment")).status_code == 404
    assert client.get(deed_of(ravel, "nonsense")).status_code == 404
    assert client.post(page_of(ravel), {}).status_code == 403


def test_every_right_is_decided():
    assert set(RIGHTS) == set(Deed)
