import tempfile
from pathlib import Path

import pytest
import time_machine
from django.db import transaction

from accounts.tenancy import staff_context
from digiforma.sandbox import services
from tests.digiforma import counted
from tests.digiforma.ravel import NOW


@pytest.fixture(scope="session")
def public_folders():
    """Return what makes an empty folder that `nobody` can reach; pytest's own are private."""
    made = []

    def make() -> Path:
        folder = tempfile.TemporaryDirectory(prefix="digiforma-home-", dir="/var/tmp")
        made.append(folder)
        Path(folder.name).chmod(0o755)
        return Path(folder.name)

    yield make
    for folder in made:
        folder.cleanup()


@pytest.fixture
def home(public_folders, monkeypatch):
    """An empty home for the embedded services, and an environment that leaves both to us."""
    folder = public_folders()
    for name in services.URLS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIGIFORMA_HOME", str(folder))
    return folder


@pytest.fixture(scope="module")
def written_month(django_db_setup, django_db_blocker):
    """Write the month of `counted` once for a module, and take it back after it."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        with staff_context():
            found = counted.a_month()
        yield found
        transaction.set_rollback(True)


@pytest.fixture
def month(written_month):
    """Ravel on 23 November 2026, after that month; what a test writes is undone."""
    with transaction.atomic():
        yield written_month
        transaction.set_rollback(True)
