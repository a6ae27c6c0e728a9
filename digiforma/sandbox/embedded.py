"""PostgreSQL and Valkey as child processes, for development and tests.

The superuser has no password and no door on the network: only the user who started the cluster
reaches it, over a socket in a private folder. Django gets the URL of dg_login, which owns nothing.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from digiforma.sandbox.binaries import postgres_programs, valkey_server
from digiforma.sandbox.processes import (
    Unavailable,
    dying_with_parent,
    free_port,
    stop,
    unprivileged,
)
from digiforma.sandbox.roles import create_roles

DATABASE = "digiforma"
SOCKET_PATH_LIMIT = 80  # the kernel's is 107, file name included
START_PATIENCE = 60.0
ACCESS = """\
local all postgres,dg_backup peer map=starter
host all dg_login 127.0.0.1/32 scram-sha-256
"""
STARTER = "starter {0} postgres\nstarter {0} dg_backup\n"
THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """One cluster in one folder. Whoever starts it must hold the folder's lock."""

    def __init__(self, folder: Path, *, throwaway: bool = False, lock: int | None = None):
        self.folder, self.throwaway, self.lock = folder, throwaway, lock
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.user = unprivileged()
        self.sockets = folder
        self.port = 0

    def start(self) -> str:
        """Start the cluster, made first if needed, and return the URL of dg_login."""
        self.programs = postgres_programs()
        self._own(self.folder)
        self.folder.chmod(0o700)
        if not self.data.exists():
            self._create()
        self._write("pg_hba.conf", ACCESS)
        starter = pwd.getpwuid(os.geteuid()).pw_name
        self._write("pg_ident.conf", STARTER.format(starter))
        # The lock proves that no server runs here; a zombie's pid would make PostgreSQL doubt it.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        self._launch()
        password = self._password()
        create_roles(self.superuser(), database=DATABASE, password=password)
        return f"postgresql://dg_login:{quote(password)}@127.0.0.1:{self.port}/{DATABASE}"

    def superuser(self) -> dict:
        """Return psycopg2's arguments for the superuser's socket, without a database."""
        return {"host": str(self.sockets), "port": self.port, "user": "postgres"}

    def stop(self) -> None:
        """End the cluster; the sessions that are open are rolled back."""
        stop(self.process, by=signal.SIGINT, patience=20)
        if self.sockets != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def _create(self) -> None:
        """Run initdb beside its place, so that an interrupted one is never taken for a cluster."""
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        made = subprocess.run(
            [self.programs / "initdb", "-D", unfinished, "-U", "postgres", "-E", "UTF8"]
            + ["--locale=C.UTF-8", "--no-instructions", "--auth=reject"]
            + (["--no-sync"] if self.throwaway else []),
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **self.user,
        )
        if made.returncode:
            raise Unavailable(f"initdb failed: {_reason(made.stderr)}")
        unfinished.rename(self.data)

    def _launch(self) -> None:
        self.port = free_port()
        if len(str(self.folder)) > SOCKET_PATH_LIMIT:
            self.sockets = Path("/tmp") / f"digiforma-{secrets.token_hex(8)}"
            self._own(self.sockets)
            self.sockets.chmod(0o700)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=[] if self.lock is None else [self.lock],
                preexec_fn=dying_with_parent(signal.SIGINT),
                **self.user,
            )
        self._wait()

    def _options(self) -> list[str]:
        wanted = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            f"unix_socket_directories={self.sockets}",
            "max_connections=200",
            "timezone=UTC",
            *(THROWAWAY if self.throwaway else ()),
        ]
        return [word for option in wanted for word in ("-c", option)]

    def _wait(self) -> None:
        """Return once the server takes connections; after a crash it recovers first."""
        limit = time.monotonic() + START_PATIENCE
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise Unavailable(
                    f"PostgreSQL did not start: {_reason(self.log.read_text())} See {self.log}."
                )
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return (self.data / "postmaster.pid").read_text().split("\n")[7].strip() == "ready"
        return False

    def _password(self) -> str:
        file = self.folder.parent / "dg_login.password"
        if not file.exists():
            private_write(file, secrets.token_urlsafe(24))
        return file.read_text()

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._give(folder)

    def _write(self, name: str, text: str) -> None:
        file = self.data / name
        file.write_text(text)
        self._give(file)

    def _give(self, path: Path) -> None:
        if self.user:
            os.chown(path, self.user["user"], self.user["group"])


class Valkey:
    """One Redis-compatible server in one folder, behind a password of its own."""

    def __init__(self, folder: Path, *, throwaway: bool = False, lock: int | None = None):
        self.folder, self.throwaway, self.lock = folder, throwaway, lock
        self.log = folder / "valkey.log"

    def start(self) -> str:
        """Start the server and return its URL."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        port, password = free_port(), secrets.token_urlsafe(24)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [valkey_server(), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[] if self.lock is None else [self.lock],
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        self.process.stdin.write(self._configuration(port, password).encode())
        self.process.stdin.close()
        self._wait(port)
        return f"redis://:{password}@127.0.0.1:{port}/0"

    def stop(self) -> None:
        """End the server, its file written."""
        stop(self.process, by=signal.SIGTERM, patience=10)

    def _configuration(self, port: int, password: str) -> str:
        """Return the settings, given by standard input: arguments would show the password."""
        return (
            f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
            f'dir "{self.folder}"\nsave ""\n'
            f"appendonly {'no' if self.throwaway else 'yes'}\nappendfsync everysec\n"
            "maxmemory-policy noeviction\n"
        )

    def _wait(self, port: int) -> None:
        limit = time.monotonic() + START_PATIENCE
        while not _answers(port):
            if self.process.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise Unavailable(
                    f"Valkey did not start: {_reason(self.log.read_text())} See {self.log}."
                )
            time.sleep(0.005)


def private_write(file: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first byte on, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with open(unfinished, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
    unfinished.rename(file)


def _answers(port: int) -> bool:
    """Say whether a server speaks Redis on this port; "no password yet" is an answer too."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), 0.2) as caller,
    ):
        caller.sendall(b"PING\r\n")
        return caller.recv(7).startswith((b"+PONG", b"-NOAUTH"))
    return False


def _reason(text: str) -> str:
    """Return the line of a log that says why: the last fatal one, else the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "rror" in line]
    return (fatal or lines or ["it gave no reason."])[-1]
