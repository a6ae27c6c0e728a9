"""A throw-away database for a measure, migrated, with Django set up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from digiforma.sandbox.services import throwaway

HOUSE = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_database() -> Iterator[None]:
    """Start a cluster of its own, migrate it, set Django up on it; leave nothing behind."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "digiforma.settings"
    os.environ["DIGIFORMA_ENV"] = "test"
    with throwaway() as (urls, _postgres):
        os.environ.update(urls)
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=HOUSE, check=True, env={**os.environ, "DB_ROLE": "dg_owner"})
        django.setup()
        yield
