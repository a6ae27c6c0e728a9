"""Nobody sees or changes what is another organization's, however the requests come (P1, T1)."""

import random
import re
from collections import Counter
from dataclasses import dataclass, field
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from accounts import services
from accounts.models import AuditEvent, Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_context
from learners.models import Enrollment, EnrollmentImport, Learner, TrainingSession
from subscriptions.models import Invoice
from support.models import Attachment, Message, Quote, Request, RequestEvent
from tests import world
from tests.flows.test_doors import pages
from tests.neighbours import furnish, settle
from tests.proving import examples

NOON = "2026-01-20T12:00:00+01:00"  # the neighbours' own day
THREADS = 8
ORGANIZATIONS = examples(5, 50)
REQUESTS = examples(200, 20_000)
SEED = 20260120

# A hammer: threads with a connection each, on which everybody's requests follow one another


def found_towns() -> None:
    """Commit many organizations, somebody who works at two of them, and a member of staff."""
    with staff_context():
        world.put_on_sale()
        towns = [furnish(f"org-{number:03}", f"Owner{number}") for number in range(ORGANIZATIONS)]
        wanderer = world.person("Wanda")
        for town in towns[:2]:
            services.add_member(organization=town.organization, user=wanderer, role=Role.SALES)
        world.person("Sophie", is_staff=True)
        world.person("Seul")


@dataclass
class Hammer:
    """What every thread shares: who exists, which rows are whose, what was answered wrongly."""

    cookies: dict[str, str]
    references: dict[str, str]
    numbers: dict[str, str]
    accesses: dict[str, int]
    wrong: list = field(default_factory=list)
    asked: Counter = field(default_factory=Counter)
    requests: list[str] = field(default_factory=list)
    written: Counter = field(default_factory=Counter)

    @property
    def slugs(self) -> list[str]:
        return sorted(self.references)


def prepared() -> Hammer:
    """Sign everybody in once; threads take copies of their cookies."""
    with staff_context():
        references = dict(Request.objects.values_list("organization__slug", "reference"))
        numbers = dict(Invoice.objects.values_list("organization__slug", "number"))
        accesses = dict(
            Membership.objects.filter(user__email="wanda@exemple.fr").values_list(
                "organization__slug", "pk"
            )
        )
        owners = Membership.objects.filter(role=Role.OWNER)
        people = {each.organization.slug: each.user for each in owners.select_related("user")}
    for name in ("wanda", "sophie", "seul"):
        people[name] = User.objects.get(email=f"{name}@exemple.fr")
    cookies = {name: _signed_in(user) for name, user in people.items()}
    return Hammer(cookies, references, numbers, accesses)


def _signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


class Knocking(Client):
    """A client whose every request is counted; a page that fails is an answer too."""

    def __init__(self, hammer: Hammer):
        super().__init__(raise_request_exception=False)
        self.hammer = hammer

    def request(self, **asked):
        self.hammer.requests.append(asked["PATH_INFO"])
        return super().request(**asked)


