"""Run the sandbox's commands as a person at a terminal does, and see what they leave behind."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from digiforma.sandbox.processes import free_port

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 90


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return a developer's environment: nothing of the test run's own services."""
    ours = {"DATABASE_URL", "REDIS_URL", "DIGIFORMA_ENV", "DB_ROLE", "SITE_URL", "PORT"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "DIGIFORMA_HOME": str(home), **more}


def manage(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess:
    """Run `manage.py` to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Up:
    """A running `manage.py up`, without the demonstration, which takes its time."""

    def __init__(self, home: Path):
        self.port = free_port()
        self.log = home / "up.log"
        self.started_at = time.monotonic()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--empty"],
                cwd=PROJECT,
                env=environment(home, PORT=str(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_ready(self) -> float:
        """Return the seconds it took until the address was printed."""
        wait_for(lambda: "Digiforma is ready" in self.log.read_text() or self.process.poll())
        assert self.process.poll() is None, self.log.read_text()
        return time.monotonic() - self.started_at

    def wait_for_programs(self) -> None:
        """Wait until web, worker and beat have made their own children."""
        wait_for(lambda: len(self.family()) >= 12)

    def family(self) -> set[int]:
        """Return every process below the supervisor."""
        below = parents()
        found, frontier = set(), {self.process.pid}
        while frontier:
            frontier = {pid for pid, parent in below.items() if parent in frontier}
            found |= frontier
        return found

    def health(self) -> int | None:
        """Return the status of the health page; None while nobody answers."""
        address = f"http://127.0.0.1:{self.port}/sante/"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.status
        except OSError:
            return None

    def signal(self, number: signal.Signals) -> int:
        """Send a signal to the supervisor alone and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def parents() -> dict[int, int]:
    """Return the parent of each process of the machine."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = status.read_text().rpartition(")")[2].split()
            found[int(status.parent.name)] = int(fields[1])
    return found


def living(pids: set[int]) -> set[int]:
    """Return those that still run; a zombie does not."""
    return {pid for pid in pids if _state(pid) not in {"", "Z", "X"}}


def wait_for(condition, patience: float = PATIENCE) -> None:
    """Wait until it holds."""
    limit = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < limit, "It took too long."
        time.sleep(0.05)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""
