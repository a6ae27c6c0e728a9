"""Every door, by every role: a new address without its line here fails."""

import re
from functools import cache
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.cache import cache as counters
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail, User
from accounts.roles import Role
from accounts.tenancy import TenantModel, staff_context
from learners.models import Enrollment, EnrollmentImport
from subscriptions.actions import ON_DOCUMENT, ON_SUBSCRIPTION
from subscriptions.catalog import SELLER_CODE
from subscriptions.models import InvariantBreach, Subscription
from support.actions import ACTIONS
from support.contact_admin import DEEDS
from support.groups import load_groups
from support.models import Attachment, BusySeason, CannedReply, ContactMessage, InboundMail, Request
from tests import world
from tests.neighbours import settle
from tests.proving import examples
from tests.test_house import doors

NOON = "2026-01-20T12:00:00+01:00"  # the neighbours' own day

# Where somebody is sent, said in one word
SENT = {
    "login": "/connexion/?next=",
    "out": "/connexion/",
    "home": "/",
    "mine": "/compte/abonnement/",
    "choose": "/organismes/",
    "request": "/compte/demandes/D-2026-",
    "session": "/sessions/",
    "import": "/compte/imports/",
    "desk-login": "/admin/login/?next=",
    "desk-file": "/admin/support/",
    "desk-orders": "/admin/subscriptions/stafforder/",
    "desk-list": "/admin/options/option/",
    "desk": "/admin/",
}
OPEN_ENDED = {
    SENT[word]
    for word in ("login", "request", "session", "import", "desk-login", "desk-file", "desk-orders")
}

# What each person gets at each address, a table of (method, name) by who asks.
# Ravel's ids wherever an address has one. The stranger owns another organization, `alone` has none.
PAGES = Path(__file__).with_name("doors.txt")
# Staff's addresses. The manager may all that staff may; nobody adds, changes or deletes a row.
DESK = Path(__file__).with_name("desk.txt")
GROUPS = ("reader", "customer_care", "sales_team", "manager")
OTHER_METHODS = {("DELETE", "api-option-subscription")}
KINDS = ("changelist", "add", "history", "delete", "change")
# The others see the kinds of rows as the reader does.
SEES_EVERY_KIND = {"anonymous", "reader", *examples((), ("owner", "staff", "manager"))}
OF_THE_HALL = {"simulation"}  # staff's, beside the admin
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")  # of an address, those of what includes it too
OF_SUPERUSERS = {"auth_group", "account_emailaddress"}  # a superuser's, closed to every group


