"""Web and worker refuse a login that row-level security would not bind."""

import subprocess
import sys
from contextlib import contextmanager

import psycopg2
import pytest

from digiforma.sandbox.embedded import Postgres
from digiforma.sandbox.roles import ROLES_SQL
from tests.digiforma.sandbox_processes import PROJECT, environment

WEB = ["gunicorn", "digiforma.wsgi", "--bind", "127.0.0.1:0", "--log-level", "critical"]
WORKER = ["celery", "--quiet", "-A", "digiforma", "worker", "--pool", "solo"]
ADVICE = (
    ": give DATABASE_URL a login such as dg_login of digiforma/sandbox/roles.sql, "
    "and leave DB_ROLE unset.\n"
)
DANGERS = [
    ("ALTER ROLE dg_login SUPERUSER", "dg_app", "dg_login is a superuser"),
    ("ALTER ROLE dg_login BYPASSRLS", "dg_app", "dg_login bypasses row-level security"),
    ("ALTER ROLE dg_app BYPASSRLS", "dg_app", "dg_app bypasses row-level security"),
    (
        "ALTER ROLE dg_app INHERIT; GRANT dg_ops TO dg_app",
        "dg_app",
        "dg_app inherits dg_ops and sees every organization",
    ),
    ("", "dg_owner", "dg_owner inherits dg_owner and may change the tables"),
]


@pytest.fixture(scope="module")
def cluster(public_folders):
    """A cluster of its own: its roles are spoiled."""
    postgres = Postgres(public_folders() / "postgres", throwaway=True)
    url = postgres.start()
    yield postgres, url
    postgres.stop()


@pytest.fixture
def spoil(cluster):
    """Return what changes the cluster's roles; roles.sql mends them at the end."""
    postgres, _url = cluster
    with _session(postgres) as cursor:
        yield cursor.execute
        cursor.execute("REVOKE dg_ops FROM dg_app")
        cursor.execute(ROLES_SQL.read_text())


@contextmanager
def _session(postgres):
    session = psycopg2.connect(**postgres.superuser(), dbname="digiforma")
    session.autocommit = True
    try:
        yield session.cursor()
    finally:
        session.close()


def start(program, url, role, home):
    return subprocess.run(
        [sys.executable, "-m", *program],
        cwd=PROJECT,
        env=environment(
            home,
            DATABASE_URL=url,
            REDIS_URL="redis://127.0.0.1:1/0",
            DB_ROLE=role,
            PYTHONWARNINGS="ignore",
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("statement", "role", "danger"), DANGERS)
def test_the_web_refuses_an_unsafe_role(cluster, spoil, home, statement, role, danger):
    spoil(statement or "SELECT 1")

    ended = start(WEB, cluster[1], role, home)

    assert (ended.returncode, ended.stderr) == (3, f"The database role {danger}{ADVICE}")


def test_the_worker_refuses_an_unsafe_role(cluster, spoil, home):
    statement, role, danger = DANGERS[0]
    spoil(statement)

    ended = start(WORKER, cluster[1], role, home)

    assert (ended.returncode, ended.stderr) == (3, f"The database role {danger}{ADVICE}")


def test_the_roles_hold_only_what_they_are_given(cluster):
    with _session(cluster[0]) as cursor:
        cursor.execute(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolinherit "
            "FROM pg_roles WHERE rolname LIKE 'dg%' ORDER BY rolname"
        )
        attributes = cursor.fetchall()
        cursor.execute(
            "SELECT r.rolname, o.rolname, pg_has_role(r.oid, o.oid, 'USAGE') "
            "FROM pg_roles r, pg_roles o WHERE r.rolname LIKE 'dg%' AND o.rolname LIKE 'dg%' "
            "AND r <> o AND pg_has_role(r.oid, o.oid, 'MEMBER') ORDER BY 1, 2"
        )
        memberships = cursor.fetchall()

    assert attributes == [
        ("dg_app", False, False, False, False, False),
        ("dg_backup", True, False, True, False, False),
        ("dg_login", True, False, False, False, False),
        ("dg_ops", False, False, False, False, False),
        ("dg_owner", False, False, False, True, False),
    ]
    assert memberships == [  # the last value: inherited without SET ROLE
        ("dg_login", "dg_app", False),
        ("dg_login", "dg_ops", False),
        ("dg_login", "dg_owner", False),
    ]
