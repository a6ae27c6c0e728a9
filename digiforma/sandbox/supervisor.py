"""The whole product under one process: services, preparation, web, worker and beat."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import redis
from django.core.management import call_command, get_commands

from digiforma.safe_role import UnsafeRole, check_role
from digiforma.sandbox import services
from digiforma.sandbox.postgres_answers import require_database
from digiforma.sandbox.prepare import call_if_known, prepare
from digiforma.sandbox.processes import Unavailable
from digiforma.sandbox.programs import Program, programs, stop
from digiforma.sandbox.static_files import collect_if_changed

Report = Callable[[str], None]
WEB_PATIENCE = 60.0


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM: end everything, in order."""


@contextmanager
def environment() -> Iterator[None]:
    """Own the services and set what Django's settings will read.

    Raises Unavailable, with the sentence to print, when something stands in the way.
    """
    port = wanted_port()
    services.refuse_second_owner()
    _require_free(port)
    os.environ.setdefault("SITE_URL", f"http://127.0.0.1:{port}")
    with ExitStack() as stack:
        if services.missing_urls():
            report("Starting the embedded services.")
            os.environ.update(stack.enter_context(services.owned()))
        require_database(os.environ["DATABASE_URL"], roles=("dg_owner", "dg_app"))
        _mention_absent_redis(os.environ["REDIS_URL"])
        yield


def run(*, demonstration: bool) -> None:
    """Prepare the database and keep the programs alive until Interrupted."""
    prepare(report)
    collect_if_changed(report)
    _require_safe_role()
    web, *others = kept = programs(port=wanted_port())
    with ExitStack() as stack:
        stack.callback(stop, kept)
        web.start()  # it loads while the rows are looked at
        call_if_known("load_catalog", report, "Checking the catalogue.")
        if demonstration:
            call_if_known("seed_demo", report, "Checking the demonstration.")
        _wait_for(web, wanted_port())
        for program in others:
            program.start()
        _welcome(wanted_port(), demonstration=demonstration)
        while True:
            for program in kept:
                program.keep_alive()
            time.sleep(0.2)


def listen_for_the_end() -> None:
    """Let the first Ctrl-C or SIGTERM raise Interrupted, and nothing disturb the end after it."""

    def end(*_) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        report("Stopping.")
        raise Interrupted

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def wanted_port() -> int:
    """Return PORT, 8000 when it is unset."""
    text = os.environ.get("PORT") or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Unavailable(f"PORT must be a whole number from 1 to 65535, not {text!r}.")
    return int(text)


def report(text: str) -> None:
    """Show a step to the person who waits for it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise Unavailable(
                f"Port {port} of 127.0.0.1 cannot be used ({problem.strerror}): "
                "end what listens there, or choose another, as in `PORT=8001 make run`."
            ) from problem


def _mention_absent_redis(url: str) -> None:
    try:
        redis.from_url(url, socket_connect_timeout=3).ping()
    except redis.RedisError as problem:
        report(f"Redis (REDIS_URL) does not answer, so jobs wait until it does: {problem}")


def _require_safe_role() -> None:
    try:
        check_role()
    except UnsafeRole as problem:
        raise Unavailable(str(problem)) from problem


def _wait_for(web: Program, port: int) -> None:
    limit = time.monotonic() + WEB_PATIENCE
    while not _answers(port):
        if web.is_dead() or time.monotonic() > limit:
            raise Unavailable(f"The web does not answer on port {port}; its lines above say why.")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/", timeout=5).close()
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
    return True


def _welcome(port: int, *, demonstration: bool) -> None:
    if demonstration and "demo_logins" in get_commands():
        report("\nDemonstration logins:")
        call_command("demo_logins")
    report(f"\nDigiforma is ready: http://127.0.0.1:{port}/   (Ctrl-C ends it)\n")
