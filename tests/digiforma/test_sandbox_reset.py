"""`make demo-reset` forgets the embedded data, and only that."""

import pytest

from digiforma.sandbox import reset, services


def test_reset_forgets_the_embedded_data_and_nothing_else(home):
    for name in ("postgres", "valkey", "outbox", "screenshots"):
        (home / name).mkdir()

    reset.forget()

    assert [path.name for path in home.iterdir()] == ["screenshots"]


def test_reset_refuses_while_somebody_uses_the_data(home):
    with (
        services.owned(),
        pytest.raises(services.AlreadyRunning, match="already runs the services in"),
    ):
        reset.forget()

    assert (home / "postgres" / "data").exists()


def test_reset_never_touches_a_real_database(home, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/digiforma")

    with pytest.raises(services.Unavailable, match="only the embedded database is ever reset"):
        reset.forget()
