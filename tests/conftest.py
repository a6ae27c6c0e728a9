"""The databases of the tests: made by dg_owner, used as dg_app, as in production."""

import gc
import os
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import sync_playwright

from digiforma.sandbox.chromium import FLAGS, chromium
from digiforma.sandbox.roles import database_role
from tests import pictures
from tests.databases import Clones, LiveSite, serve
from tests.proving import LOOKS, Look
from tests.signed_in import listen, sign_in
from tests.teams import TODAY, Team, gather


def pytest_configure(config):
    config.addinivalue_line("markers", "seeded(by): committed_db and live_site start with its rows")
    gc.disable()  # until all is imported: a quarter of that time


def pytest_collection_finish():
    """Let the collector look at what tests make, not at what was imported: it lives on."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items):
    """Begin with the files that last: those whose tests have a database of their own."""
    long = {item.path for item in items if "committed_db" in item.fixturenames}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def tell_figure(record_property) -> Callable[[str], None]:
    """Return what a test calls to have a measured figure printed at the end of the run."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter):
    reports = [report for found in terminalreporter.stats.values() for report in found]
    figures = [
        f"{report.nodeid.rpartition('::')[2]}: {text}"
        for report in reports
        for name, text in getattr(report, "user_properties", [])
        if name == "figure" and report.when == "call"
    ]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(figures)))


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory):
    """Hash passwords fast, collect no static file, keep mail in a folder of this run."""
    outbox = tmp_path_factory.mktemp("outbox")
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        WHITENOISE_AUTOREFRESH=True,  # or each client of a test lists every static file
        OUTBOX_DIR=outbox,
        EMAIL_FILE_PATH=outbox,
    ):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment,
    django_db_modify_db_settings_parallel_suffix,
    django_db_blocker,
    django_db_keepdb,
):
    """Let dg_owner create the test database and drop it; between, every connection is dg_app.

    pytest-django would create it only for tests that use `db`, never for `committed_db` alone.
    A throw-away cluster goes away whole: its databases are not dropped one by one.
    """
    with django_db_blocker.unblock():
        with database_role("dg_owner"):
            made = setup_databases(
                verbosity=0, interactive=False, aliases=["default"], keepdb=django_db_keepdb
            )
        with database_role("dg_app"):
            yield
        if not django_db_keepdb and "TEST_SUPERUSER" not in os.environ:
            with database_role("dg_owner"):
                teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def clones(django_db_setup):
    """Databases copied from the migrated one; see tests/databases.py."""
    copies = Clones(connection)
    yield copies
    copies.drop_all()


@pytest.fixture
def committed_db(request, clones, django_db_blocker):
    """Give the test a database of its own, where a commit is a commit and threads see it.

    Use it instead of `db`, never with `transaction=True`: dg_app may not TRUNCATE.
    `@pytest.mark.seeded(by=seed)` runs `seed()` once and copies its rows for each test.
    """
    marker = request.node.get_closest_marker("seeded")
    with django_db_blocker.unblock(), clones.one(marker.kwargs["by"] if marker else None):
        yield connection
        connections.close_all()


@pytest.fixture
def live_site(committed_db) -> LiveSite:
    """Serve the site in a thread, on the database of `committed_db`: `live_site.url`."""
    with serve() as site:
        yield site


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the tests of this worker; it never leaves this machine."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser):
    """Return what opens a French reader's page, in a session of its own, in a look."""
    contexts = []

    def open_page(width: int = 1280, scheme: str = "light", *, script: bool = True):
        context = browser.new_context(
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": width, "height": pictures.HEIGHTS[width]},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=script,
        )
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page):
    """A page 1280 wide."""
    return new_page()


@pytest.fixture
def visit(live_site, new_page):
    """Return what opens an address as somebody, or nobody, in a look; one tab a person.

    The tab keeps what the page sent and said (`sent`, `said`), and its `status`.
    """
    tabs = {}

    def opened(who: str, address: str, look: Look = LOOKS[0], *, script: bool = True):
        if (who, script) not in tabs:
            tabs[who, script] = tab = new_page(script=script)
            listen(tab)
            if who:
                sign_in(tab, f"{who}@exemple.fr", live_site.url)
        tab = tabs[who, script]
        width, scheme = look
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size({"width": width, "height": pictures.HEIGHTS[width]})
        tab.sent.clear()
        tab.said.clear()
        tab.status = tab.goto(live_site.url + address).status
        return tab

    return opened


@pytest.fixture
def screenshots() -> Callable:
    """Return what keeps a page as pictures at 1280 and 390, when pictures are wanted."""
    return pictures.keep_at_both_widths


@pytest.fixture
def team(db) -> Team:
    """Ravel with its four roles on ÉQUIPE since 9 November, and Charlie's organization."""
    return gather()


@pytest.fixture
def today():
    """Let the doors read 23 November 2026, 10:00 in Paris."""
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield TODAY


@pytest.fixture
def enter(team, today) -> Callable[[str], Client]:
    """Return a client signed in as the person of this name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(team.people[name])
        return client

    return signed_in
