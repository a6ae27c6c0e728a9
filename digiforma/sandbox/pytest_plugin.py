"""Start a throw-away PostgreSQL and Valkey before Django reads its settings; one pair a run."""

import os
import re
from contextlib import ExitStack

import pytest

from digiforma.sandbox import services

SERVICES = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config):
    """Set the environment of the run; xdist's workers inherit it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        _start()
    elif number := re.search(r"\d+", worker):
        # Each worker has a Redis database of its own; the settings must see it at their import.
        os.environ["REDIS_URL"] = (
            f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{int(number[0]) + 1}"
        )
    return (yield)


def pytest_unconfigure(config):
    """End what this process started."""
    SERVICES.close()


def _start() -> None:
    os.environ["DIGIFORMA_ENV"] = "test"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright's synchronous API runs a loop
    try:
        urls, postgres = SERVICES.enter_context(services.throwaway())
    except services.Unavailable as problem:
        raise pytest.UsageError(str(problem)) from problem
    os.environ.update(urls)
    if postgres is not None:
        superuser = postgres.superuser()
        os.environ["TEST_SUPERUSER"] = (
            f"host={superuser['host']} port={superuser['port']} user=postgres"
        )
