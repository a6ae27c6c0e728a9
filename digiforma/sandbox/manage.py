"""Run a management command with the database it needs: the environment's, else the embedded one."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import CommandError, execute_from_command_line

from digiforma.sandbox import services, supervisor
from digiforma.sandbox.postgres_answers import require_database
from digiforma.sandbox.prepare import prepare
from digiforma.sandbox.processes import Unavailable

WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "demo_logins",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "sendtestemail",
    "spectacular",
    "startapp",
    "version",
}
OF_THE_OWNER = {"createcachetable", "flush", "migrate", "pgtrigger", "sqlflush", "sqlmigrate"}
HELP = {"-h", "--help", "--version"}


def main(argv: list[str]) -> None:
    """Run the command; what is missing ends it with one sentence and the code 1."""
    command = argv[1] if len(argv) > 1 else "help"
    if command in OF_THE_OWNER:
        os.environ.setdefault("DB_ROLE", "dg_owner")
    if not needs_database(command, argv):
        # makemigrations compares with the database when there is one.
        warnings.filterwarnings("ignore", message="Got an error checking a consistent migration")
        execute_from_command_line(argv)
        return
    if command == "up":
        supervisor.listen_for_the_end()
    surroundings = supervisor.environment() if command == "up" else _services(command)
    try:
        with surroundings:
            execute_from_command_line(argv)
    except (Unavailable, CommandError) as problem:
        sys.exit(str(problem))
    except supervisor.Interrupted:
        supervisor.report("Stopped.")


def needs_database(command: str, argv: list[str]) -> bool:
    """Say whether the command may look into the database."""
    if HELP.intersection(argv):
        return False
    return command not in WITHOUT_DATABASE or "--database" in argv


@contextmanager
def _services(command: str) -> Iterator[None]:
    if not services.missing_urls():
        role = os.environ.get("DB_ROLE", "dg_app")
        require_database(os.environ["DATABASE_URL"], roles=(role,))
        yield
        return
    with services.borrowed(_report) as (urls, started):
        os.environ.update(urls)
        if started and command not in OF_THE_OWNER:
            django.setup()
            prepare(_report)
        yield


def _report(text: str) -> None:
    """Speak on standard error: a command's output is its own."""
    sys.stderr.write(f"{text}\n")
