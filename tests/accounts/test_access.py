from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.request import Request

from accounts import access
from accounts.access import AccountAdapter, member_required, owner_required, role_required
from accounts.models import Membership, OutgoingMail
from accounts.roles import Role
from accounts.tenancy import staff_context, tenant_context
from tests import world


@pytest.fixture
def ravel(db):
    with staff_context():
        return world.organization()


def request_of(membership, user=None):
    request = RequestFactory().get("/ici/")
    request.user = user or (membership.user if membership else AnonymousUser())
    request.membership, request.memberships = membership, [membership]
    request.session = {}
    return request


@pytest.fixture
def request_as(ravel):
    """Return the request of somebody who holds this role."""

    def make(role: Role):
        with staff_context():
            user = (
                access.selectors.owner(ravel)
                if role == Role.OWNER
                else world.member(ravel, role.title(), role)
            )
            membership = Membership.objects.select_related("organization", "user").get(user=user)
        return request_of(membership)

    return make


def door(request):
    """Say that somebody came in."""
    return HttpResponse("entrez")


PASSES = {
    "member_required": (member_required, set(Role)),
    "owner_required": (owner_required, {Role.OWNER}),
    "role_required": (role_required(Role.SALES, Role.TRAINER), {Role.SALES, Role.TRAINER}),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("guard", "roles"), PASSES.values(), ids=PASSES.keys())
def test_a_guarded_door_lets_its_roles_pass_and_names_the_owner_to_others(
    request_as, ravel, guard, roles, role
):
    request = request_as(role)

    with tenant_context(ravel.pk):
        response = guard(door)(request)

    said = response.content.decode()
    if role in roles:
        assert (response.status_code, said) == (200, "entrez")
    else:
        assert response.status_code == 403
        assert "mailto:alice@exemple.fr" in said
        assert "entrez" not in said


def test_a_guarded_door_keeps_its_name_and_its_docstring():
    guarded = member_required(door)

    assert (guarded.__name__, guarded.__doc__) == ("door", "Say that somebody came in.")


def test_a_guarded_door_sends_a_stranger_to_the_login():
    response = member_required(door)(request_of(None))

    assert (response.status_code, response.url) == (302, "/connexion/?next=/ici/")


@pytest.mark.parametrize(
    ("before", "back"),
    [
        ("http://testserver/sessions/ajouter/?du=1", "/sessions/ajouter/%3Fdu%3D1"),
        ("http://ailleurs.example/sessions/", "/"),
        ("http://testserver@ailleurs.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_form_of_a_session_that_ended_comes_back_to_its_page_and_says_so(client, before, back):
    response = client.post(reverse("session-add"), headers={"referer": before})

    assert (response.status_code, response.url) == (302, f"/connexion/?next={back}")
    assert "rien n’est parti" in client.get(response.url).content.decode()


def test_a_fragment_of_a_session_that_ended_takes_the_whole_page_to_the_login(client):
    headers = {"HX-Request": "true", "referer": "http://testserver/sessions/"}

    response = client.get(reverse("session-add"), headers=headers)

    assert (response.status_code, response.content) == (200, b"")
    assert response["HX-Redirect"] == "/connexion/?next=/sessions/"


def test_a_guarded_door_does_not_exist_for_somebody_without_an_access(db):
    request = request_of(None, world.person("Seul"))

    with pytest.raises(Http404):
        member_required(door)(request)


@pytest.mark.parametrize("role", Role)
def test_the_api_lets_the_same_roles_pass(role):
    allowed = access.roles_allowed(Role.OWNER, Role.SALES)()
    request = Request(RequestFactory().get("/api/"))
    request._request.membership = SimpleNamespace(role=role)

    assert allowed.has_permission(request, None) == (role in {Role.OWNER, Role.SALES})


def test_the_api_lets_nobody_without_an_access_pass():
    allowed = access.roles_allowed(*Role)()

    assert not allowed.has_permission(Request(RequestFactory().get("/api/")), None)


# What allauth asks


def test_nobody_signs_up():
    assert not AccountAdapter().is_open_for_signup(None)


def test_a_reset_mail_is_a_row_like_any_other_and_never_the_same_twice(db):
    context = {"user": None, "password_reset_url": "https://exemple.fr/cle/", "password": "secret"}

    for _time in range(2):
        AccountAdapter().send_mail("account/email/password_reset_key", "a@exemple.fr", context)

    with staff_context():
        mails = list(OutgoingMail.objects.all())
    assert [mail.recipient for mail in mails] == ["a@exemple.fr"] * 2
    assert all("https://exemple.fr/cle/" in mail.text for mail in mails)
    assert not any("secret" in mail.text + mail.html for mail in mails)