class Hand:
    """One thread's hand: it knocks at doors in a random order that its seed repeats."""

    def __init__(self, hammer: Hammer, seed: int):
        self.hammer, self.random = hammer, random.Random(seed)
        self.knocks = [
            self.read_everything,
            self.read_own_pages,
            self.read_a_strangers_pages,
            self.write,
            self.fail,
            self.read_as_nobody,
            self.read_as_staff,
            self.wander,
        ]

    def knock(self) -> None:
        deed = self.random.choice(self.knocks)
        self.hammer.asked[deed.__name__] += 1
        try:
            deed()
        except Exception as surprise:  # an answer that is none is a wrong one
            self.hammer.wrong.append((deed.__name__, str(surprise)[:300]))

    def client(self, name: str) -> Client:
        client = Knocking(self.hammer)
        client.cookies["sessionid"] = self.hammer.cookies[name]
        return client

    def anybody(self) -> tuple[str, Client]:
        slug = self.random.choice(self.hammer.slugs)
        return slug, self.client(slug)

    def read_everything(self) -> None:
        slug, client = self.anybody()
        assert client.get("/sonde/").json() == {
            "role": "dg_app",
            "organization": slug,
            "organizations": [slug],
            "seen": [slug],
            "blind": [],
        }

    def read_own_pages(self) -> None:
        slug, client = self.anybody()
        for path in self.pages_of(slug):
            page = client.get(path)
            told = set(re.findall(r"Org-\d{3}", page.content.decode()))
            assert (page.status_code, told) == (200, {slug.title()}), path

    def read_a_strangers_pages(self) -> None:
        slug, client = self.anybody()
        other = self.random.choice([each for each in self.hammer.slugs if each != slug])
        for path in self.pages_of(other)[1:]:
            page = client.get(path)
            told = set(re.findall(r"Org-\d{3}", page.content.decode()))
            assert page.status_code == 404, path
            assert told <= {slug.title()}, path

    def pages_of(self, slug: str) -> list[str]:
        return [
            reverse("my-subscription"),
            reverse("request", args=[self.hammer.references[slug]]),
            reverse("invoice", args=[self.hammer.numbers[slug]]),
        ]

    def write(self) -> None:
        slug, client = self.anybody()
        assert client.post("/sonde/geste/").status_code == 200
        self.hammer.written[slug] += 1

    def fail(self) -> None:
        _slug, client = self.anybody()
        path = self.random.choice(["/sonde/echec/", "/sonde/requete/"])
        assert client.get(path).status_code == 500

    def read_as_nobody(self) -> None:
        client = self.random.choice([Knocking(self.hammer), self.client("seul")])
        answer = client.get("/sonde/").json()
        assert (answer["seen"], answer["organizations"]) == ([], [])

    def read_as_staff(self) -> None:
        answer = self.client("sophie").get("/admin/sonde/").json()
        assert (answer["role"], answer["seen"]) == ("dg_ops", self.hammer.slugs)

    def wander(self) -> None:
        """Choose one of two organizations in a session of one's own, and see that one."""
        slug = self.random.choice(sorted(self.hammer.accesses))
        client = Knocking(self.hammer)
        client.force_login(User.objects.get(email="wanda@exemple.fr"))
        client.post("/organismes/", {"membership": self.hammer.accesses[slug]})
        answer = client.get("/sonde/").json()
        assert (answer["organization"], answer["seen"]) == (slug, [slug])


