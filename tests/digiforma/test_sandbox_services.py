"""The embedded services by themselves: one owner a folder, and nobody else's way in."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest
import redis

from digiforma.sandbox import services
from tests.digiforma.sandbox_processes import PROJECT, environment

BORROW = """
import sys, time
from digiforma.sandbox import services
with services.borrowed(lambda text: None) as (urls, started):
    print(urls["DATABASE_URL"], started)
    time.sleep(1)
"""


def rows(url, statement, **more):
    session = psycopg2.connect(url, **more)
    try:
        cursor = session.cursor()
        cursor.execute(statement)
        return cursor.fetchall()
    finally:
        session.close()


def test_two_commands_at_once_share_one_cluster(home):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", BORROW],
            cwd=PROJECT,
            env=environment(home),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    first, second = sorted(process.communicate(timeout=60)[0].split() for process in both)

    assert {first[1], second[1]} == {"True", "False"}
    assert first[0] == second[0]


def test_a_second_owner_is_refused(home):
    with (
        services.owned(),
        pytest.raises(services.AlreadyRunning, match="already runs the services in"),
        services.owned(),
    ):
        pass


def test_a_command_with_another_database_is_told_so(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/digiforma")
    with services.owned():
        monkeypatch.delenv("DATABASE_URL")

        with (
            pytest.raises(services.Unavailable, match="were started with another DATABASE_URL"),
            services.borrowed(lambda text: None),
        ):
            pass


def test_the_services_let_nobody_else_in(home):
    with services.owned() as urls:
        url = urls["DATABASE_URL"]
        address = url.rpartition("@")[2]
        valkey = redis.Redis(port=int(urls["REDIS_URL"].rpartition(":")[2].partition("/")[0]))

        assert rows(url, "SELECT current_user") == [("dg_login",)]
        for stranger in ("postgres", "dg_owner", "dg_backup"):
            with pytest.raises(psycopg2.OperationalError, match="no pg_hba"):
                psycopg2.connect(f"postgresql://{stranger}:guess@{address}")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(f"postgresql://dg_login:guess@{address}")
        with pytest.raises(redis.AuthenticationError):
            valkey.ping()

    private = [home / "dg_login.password", home / "postgres", home / "valkey"]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private] == [0, 0, 0]


def test_a_home_with_a_long_path_works_too(home, monkeypatch):
    deep = home / ("a" * 60) / ("b" * 60)
    monkeypatch.setenv("DIGIFORMA_HOME", str(deep))

    with services.owned() as urls:
        assert rows(urls["DATABASE_URL"], "SELECT 1") == [(1,)]


def test_a_test_run_sweeps_what_killed_ones_left(home):
    killed = Path(tempfile.mkdtemp(prefix=services.THROWAWAY, dir="/tmp"))
    (killed / "services.lock").touch()
    os.utime(killed / "services.lock", (0, 0))

    with services.throwaway() as (urls, postgres):
        assert rows(urls["DATABASE_URL"], "SELECT 1") == [(1,)]
        assert not killed.exists()

    assert not postgres.folder.exists()
