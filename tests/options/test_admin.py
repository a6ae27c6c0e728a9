"""The options in the admin: a manager opens or closes self-service, the others read."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import staff_context
from options.models import Option
from support.groups import load_groups
from tests import world


@pytest.fixture
def enter(db):
    with staff_context():
        world.put_on_sale()
        load_groups()

    def signed_in(group: str) -> Client:
        lea = world.person("Lea", is_staff=True)
        lea.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(lea)
        return client

    return signed_in


def address() -> str:
    option = Option.objects.get(component__code="api-access")
    return reverse("admin:options_option_change", args=[option.pk])


@pytest.mark.parametrize(
    ("group", "saves"),
    [("manager", True), ("customer_care", False), ("sales_team", False), ("reader", False)],
)
def test_only_a_manager_changes_self_service(enter, group, saves):
    client = enter(group)

    page = client.get(address())
    answer = client.post(address(), {"self_service": ""})

    assert page.status_code == 200
    assert (b'name="self_service"' in page.content) is saves
    assert answer.status_code == (302 if saves else 403)
    assert Option.objects.get(component__code="api-access").self_service is not saves


@pytest.mark.parametrize("group", ["manager", "reader"])
def test_nobody_adds_or_deletes_an_option(enter, group):
    client = enter(group)

    answers = [
        client.get(reverse("admin:options_option_add")),
        client.post(address().replace("change", "delete"), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert Option.objects.count() == 9


def test_the_list_costs_the_same_for_two_rows_and_for_seven(enter):
    client = enter("reader")
    address = reverse("admin:options_option_changelist")
    counted = {}

    for self_service in (0, 1):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address, {"self_service__exact": self_service})
        counted[page.content.decode().count('class="field-option_name"')] = len(queries)

    assert set(counted) == {2, 7}
    assert len(set(counted.values())) == 1
