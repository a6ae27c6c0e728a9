"""Collect the static files, but only when one of them has changed."""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed(report: Callable[[str], None]) -> None:
    """Run collectstatic unless the last one saw the same files: it takes seconds, this does not."""
    root = Path(settings.STATIC_ROOT)
    stamp, present = root / ".collected", _fingerprint()
    with _alone_in(root):
        if stamp.exists() and stamp.read_text() == present:
            return
        report("Collecting the static files.")
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(present)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep a second start of the same project waiting: both would write the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _fingerprint() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
