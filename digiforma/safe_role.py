"""Refuse to serve with a database role that row-level security does not bind."""

import sys

from django.db import Error, connection

HALT = 3  # gunicorn stops at this code; at any other it tries a new worker
RIGHTS = """
    SELECT rolname, rolsuper, rolbypassrls,
           pg_has_role(oid, 'dg_ops', 'USAGE'), pg_has_role(oid, 'dg_owner', 'USAGE')
    FROM pg_roles WHERE rolname IN (current_user, session_user) ORDER BY rolname
"""
DANGERS = (
    "is a superuser",
    "bypasses row-level security",
    "inherits dg_ops and sees every organization",
    "inherits dg_owner and may change the tables",
)


class UnsafeRole(Exception):
    """The connection could read other organizations' rows."""


def check_role() -> None:
    """Raise UnsafeRole unless both the login and the role it takes are bound to one organization.

    The login counts too: `SET ROLE NONE` in an injected statement returns to it.
    """
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        for name, *rights in cursor.fetchall():
            for danger, found in zip(DANGERS, rights, strict=True):
                if found:
                    raise UnsafeRole(
                        f"The database role {name} {danger}: give DATABASE_URL a login such as "
                        "dg_login of digiforma/sandbox/roles.sql, and leave DB_ROLE unset."
                    )


def start_safely() -> None:
    """End this process with one sentence unless its database role is safe."""
    try:
        check_role()
    except UnsafeRole as problem:
        sys.stderr.write(f"{problem}\n")
        sys.exit(HALT)
    except Error as problem:
        sys.stderr.write(f"The database role cannot be checked: {problem}".strip() + "\n")
        sys.exit(1)
    finally:
        connection.close()
