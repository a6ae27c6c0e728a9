"""A throw-away database for a measure, migrated, with Django set up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from digiforma.sandbox.embedded import DATABASE
from digiforma.sandbox.services import throwaway

HOUSE = Path(__file__).resolve().parent.parent


@contextmanager
def fresh_database() -> Iterator[None]:
    """Start a cluster of its own, migrate it, set Django up on it; leave nothing behind.

    BENCH_SUPERUSER names its superuser's socket, for what fills tables by the million.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "digiforma.settings"
    os.environ["DIGIFORMA_ENV"] = "test"
    for given in ("DATABASE_URL", "REDIS_URL"):  # a measure needs a cluster of its own
        os.environ.pop(given, None)
    with throwaway() as (urls, postgres):
        os.environ.update(urls)
        superuser = postgres.superuser()
        os.environ["BENCH_SUPERUSER"] = (
            f"dbname={DATABASE} host={superuser['host']} port={superuser['port']} user=postgres"
        )
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=HOUSE, check=True, env={**os.environ, "DB_ROLE": "dg_owner"})
        django.setup()
        yield
