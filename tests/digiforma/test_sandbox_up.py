"""`make run` from its first start to a kill -9 and back, on one home folder."""

import os
import signal
from pathlib import Path

import pytest

from tests.digiforma.sandbox_processes import Up, living, manage, wait_for

pytestmark = pytest.mark.xdist_group("up")  # they share one home, made once
PLANS = "from subscriptions.models import Plan; print(Plan.objects.count())"
REMEMBER = "from django.core.cache import cache; cache.set('found', 'again', None)"
RECALL = "from django.core.cache import cache; print(cache.get('found'))"


@pytest.fixture(scope="module")
def home(public_folders):
    """A home made by an ordinary command: cluster, tables, catalogue."""
    home = public_folders()
    first = manage("shell", "--no-imports", "-c", PLANS, home=home)
    assert first.returncode == 0, first.stderr
    assert int(first.stdout) > 0
    return home


@pytest.fixture
def up(home):
    running = Up(home)
    yield running
    if running.process.poll() is None:
        running.signal(signal.SIGTERM)


def test_a_command_starts_the_services_for_its_time_only(home):
    told = manage("shell", "--no-imports", "-c", REMEMBER, home=home)

    assert (told.returncode, told.stderr) == (0, "")
    assert not (home / "services.json").exists()
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def test_up_serves_and_lets_commands_find_its_database(home, up):
    manage("shell", "--no-imports", "-c", REMEMBER, home=home)
    seconds = up.wait_until_ready()

    assert up.answers() == 200
    assert manage("shell", "--no-imports", "-c", RECALL, home=home).stdout == "again\n"
    assert (home / "services.json").stat().st_mode & 0o777 == 0o600
    assert seconds < 30  # 2.5 on a quiet machine; this one runs other tests beside


def test_a_second_up_says_that_one_runs_already(home, up):
    up.wait_until_ready()

    second = manage("up", home=home)

    assert (second.returncode, second.stderr) == (
        1,
        f"Process {up.process.pid} already runs the services in {home}.\n",
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_ends_in_order_and_leaves_nothing_running(up, number):
    up.wait_until_ready()
    up.wait_for_programs()
    family = up.family()

    code = up.signal(number)

    assert (code, living(family)) == (0, set())
    assert up.log.read_text().endswith("Stopped.\n")


def test_up_interrupted_while_it_starts_ends_as_well(home, up):
    wait_for(lambda: "Starting the embedded services" in up.log.read_text())

    code = up.signal(signal.SIGINT)

    assert (code, living(up.family())) == (0, set())


def test_a_killed_up_leaves_nothing_running_and_the_next_one_recovers(home, up):
    up.wait_until_ready()
    up.wait_for_programs()
    manage("shell", "--no-imports", "-c", REMEMBER, home=home)
    family = up.family()

    up.signal(signal.SIGKILL)
    following = Up(home)
    following.wait_until_ready()
    wait_for(lambda: not living(family), patience=20)

    assert following.answers() == 200
    assert manage("shell", "--no-imports", "-c", RECALL, home=home).stdout == "again\n"
    assert following.signal(signal.SIGTERM) == 0


def test_up_starts_a_dead_program_again(up):
    up.wait_until_ready()
    up.wait_for_programs()
    web = next(pid for pid in up.family() if _is_gunicorn(pid))

    os.kill(web, signal.SIGKILL)
    wait_for(lambda: "web    | ended with code -9; again in 1 s" in up.log.read_text())

    wait_for(lambda: _health(up) == 200, patience=30)


def _is_gunicorn(pid: int) -> bool:
    return b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _health(up: Up) -> int | None:
    try:
        return up.answers()
    except OSError:
        return None
