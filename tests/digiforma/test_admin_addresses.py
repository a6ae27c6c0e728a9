"""Addresses of the admin that somebody made up: an ordinary page, never a failure."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import world

pytestmark = pytest.mark.django_db
LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
]


@pytest.fixture
def root() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.person("Root", is_staff=True, is_superuser=True))
    return client


def asked_of(address: str) -> list[str]:
    """Return questions with NUL: by each filter of a list, by its search, under a name."""
    model = next(
        model for model, page in zip(admin.site._registry, LISTS, strict=True) if page == address
    )
    filters = [name for name in admin.site._registry[model].list_filter if isinstance(name, str)]
    return ["q=%00", "o=%00", "p=a%00b", "%00=1", "pk__exact=%00"] + [
        f"{name}__exact=%00" for name in filters
    ]


@pytest.mark.parametrize("address", LISTS)
def test_a_filter_with_nul_opens_the_whole_list(root, address):
    for question in asked_of(address):
        answer = root.get(f"{address}?{question}")

        assert (answer.status_code, answer.get("Location")) == (302, address)

    shown = root.get(address)
    assert shown.status_code == 200
    told = "Un filtre de cette adresse était illisible : voici la page sans filtre."
    assert told in shown.content.decode().replace("\u00a0", " ")


def test_a_row_named_by_nul_is_not_found(root):
    answers = {root.get(f"{address}%00/change/", follow=True).status_code for address in LISTS}

    assert answers <= {200, 404}
