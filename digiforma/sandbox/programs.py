"""The programs of the product, kept alive: web, worker, beat."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from digiforma.sandbox.processes import dying_with_parent

LONGEST_PAUSE = 30.0  # seconds between two attempts
STEADY = 60.0  # seconds after which a program counts as started
# Celery fears root because of pickled messages; ours are JSON.
ROOT_WORKER = "ignore:You're running the worker with superuser privileges"
PATIENCE = 8.0  # seconds to end by itself


@dataclass
class Program:
    """One child process, restarted when it dies, each of its lines under its name."""

    name: str
    arguments: list[str]
    process: subprocess.Popen | None = None
    pause: float = 1.0
    started_at: float = 0.0
    restart_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C must reach the supervisor alone."""
        self.started_at, self.restart_at = time.monotonic(), 0.0
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": ROOT_WORKER},
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        threading.Thread(target=self._relay, args=[self.process.stdout], daemon=True).start()

    def is_dead(self) -> bool:
        """Say whether it was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def keep_alive(self) -> None:
        """Start it again when it is dead, after a pause that doubles while it keeps dying."""
        now = time.monotonic()
        if not self.is_dead():
            return
        if not self.restart_at:
            self.pause = 1.0 if now - self.started_at > STEADY else self.pause
            self.restart_at = now + self.pause
            self.say(f"ended with code {self.process.returncode}; again in {self.pause:.0f} s")
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.restart_at:
            self.start()

    def ask_to_end(self) -> None:
        """Send SIGTERM, which all three take as: finish what you do."""
        if self.process is not None:
            self.process.terminate()

    def end(self) -> None:
        """Wait a little for its end, then end it and all it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def say(self, line: str) -> None:
        """Write one line under the program's name."""
        sys.stdout.write(f"{self.name:<6} | {line.rstrip()}\n")
        sys.stdout.flush()

    def _relay(self, lines) -> None:
        for line in lines:
            if line.strip():
                self.say(line)


def stop(running: list[Program]) -> None:
    """End all of them, at the same time."""
    for program in running:
        program.ask_to_end()
    for program in running:
        program.end()


def programs(*, port: int) -> list[Program]:
    """Return what makes the product, in the order of their start."""
    web = f"gunicorn digiforma.wsgi --bind 127.0.0.1:{port} --preload --workers 2 --threads 4"
    worker = "celery --quiet -A digiforma worker --concurrency 2 --without-gossip --without-mingle"
    beat = "celery --quiet -A digiforma beat --pidfile="
    return [
        Program("web", [*web.split(), "--log-level", "warning"]),
        Program("worker", [*worker.split(), "--loglevel", "WARNING"]),
        Program("beat", [*beat.split(), "--loglevel", "WARNING"]),
    ]
