"""The scope of a request: chosen from the signed-in person, gone with the transaction (L2)."""

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import services
from accounts.middleware import SESSION_KEY
from accounts.models import AuditEvent, Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_context
from tests import world
from tests.neighbours import settle

pytestmark = pytest.mark.urls("tests.flows.probes")
NOTHING = {
    "role": "dg_app",
    "organization": None,
    "organizations": [],
    "seen": [],
}
RAVEL = {"role": "dg_app", "organization": "ravel", "organizations": ["ravel"], "seen": ["ravel"]}


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """Settle the two organizations once for this module, and take them back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield settle()
        transaction.set_rollback(True)


@pytest.fixture
def enter(town, db):
    """Return a client that is signed in as somebody."""

    def signed_in(user: User, *, membership: Membership | None = None) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        if membership:
            session = client.session
            session[SESSION_KEY] = membership.pk
            session.save()
        return client

    return signed_in


@pytest.fixture
def alice(town, db) -> User:
    return town["ravel"].people[Role.OWNER]


def seen(client, path: str = "/sonde/") -> dict:
    answer = client.get(path).json()
    assert answer.pop("blind") == [] or not answer["seen"]
    return answer


def access(user: User, organization, role=Role.SALES) -> Membership:
    with staff_context():
        return services.add_member(organization=organization, user=user, role=role)


def test_nobody_in_particular_sees_nothing(client, town, db):
    assert seen(client) == NOTHING


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_the_rows_of_its_organization(enter, town, role):
    assert seen(enter(town["ravel"].people[role])) == RAVEL


def test_somebody_without_an_access_sees_nothing(enter):
    assert seen(enter(world.person("Seul"))) == NOTHING


def test_a_closed_access_opens_nothing(enter, town):
    sam = town["ravel"].people[Role.SALES]
    with staff_context():
        Membership.objects.filter(user=sam).update(is_active=False)

    assert seen(enter(sam)) == NOTHING


def test_a_closed_person_sees_nothing_in_a_session_that_is_open(enter, alice):
    client = enter(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert seen(client) == NOTHING


# Several organizations


def test_ones_own_organization_opens_without_a_choice(enter, alice, town):
    access(alice, town["atelier"].organization)

    answer = seen(enter(alice))

    assert (answer["organization"], answer["seen"]) == ("ravel", ["ravel"])


def test_the_organization_that_the_session_names_opens(enter, alice, town):
    chosen = access(alice, town["atelier"].organization)

    answer = seen(enter(alice, membership=chosen))

    assert (answer["organization"], answer["seen"]) == ("atelier", ["atelier"])


def test_a_session_that_names_somebody_elses_access_opens_ones_own(enter, alice, town):
    with staff_context():
        theirs = Membership.objects.get(user=town["atelier"].people[Role.OWNER])

    assert seen(enter(alice, membership=theirs)) == RAVEL


def test_an_access_closed_meanwhile_gives_way_to_another(enter, alice, town):
    access(alice, town["atelier"].organization)
    with staff_context():
        chosen = Membership.objects.get(user=alice, role=Role.SALES)
    client = enter(alice, membership=chosen)
    with staff_context():
        Membership.objects.filter(pk=chosen.pk).update(is_active=False)

    assert seen(client) == RAVEL


# Staff


@pytest.fixture
def sophie(town, db) -> User:
    return world.person("Sophie", is_staff=True)


def test_staff_at_staffs_addresses_see_every_organization(enter, sophie):
    assert seen(enter(sophie), "/admin/sonde/") == {
        "role": "dg_ops",
        "organization": None,
        "organizations": ["atelier", "ravel"],
        "seen": ["atelier", "ravel"],
    }


def test_staff_elsewhere_see_nothing(enter, sophie):
    assert seen(enter(sophie)) == NOTHING


@pytest.mark.parametrize("path", ["/admin/sonde/", "/admin/sonde/?is_staff=1"])
def test_customers_at_staffs_addresses_see_their_own_rows(enter, alice, path):
    assert seen(enter(alice), path) == RAVEL


# What a request may not choose


@pytest.mark.parametrize(
    "request_says",
    [
        {"query_params": {"organization": "{}", "organization_id": "{}", "membership": "{}"}},
        {"headers": {"X-Organization": "{}", "X-Tenant-Id": "{}"}},
        {"headers": {"Cookie": "membership_id={}; organisme={}"}},
    ],
    ids=["parameters", "headers", "cookies"],
)
def test_a_request_cannot_name_its_organization(enter, alice, town, request_says):
    theirs = str(town["atelier"].organization.pk)
    client = enter(alice)
    session = client.cookies["sessionid"].value
    said = {
        kind: {name: text.replace("{}", theirs) for name, text in values.items()}
        for kind, values in request_says.items()
    }
    if "Cookie" in said.get("headers", {}):
        said["headers"]["Cookie"] += f"; sessionid={session}"

    answer = client.get("/sonde/", **said).json()

    assert answer["seen"] == ["ravel"]


# The transaction


@pytest.mark.parametrize(
    ("path", "status"), [("/sonde/echec/", 500), ("/sonde/requete/", 500), ("/rien/", 404)]
)
def test_after_a_failure_the_next_person_sees_their_own_rows(enter, alice, town, path, status):
    failed = enter(alice).get(path)

    assert failed.status_code == status
    assert seen(enter(town["atelier"].people[Role.OWNER]))["seen"] == ["atelier"]
    assert seen(Client()) == NOTHING


def actions() -> set[str]:
    with staff_context():
        return set(AuditEvent.objects.values_list("action", flat=True))


def test_what_a_failed_request_wrote_is_undone(enter, alice):
    client = enter(alice)

    client.get("/sonde/echec/")
    client.post("/sonde/geste/")

    assert actions() & {"failed", "done"} == {"done"}


def test_the_scope_is_gone_when_the_answer_is_out(enter, alice):
    enter(alice).get("/sonde/")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('app.tenant_id', true),"
            " current_setting('app.user_id', true)"
        )
        assert cursor.fetchone() == ("dg_app", "", "")
    assert connection.scope is None


def test_a_stream_is_empty_unless_it_opens_a_scope_of_its_own(enter, alice):
    client = enter(alice)

    assert client.get("/sonde/flux/").getvalue() == b""
    assert client.get("/sonde/flux-cloisonne/").getvalue() == b"apprenant@ravel.example\n"
