"""Bring a database to the state the commands expect: its tables and its catalogue."""

from collections.abc import Callable

from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.executor import MigrationExecutor

from digiforma.sandbox.processes import Unavailable
from digiforma.sandbox.roles import database_role

Report = Callable[[str], None]


def prepare(report: Report) -> None:
    """Migrate what is not migrated and load the catalogue after it; quick when nothing is new."""
    with database_role("dg_owner"):
        missing = _missing_migrations()
        if missing:
            report(f"Migrating the database: {missing} migrations.")
            _migrate()
    if missing:
        call_if_known("load_catalog", report, "Loading the catalogue.")


def _migrate() -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except InconsistentMigrationHistory as problem:
        raise Unavailable(f"{problem} `make demo-reset` makes an embedded one anew.") from problem
    call_command("createcachetable", verbosity=0)


def call_if_known(command: str, report: Report, text: str) -> None:
    """Run a command of the project, said in one line of ours, when the project has it."""
    if command in get_commands():
        report(text)
        call_command(command, verbosity=0)


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
