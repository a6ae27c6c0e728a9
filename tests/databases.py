"""Databases of a test's own, cloned from the migrated one in a moment, and a site upon them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.testcases import LiveServerThread

from digiforma.sandbox.roles import database_role

Seed = Callable[[], object]


class Clones:
    """Copies of a database: the rows that `seed` commits are made once, then copied."""

    def __init__(self, connection: BaseDatabaseWrapper):
        self.connection = connection
        self.origin = connection.settings_dict["NAME"]
        self.numbers = count(1)
        self.seeded: dict[Seed, str] = {}

    @contextmanager
    def one(self, seed: Seed | None = None) -> Iterator[None]:
        """Let every connection of this process use a fresh copy inside the block."""
        name = self._copy(self._template(seed))
        try:
            with self._used(name):
                yield
        finally:
            self._drop(name)

    def drop_all(self) -> None:
        """Drop the seeded templates."""
        for name in self.seeded.values():
            self._drop(name)

    def _template(self, seed: Seed | None) -> str:
        if seed is None:
            return self.origin
        if seed not in self.seeded:
            name = self._copy(self.origin)
            with self._used(name):
                seed()
            self.seeded[seed] = name
        return self.seeded[seed]

    @contextmanager
    def _used(self, name: str) -> Iterator[None]:
        connections.close_all()
        self.connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connections.close_all()
            self.connection.settings_dict["NAME"] = self.origin

    def _copy(self, template: str) -> str:
        name = f"{self.origin}_{next(self.numbers)}"
        self._end_sessions(template)
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _drop(self, name: str) -> None:
        self._end_sessions(name)
        self._execute(f'DROP DATABASE IF EXISTS "{name}"')

    def _end_sessions(self, name: str) -> None:
        """End what threads left open; dg_owner may not, but their own login may."""
        self._execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'",  # autovacuum gives way by itself
            role=None,
        )

    def _execute(self, statement: str, *, role: str | None = "dg_owner") -> None:
        with database_role(role), self.connection._nodb_cursor() as cursor:
            cursor.execute(statement)


@dataclass(frozen=True)
class LiveSite:
    """Where the site answers."""

    url: str


@contextmanager
def serve() -> Iterator[LiveSite]:
    """Serve the site from a thread of this process, with the present database settings."""
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield LiveSite(url=f"http://127.0.0.1:{server.port}")
    finally:
        server.terminate()
