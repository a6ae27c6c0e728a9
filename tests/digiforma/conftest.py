import tempfile
from pathlib import Path

import pytest

from digiforma.sandbox import services


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
