"""Find the embedded services that run, or start them: one owner for each home folder.

`services.lock` is held by the owner and, by inheritance, by PostgreSQL and Valkey: who gets it
knows that nothing of a former owner still runs. `services.json` says where the services are.
`users.lock` is shared by the commands that borrow them, so that a short-lived owner waits.
"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from digiforma.sandbox.embedded import Postgres, Valkey, private_write
from digiforma.sandbox.processes import Unavailable, traversable

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
THROWAWAY = "digiforma-test-"
URLS = ("DATABASE_URL", "REDIS_URL")
Report = Callable[[str], None]


class AlreadyRunning(Unavailable):
    """Somebody else owns the services of this home folder."""


def missing_urls() -> list[str]:
    """Return the names of the services that the environment leaves to us."""
    return [name for name in URLS if not os.environ.get(name)]


def home() -> Path:
    """Return the folder of the embedded services: DIGIFORMA_HOME, else `var/` of the project.

    Root's PostgreSQL runs as `nobody`, who cannot go down into a private project folder.
    """
    if named := os.environ.get("DIGIFORMA_HOME"):
        return Path(named).absolute()
    if os.geteuid() == 0 and not traversable(PROJECT):
        stamp = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
        return Path(f"/var/lib/digiforma-{stamp}")
    return PROJECT / "var"


@contextmanager
def owned(*, wait_for_borrowers: bool = False) -> Iterator[dict[str, str]]:
    """Start the missing services, give their URLs, stop them at the end.

    Raises AlreadyRunning when another process owns them.
    """
    folder = home()
    with ExitStack() as stack:
        lock = stack.enter_context(_owners_lock(folder))
        users = stack.enter_context(_open(folder / "users.lock"))
        urls = _start(folder, stack, lock=lock)
        state = folder / "services.json"
        private_write(state, json.dumps({**_myself(), "urls": urls}))
        stack.callback(state.unlink, missing_ok=True)
        if wait_for_borrowers:
            stack.callback(fcntl.flock, users, fcntl.LOCK_EX)
        yield urls


@contextmanager
def borrowed(report: Report) -> Iterator[tuple[dict[str, str], bool]]:
    """Give the URLs of the services that run, or start them for the time of the block.

    The second value says whether they were started here.
    """
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        with _running(home()) as urls:
            if urls:
                yield urls, False
                return
        with ExitStack() as stack:
            if urls := _own_if_free(stack):
                yield urls, True
                return
        report("Another command starts or stops the services; waiting for it.")
        time.sleep(0.5)
    raise Unavailable(f"The services in {home()} neither start nor stop; see the logs there.")


@contextmanager
def throwaway() -> Iterator[tuple[dict[str, str], Postgres | None]]:
    """Start the missing services in a folder that goes away with them: for tests.

    Gives their URLs, and the cluster when it is ours.
    """
    _sweep_throwaways()
    folder = Path(tempfile.mkdtemp(prefix=THROWAWAY, dir="/tmp"))
    folder.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        lock = stack.enter_context(_open(folder / "services.lock"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        urls, postgres = {}, None
        if "DATABASE_URL" in missing_urls():
            postgres = Postgres(folder / "postgres", throwaway=True, lock=lock)
            urls["DATABASE_URL"] = postgres.start()
            stack.callback(postgres.stop)
        if "REDIS_URL" in missing_urls():
            valkey = Valkey(folder / "valkey", throwaway=True, lock=lock)
            urls["REDIS_URL"] = valkey.start()
            stack.callback(valkey.stop)
        yield urls, postgres


def _sweep_throwaways() -> None:
    """Remove the folders of our killed test runs: their locks are free."""
    for file in Path("/tmp").glob(f"{THROWAWAY}*/services.lock"):
        status = file.stat()
        if status.st_uid == os.geteuid() and time.time() - status.st_mtime > PATIENCE:
            with _open(file) as lock:
                if _taken(lock):
                    shutil.rmtree(file.parent, ignore_errors=True)


def running_urls(folder: Path) -> dict[str, str]:
    """Return the URLs of the services that run in a home folder; none when nobody owns them."""
    state = _state(folder)
    return state["urls"] if _is_alive(state) else {}


def refuse_second_owner() -> None:
    """Raise AlreadyRunning when somebody owns the services of this home folder."""
    state = _state(home())
    if _is_alive(state):
        raise AlreadyRunning(f"Process {state['pid']} already runs the services in {home()}.")


def _own_if_free(stack: ExitStack) -> dict[str, str]:
    try:
        return stack.enter_context(owned(wait_for_borrowers=True))
    except AlreadyRunning:
        return {}


def _start(folder: Path, stack: ExitStack, *, lock: int) -> dict[str, str]:
    urls = {}
    for name, make in (("DATABASE_URL", Postgres), ("REDIS_URL", Valkey)):
        if name in missing_urls():
            service = make(folder / make.__name__.lower(), lock=lock)
            urls[name] = service.start()
            stack.callback(service.stop)
    return urls


@contextmanager
def _owners_lock(folder: Path) -> Iterator[int]:
    """Hold the lock of a home folder, waiting for the services of an owner who was killed."""
    _make(folder)
    limit = time.monotonic() + PATIENCE
    with _open(folder / "services.lock") as lock:
        while not _taken(lock):
            state = _state(folder)
            if _is_alive(state):
                raise AlreadyRunning(
                    f"Process {state['pid']} already runs the services in {folder}."
                )
            if time.monotonic() > limit:
                raise Unavailable(f"Services of a former run do not end; see the logs in {folder}.")
            time.sleep(0.05)
        (folder / "services.json").unlink(missing_ok=True)
        yield lock


@contextmanager
def _running(folder: Path) -> Iterator[dict[str, str]]:
    """Give the URLs of running services, and keep a short-lived owner from ending them."""
    if not folder.is_dir():
        yield {}
        return
    with _open(folder / "users.lock") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        urls = running_urls(folder)
        if urls and (absent := set(missing_urls()) - set(urls)):
            raise Unavailable(
                f"The services that run in {folder} were started with another {min(absent)}: "
                "set it here too."
            )
        yield urls


@contextmanager
def _open(file: Path) -> Iterator[int]:
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise _unwritable(file.parent, problem) from problem
    try:
        yield lock
    finally:
        os.close(lock)


def _make(folder: Path) -> None:
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o755)
    except OSError as problem:
        raise _unwritable(folder, problem) from problem
    if os.geteuid() == 0 and not traversable(folder):
        raise Unavailable(
            f"PostgreSQL refuses root and runs as `nobody`, who cannot reach {folder}: "
            "set DIGIFORMA_HOME to a folder below public ones, such as /var/lib/digiforma."
        )


def _unwritable(folder: Path, problem: OSError) -> Unavailable:
    return Unavailable(
        f"The folder {folder} cannot be written ({problem.strerror}): "
        "set DIGIFORMA_HOME to one that can."
    )


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _myself() -> dict:
    return {"pid": os.getpid(), "born": _born(os.getpid())}


def _state(folder: Path) -> dict | None:
    try:
        return json.loads((folder / "services.json").read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise _unwritable(folder, problem) from problem


def _is_alive(state: dict | None) -> bool:
    """Say whether the process that wrote the state lives: its pid may have gone to another."""
    return state is not None and _born(state["pid"]) == state["born"]


def _born(pid: int) -> str | None:
    """Return when a living process started, in the kernel's ticks; None for a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]
