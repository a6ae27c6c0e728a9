"""The databases of the tests: made by dg_owner, used as dg_app, as in production."""

import os
from collections.abc import Callable

import pytest
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import setup_databases, teardown_databases

from digiforma.sandbox.roles import database_role
from tests.databases import Clones, LiveSite, serve

PROVING = os.environ.get("PROVE") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "seeded(by): committed_db and live_site start with its rows")


@pytest.fixture(scope="session")
def examples() -> Callable[[int, int], int]:
    """Return the count to run: the first by default, the second under `make prove`."""
    return lambda normal, proved: proved if PROVING else normal


@pytest.fixture(scope="session", autouse=True)
def _test_settings(tmp_path_factory):
    """Hash passwords fast and keep mail in a folder of this run."""
    outbox = tmp_path_factory.mktemp("outbox")
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
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
    """
    with django_db_blocker.unblock():
        with database_role("dg_owner"):
            made = setup_databases(
                verbosity=0, interactive=False, aliases=["default"], keepdb=django_db_keepdb
            )
        with database_role("dg_app"):
            yield
        if not django_db_keepdb:
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
