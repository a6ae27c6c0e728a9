"""`make run` from its first start to a kill -9 and back, on one home folder."""

import os
import signal

import pytest

from tests.digiforma.sandbox_processes import Up, living, manage, parents, wait_for

PLANS = "from subscriptions.models import Plan; print(Plan.objects.count())"
REMEMBER = "from django.core.cache import cache; cache.set('found', 'again', None)"
RECALL = "from django.core.cache import cache; print(cache.get('found'))"


def shell(code, home):
    return manage("shell", "--no-imports", "-c", code, home=home)


@pytest.fixture(scope="module")
def home(public_folders):
    """A home made by an ordinary command: cluster, tables, catalogue, and one remembered row."""
    home = public_folders()
    first = shell(f"{PLANS}; {REMEMBER}", home)
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
    told = shell(RECALL, home)

    assert (told.returncode, told.stdout, told.stderr) == (0, "again\n", "")
    assert not (home / "services.json").exists()
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def test_up_serves_alone_lets_commands_in_and_ends_in_order(home, up):
    up.wait_until_ready()
    up.wait_for_programs()
    family = up.family()

    assert up.health() == 200
    assert shell(RECALL, home).stdout == "again\n"
    assert (home / "services.json").stat().st_mode & 0o777 == 0o600
    second = manage("up", home=home)
    assert (second.returncode, second.stderr) == (
        1,
        f"Process {up.process.pid} already runs the services in {home}.\n",
    )

    assert (up.signal(signal.SIGINT), living(family)) == (0, set())
    assert up.log.read_text().endswith("Stopped.\n")


def test_up_interrupted_while_it_starts_ends_as_well(home, up):
    wait_for(lambda: "Starting the embedded services" in up.log.read_text())

    assert (up.signal(signal.SIGINT), living(up.family())) == (0, set())


def test_a_killed_up_leaves_nothing_running_and_the_next_one_recovers(home, up):
    up.wait_until_ready()
    up.wait_for_programs()
    family = up.family()

    up.signal(signal.SIGKILL)
    following = Up(home)
    following.wait_until_ready()
    wait_for(lambda: not living(family), patience=30)

    assert following.health() == 200
    assert shell(RECALL, home).stdout == "again\n"
    assert following.signal(signal.SIGTERM) == 0


def test_up_starts_a_dead_program_again(up):
    up.wait_until_ready()
    web = next(pid for pid, parent in parents().items() if _is_web(pid, parent, up))

    os.kill(web, signal.SIGKILL)
    wait_for(lambda: "web    | ended with code -9; again in 1 s" in up.log.read_text())

    wait_for(lambda: up.health() == 200)
    assert up.signal(signal.SIGTERM) == 0


def _is_web(pid: int, parent: int, up: Up) -> bool:
    if parent != up.process.pid:
        return False
    with open(f"/proc/{pid}/cmdline", "rb") as words:
        return b"gunicorn" in words.read()
