"""Ask a PostgreSQL whether it answers, before Django does with a page of traceback."""

from contextlib import closing
from urllib.parse import urlsplit

import psycopg2
from psycopg2 import sql

from digiforma.sandbox.processes import Unavailable


def require_database(url: str, *, roles: tuple[str, ...]) -> None:
    """Raise Unavailable, with the reason in one sentence, unless PostgreSQL gives us the roles."""
    try:
        session = psycopg2.connect(url, connect_timeout=5)
        with closing(session), session.cursor() as cursor:
            for role in roles:
                cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
    except psycopg2.Error as problem:
        reason = str(problem).strip().splitlines() or ["no reason given"]
        raise Unavailable(
            f"DATABASE_URL ({_without_password(url)}): {reason[0]} "
            "(docs/operations.md says how a database is prepared)"
        ) from problem


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.username}@{parts.netloc.rpartition('@')[2]}{parts.path}"