def strike(hammer: Hammer, requests: int) -> None:
    start = Barrier(THREADS)

    def work(number: int) -> None:
        hand = Hand(hammer, SEED + number)
        start.wait()
        while len(hammer.requests) < requests:
            hand.knock()
        connection.close()

    threads = [Thread(target=work, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def quiet(caplog):
    """Keep the log of failures that are wanted out of the report."""
    caplog.set_level("CRITICAL")


pytestmark = pytest.mark.urls("tests.flows.probes")


@pytest.mark.seeded(by=found_towns)
def test_eight_threads_see_nothing_of_a_stranger(committed_db, quiet, tell_figure):
    with time_machine.travel(NOON):
        hammer = prepared()
        strike(hammer, REQUESTS)

    with staff_context():
        done = AuditEvent.objects.filter(action="done")
        written = Counter(done.values_list("organization__slug", flat=True))
        failed = AuditEvent.objects.filter(action="failed").count()
        for event in done.select_related("organization", "actor"):
            assert event.actor.memberships.filter(organization=event.organization).exists()
    tell_figure(
        f"{len(hammer.requests)} requests of {THREADS} threads to {ORGANIZATIONS} organizations,"
        f" {len(hammer.wrong)} answered wrongly"
    )
    assert hammer.wrong == []
    assert (written, failed) == (hammer.written, 0)
    assert len(hammer.asked) == 8  # every kind of knock


@pytest.mark.seeded(by=found_towns)
def test_the_hammer_finds_a_scope_that_outlives_its_request(committed_db, quiet, settings):
    """The control: with the mistake of fact L4 in the middleware, the same knocks find leaks."""
    ours, mistaken = "accounts.middleware.TenantMiddleware", "tests.flows.probes.SessionWideTenant"
    broken = [mistaken if each == ours else each for each in settings.MIDDLEWARE]

    with time_machine.travel(NOON), override_settings(MIDDLEWARE=broken):
        hammer = prepared()
        strike(hammer, 160)

    assert {name for name, _surprise in hammer.wrong} >= {"read_as_nobody"}


# Another organization's id


@pytest.fixture
def charlie(db) -> Client:
    """Return the stranger, who owns the Atelier, as a client."""
    with time_machine.travel(NOON, tick=False):
        town = settle()
        client = Client(raise_request_exception=False)
        client.force_login(town["atelier"].people[Role.OWNER])
        yield client


def ids_of(slug: str) -> dict[str, str | int]:
    with staff_context():
        return {
            "reference": Request.objects.get(organization__slug=slug).reference,
            "attachment": Attachment.objects.get(organization__slug=slug).pk,
            "version": 1,
            "number": Invoice.objects.get(organization__slug=slug).number,
            "session": TrainingSession.objects.get(organization__slug=slug).pk,
            "learner": Learner.objects.get(organization__slug=slug).pk,
            "deposited": EnrollmentImport.objects.get(organization__slug=slug).pk,
        }


UNKNOWN = {
    "reference": "D-2026-9999",
    "attachment": 999_999_999,
    "version": 99,
    "number": "F2026-999999",
    "session": 999_999_999,
    "learner": 999_999_999,
    "deposited": 999_999_999,
}
DOORS = [
    ("GET", "request", "reference"),
    ("GET", "request-attachment", "reference attachment"),
    ("POST", "request-reply", "reference"),
    ("POST", "request-withdraw", "reference"),
    ("POST", "quote-accept", "reference"),
    ("POST", "quote-decline", "reference"),
    ("GET", "request-ways", "reference"),
    ("GET", "quote-file", "reference version"),
    ("POST", "quote-again", "reference"),
    ("GET", "api-request", "reference"),
    ("POST", "api-request-withdrawal", "reference"),
    ("GET", "api-request-messages", "reference"),
    ("GET", "api-request-attachments", "reference"),
    ("GET", "api-quote", "reference"),
    ("POST", "api-quote-acceptance", "reference"),
    ("POST", "api-quote-refusal", "reference"),
    ("GET", "invoice", "number"),
    ("GET", "session", "session"),
    ("POST", "session-rename", "session"),
    ("POST", "session-move", "session"),
    ("POST", "session-cancel", "session"),
    ("POST", "session-restore", "session"),
    ("POST", "session-enroll", "session"),
    ("POST", "session-pick", "session"),
    ("GET", "learner", "learner"),
    ("POST", "learner-rename", "learner"),
    ("POST", "learner-merge", "learner"),
    ("GET", "import", "deposited"),
    ("POST", "import-columns", "deposited"),
    ("POST", "import-confirm", "deposited"),
    ("POST", "import-abandon", "deposited"),
    ("GET", "import-bad-lines", "deposited"),
]


def told(response) -> tuple[int, str, set[str]]:
    """Return all that an answer tells, but for its own numbers and the id that was asked for."""
    text = re.sub(
        r'(nonce=|value=|"request_id":)"[^"]+"|[DF]-?2026-\d+', "", response.content.decode()
    )
    return response.status_code, text, set(response.headers)


def address(name: str, id_names: str, ids: dict[str, str | int]) -> str:
    return reverse(name, kwargs={each: ids[each] for each in id_names.split()})


@pytest.mark.parametrize(("method", "name", "id_names"), DOORS)
def test_a_strangers_id_is_answered_like_one_that_does_not_exist(charlie, method, name, id_names):
    answers = [
        told(charlie.generic(method, address(name, id_names, ids)))
        for ids in (ids_of("ravel"), UNKNOWN)
    ]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


MODELS = (
    Request,
    RequestEvent,
    Message,
    Attachment,
    Quote,
    Invoice,
    TrainingSession,
    Learner,
    Enrollment,
    EnrollmentImport,
)


def rows_of_ravel() -> dict[str, list]:
    with staff_context():
        return {
            model.__name__: list(
                model.objects.filter(organization__slug="ravel").order_by("pk").values()
            )
            for model in MODELS
        }


def test_a_stranger_changes_no_row(charlie):
    before = rows_of_ravel()

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for _method, name, id_names in DOORS:
            path = address(name, id_names, ids_of("ravel"))
            charlie.generic(method, path, "body=Bonjour", "application/x-www-form-urlencoded")

    assert rows_of_ravel() == before


def test_every_door_that_takes_an_id_is_tried():

    catalogue = {"slug", "code", "uidb36", "key", "name", "position", "provider"}
    taking = {name for name, wanted in pages().items() if set(wanted) - catalogue}

    assert taking == {name for _method, name, _id in DOORS}
