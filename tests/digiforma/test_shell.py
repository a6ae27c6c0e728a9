"""The pages of the account that each role finds in the side navigation."""

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import path

from accounts.models import Membership
from accounts.roles import Role
from digiforma.templatetags.shell import Link, account_nav
from digiforma.urls import urlpatterns as addresses

pytestmark = pytest.mark.urls(__name__)


def nowhere(request):
    return HttpResponse()


urlpatterns = [
    path("compte/abonnement/", nowhere, name="my-subscription"),
    path("compte/factures/", nowhere, name="invoices"),
    path("compte/demandes/", nowhere, name="requests"),
    path("compte/imports/", nowhere, name="imports"),
    *addresses,
]

SUBSCRIPTION, INVOICES = "/compte/abonnement/", "/compte/factures/"
REQUESTS, IMPORTS = "/compte/demandes/", "/compte/imports/"


def links(address: str, role: Role | None) -> list[Link]:
    request = RequestFactory().get(address)
    request.membership = Membership(role=role) if role else None
    return account_nav(Context({"request": request}))["links"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.OWNER, [SUBSCRIPTION, INVOICES, REQUESTS, IMPORTS]),
        (Role.ADMINISTRATOR, [SUBSCRIPTION, INVOICES, REQUESTS, IMPORTS]),
        (Role.SALES, [SUBSCRIPTION, REQUESTS]),
        (Role.TRAINER, []),
        (None, []),  # staff, and whoever has not signed in
    ],
)
def test_account_nav_shows_each_role_the_pages_it_may_open(role, expected):
    assert [link.url for link in links("/", role)] == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (SUBSCRIPTION, ["page", "", "", ""]),
        (SUBSCRIPTION + "options/e-signature/souscrire/", ["true", "", "", ""]),
        (INVOICES + "F2026-000001/", ["", "true", "", ""]),
        (IMPORTS, ["", "", "", "page"]),
        ("/accessibilite/", ["", "", "", ""]),
    ],
)
def test_account_nav_marks_where_one_is(address, expected):
    assert [link.current for link in links(address, Role.OWNER)] == expected


def test_account_nav_of_nobody_leaves_no_empty_landmark():
    request = RequestFactory().get("/")

    shown = Template("{% load shell %}{% account_nav %}").render(Context({"request": request}))

    assert shown.strip() == ""