@cache
def lines(table: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Read a table: (method, name of the address) to what each person gets."""
    header, *rest = [line.split() for line in table.read_text().strip().splitlines()]
    return {
        (method, name): dict(zip(header, answers, strict=True)) for method, name, *answers in rest
    }


@pytest.fixture(scope="module")
def noon():
    with time_machine.travel(NOON):
        yield


@pytest.fixture(scope="module")
def enter(noon, django_db_setup, django_db_blocker):
    """Settle everybody once for this module; return who they are as clients, by name."""
    with django_db_blocker.unblock(), transaction.atomic():
        town = settle()
        ravel = town["ravel"].people
        people = {role.value: ravel[role] for role in Role} | {
            "stranger": town["atelier"].people[Role.OWNER],
            "alone": world.person("Seul"),
            "staff": world.person("Sophie", is_staff=True),
        }
        with staff_context():
            load_groups()
            BusySeason.objects.create(
                first_on=NOON[:10],
                last_on=NOON[:10],
                working_days=2,
                announced_by=ravel[Role.OWNER],
            )
            InboundMail.objects.create(message_id="1", raw=b"\n", status="quarantined")
            CannedReply.objects.create(title="Devis joint", body="Bonjour {prenom},")
            ContactMessage.objects.create(name="Zoé", email="z@exemple.fr", message="?")
            OutgoingMail.objects.create(dedupe_key="one", recipient="z@exemple.fr", subject="Un")
            InvariantBreach.objects.create(name="x", rows=1, broken_at=NOON, seen_at=NOON)
        people |= {name: _of_group(name) for name in GROUPS}
        clients = {name: _client(user) for name, user in people.items()}
        yield {"anonymous": Client(raise_request_exception=False), **clients}
        transaction.set_rollback(True)


def _of_group(name: str) -> User:
    user = world.person(name.title(), is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    return user


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def answer(client: Client, method: str, path: str) -> str:
    """Press once, undo what it did, and say what was answered."""
    counters.clear()
    cookies = client.cookies.copy()
    content_type = "application/json" if "/api/" in path else "application/x-www-form-urlencoded"
    with transaction.atomic():
        response = client.generic(method, path, content_type=content_type)
        transaction.set_rollback(True)
    client.cookies = cookies
    if response.status_code != 302:
        return str(response.status_code)
    return next((word for word, start in SENT.items() if _leads(response.url, start)), response.url)


def _leads(url: str, start: str) -> bool:
    return url.startswith(start) if start in OPEN_ENDED else url == start


# Customers' doors


@cache
def pages() -> dict[str, list[str]]:
    """Return the names of the customers' addresses with the names of their arguments."""
    return {
        pattern.name: ARGUMENT.findall(address)
        for address, pattern in doors()
        if pattern.name and not address.startswith("admin/")
    }


def arguments_of_ravel() -> dict[str, object]:
    with staff_context():
        request = Request.objects.get(organization__slug="ravel")
        enrollment = Enrollment.objects.get(organization__slug="ravel")
        deposited = EnrollmentImport.objects.get(organization__slug="ravel")
        attachment = Attachment.objects.get(organization__slug="ravel")
    return {
        "slug": "api-access",
        "code": "leader",
        "provider": "postmark",
        "reference": request.reference,
        "attachment": attachment.pk,
        "version": 1,
        "session": enrollment.session_id,
        "learner": enrollment.learner_id,
        "deposited": deposited.pk,
        "number": "F2026-000001",
        "uidb36": "1",
        "key": "rien",
        "name": "rien",
        "position": 0,
    }


def test_every_address_has_its_lines():
    expected = set(lines(PAGES))

    usual = {(method, name) for name in pages() for method in ("GET", "POST")}
    assert expected == usual | OTHER_METHODS


@pytest.mark.parametrize("who", lines(PAGES)["GET", "home"])
def test_every_door_answers_each_role_as_written(enter, who):
    arguments = arguments_of_ravel()

    answers = {
        (method, name): answer(
            enter[who],
            method,
            reverse(name, kwargs={each: arguments[each] for each in pages()[name]}),
        )
        for method, name in lines(PAGES)
    }

    assert answers == {door: expected[who] for door, expected in lines(PAGES).items()}


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_no_door_knows_other_methods(enter, who):
    arguments = arguments_of_ravel()

    answers = {
        (method, name): answer(
            enter[who],
            method,
            reverse(name, kwargs={each: arguments[each] for each in wanted}),
        )
        for name, wanted in pages().items()
        for method in ("PUT", "PATCH", "DELETE")
        if not name.startswith("account_") and (method, name) not in OTHER_METHODS
    }

    assert {door: said for door, said in answers.items() if said not in {"403", "404", "405"}} == {}


# Staff's doors


@cache
def desk() -> dict[str, list[str]]:
    return {
        pattern.name: list(pattern.pattern.regex.groupindex)
        for address, pattern in doors()
        if pattern.name and address.startswith("admin/")
    }


def kinds_of(name: str) -> list[str]:
    """Return the names of the lines that speak of an address: its own, its deeds', its kind's."""
    own = [line for method, line in lines(DESK) if method == "GET" and _is_of(line, name)]
    return own or [name.rpartition("_")[2]]


def _is_of(line: str, name: str) -> bool:
    """Tell whether a line is an address's own, as `invoice_deed`, or of one deed behind it."""
    return line.partition("/")[0] == name


def expected_at_the_desk(method: str, name: str, line: str, who: str) -> str:
    answered = lines(DESK)[method, line][who]
    is_closed = name.rpartition("_")[0] in OF_SUPERUSERS
    return "403" if is_closed and answered == "200" else answered


def path_at_the_desk(name: str, line: str) -> str:
    """Return the path to an address, for Ravel's row, or the first row where nobody has one."""
    wanted = desk()[name]
    known = {
        "name": line.partition("/")[2],
        "seller": SELLER_CODE,
        "app_label": "accounts",
        "content_type_id": 1,
        "version": 1,
    }
    for row in {"pk", "object_id"} & set(wanted):
        known[row] = _row_of_ravel(name)
    if "attachment" in wanted:
        known["attachment"] = _row_of_ravel("support_attachment")
    space = "" if name in OF_THE_HALL else "admin:"
    return reverse(f"{space}{name}", kwargs={each: known[each] for each in wanted})


def _row_of_ravel(name: str):
    known = name in OF_THE_HALL or name == "view_on_site"
    model = Subscription if known else apps.get_model(*name.split("_")[:2])
    rows = model._default_manager.order_by("pk")
    if issubclass(model, TenantModel):
        rows = rows.filter(organization__slug="ravel")
    with staff_context():
        return rows.values_list("pk", flat=True).first()


def test_every_address_of_the_desk_has_its_lines():
    spoken_of = {line for name in desk() for line in kinds_of(name)}

    assert spoken_of == {line for _method, line in lines(DESK)}


def test_every_deed_of_the_desk_has_its_lines():
    behind = {
        "support_request_move": set(ACTIONS),
        "subscriptions_subscription_deed": set(ON_SUBSCRIPTION),
        "subscriptions_invoice_deed": set(ON_DOCUMENT),
        "support_contactmessage_act": set(DEEDS),
    }

    written = {
        address: {line.partition("/")[2] for _method, line in lines(DESK) if _is_of(line, address)}
        for address in behind
    }

    assert written == {address: set(map(str, deeds)) for address, deeds in behind.items()}


@pytest.mark.parametrize("who", lines(DESK)["GET", "index"])
def test_the_desk_answers_each_role_as_written(enter, who):
    asked = [
        (method, name, line)
        for name in desk()
        for line in kinds_of(name)
        for method in ("GET", "POST")
        if (method, line) in lines(DESK)
        if line not in KINDS or who in SEES_EVERY_KIND
        if line == "add" or not name.startswith("account_emailaddress")  # it has no row to show
    ]

    answers = {
        (method, name, line): answer(enter[who], method, path_at_the_desk(name, line))
        for method, name, line in asked
    }

    assert answers == {door: expected_at_the_desk(*door, who) for door in asked}
