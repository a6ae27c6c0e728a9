"""The database roles: created in a cluster, taken by a process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.db import connection
from psycopg2 import sql

ROLES_SQL = Path(__file__).with_name("roles.sql")


def create_roles(superuser: dict, *, database: str, password: str) -> None:
    """Bring a cluster to the roles of roles.sql and to one database that dg_owner owns.

    `superuser` holds psycopg2's arguments without the database. May run at each start.
    """
    with _session(superuser, "template1") as cursor:
        cursor.execute(ROLES_SQL.read_text())
        cursor.execute("ALTER ROLE dg_login PASSWORD %s", [password])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        known = cursor.fetchone()
        if not known:
            name = sql.Identifier(database)
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER dg_owner").format(name))
    if known:
        with _session(superuser, database) as cursor:
            cursor.execute(ROLES_SQL.read_text())


@contextmanager
def _session(superuser: dict, database: str) -> Iterator:
    session = psycopg2.connect(**superuser, dbname=database)
    session.autocommit = True  # CREATE DATABASE refuses a transaction
    try:
        yield session.cursor()
    finally:
        session.close()


@contextmanager
def database_role(role: str) -> Iterator[None]:
    """Let this process's connection be another role for a while: dg_owner to migrate."""
    options = connection.settings_dict["OPTIONS"]
    before = options["assume_role"]
    connection.close()
    options["assume_role"] = role
    try:
        yield
    finally:
        connection.close()
        options["assume_role"] = before
