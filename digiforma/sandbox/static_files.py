"""Collect the static files, but only when one of them has changed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed(report: Callable[[str], None]) -> None:
    """Run collectstatic unless the last one saw the same files: it takes seconds, this does not."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    present = _fingerprint()
    if stamp.exists() and stamp.read_text() == present:
        return
    report("Collecting the static files.")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(present)


def _fingerprint() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
