"""Files that wait for a worker: done once whatever dies, given up at last, forgotten in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection, connections
from redis.exceptions import RedisError

from accounts.models import AuditEvent, OutgoingMail
from accounts.tenancy import staff_context, tenant_context
from learners import import_progress, import_queue, imports, tasks
from learners.models import EnrollmentGate, EnrollmentImport
from tests import world
from tests.learners.deposits import GOOD, HEADER, desk, enrollments, stored

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINES = HEADER + "".join(GOOD.replace("a@b.fr", f"a{n}@b.fr") for n in range(3))


def waiting(content: str = LINES) -> int:
    alice = desk("alice")
    number = alice.checked(content)
    alice.confirm(number)
    return number


def test_a_worker_that_dies_midway_leaves_the_file_waiting(ravel):
    number = waiting()

    def dies(_done, _total):
        raise SystemExit

    with pytest.raises(SystemExit), tenant_context(ravel.pk):
        import_queue.work(number=number, on=NOON.date(), at=NOON, told=dies)
    midway = stored(ravel, number).state, enrollments(ravel)
    tasks.work_imports()

    assert midway == ("waiting", 0)
    assert (stored(ravel, number).state, enrollments(ravel)) == ("done", 3)


def test_a_worker_twice_imports_once(ravel):
    number = waiting()

    tasks.work_imports()
    tasks.work_imports()

    assert stored(ravel, number).report["outcome"]["created"] == 3
    with tenant_context(ravel.pk):
        assert AuditEvent.objects.filter(action="enrollments imported").count() == 1
    with staff_context():
        assert OutgoingMail.objects.count() == 1


def ravel_with_a_file() -> None:
    with staff_context():
        world.organization()
    waiting()


@pytest.mark.seeded(by=ravel_with_a_file)
def test_two_workers_at_once_import_once(committed_db):
    def work(_):
        tasks.work_imports()
        connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))

    with staff_context():
        row = EnrollmentImport.objects.get()
        assert (row.state, row.report["outcome"]["created"]) == ("done", 3)
        assert AuditEvent.objects.filter(action="enrollments imported").count() == 1


def test_a_file_at_which_workers_die_is_given_up_and_told(ravel):
    number = waiting()

    with tenant_context(ravel.pk):
        tries = [import_queue.begin(number=number, at=NOON) for _ in range(7)]

    assert tries == [True] * 5 + [False] * 2
    row = stored(ravel, number)
    assert (row.state, row.closed_at, enrollments(ravel)) == ("failed", NOON, 0)
    with staff_context():
        assert OutgoingMail.objects.get().subject.startswith("Rien n’a été importé")


@pytest.mark.usefixtures("ravel")
def test_the_progress_is_heard_from_outside_the_transaction(ravel):
    number = waiting()
    heard = []

    def told(done, total):
        import_progress.tell(number, done, total)
        heard.append(import_progress.heard(number))

    with tenant_context(ravel.pk):
        import_queue.work(number=number, on=NOON.date(), at=NOON, told=told)

    assert heard == [import_progress.Progress(done=0, total=3)]


def test_a_lost_redis_loses_the_bar_and_nothing_else(settings):
    settings.CACHES = {
        **settings.CACHES,
        "progress": {**settings.CACHES["progress"], "LOCATION": "redis://127.0.0.1:1/0"},
    }
    with pytest.raises(RedisError):
        caches["progress"].get("x")

    import_progress.tell(1, 2, 3)

    assert import_progress.heard(1) is None


def close_the_gate(organization, limit=0):
    with tenant_context(organization.pk):
        EnrollmentGate.objects.create(
            organization=organization, closed_from=NOON.date() - timedelta(days=900), limit=limit
        )


def test_a_closed_gate_is_told_at_the_check_and_holds_at_the_confirmation(ravel):
    alice = desk("alice")
    alice.imported(LINES)
    close_the_gate(ravel)

    number = alice.checked(HEADER + GOOD)
    page, refused = alice.show(number), alice.confirm(number)

    assert "Les nouvelles inscriptions sont refusées" in page.text
    assert "Importer 1" not in page.text.replace("\xa0", " ")
    assert refused.status_code == 409
    assert (stored(ravel, number).state, enrollments(ravel)) == ("checked", 3)


def test_a_gate_that_closes_after_the_confirmation_asks_again(ravel):
    alice = desk("alice")
    alice.imported(LINES)
    number = waiting(HEADER + GOOD)
    close_the_gate(ravel)

    tasks.work_imports()

    row = stored(ravel, number)
    assert (row.state, enrollments(ravel)) == ("checked", 3)
    assert row.report["refusal"].startswith("Les nouvelles inscriptions sont refusées")
    with staff_context():
        assert OutgoingMail.objects.filter(subject__startswith="Rien n’a été importé").count() == 1


def test_files_are_forgotten_after_a_week_and_reports_stay(ravel):
    done, forgotten = waiting(), desk("alice").checked(LINES)
    tasks.work_imports()
    with tenant_context(ravel.pk):
        closed_at = EnrollmentImport.objects.get(pk=done).closed_at

    with staff_context():
        early = import_queue.empty_old_files(at=closed_at + timedelta(days=6))
        late = import_queue.empty_old_files(at=closed_at + timedelta(days=7, minutes=1))
        again = import_queue.empty_old_files(at=closed_at + timedelta(days=8))

    assert (early, late, again) == (0, 2, 0)
    rows = stored(ravel, done), stored(ravel, forgotten)
    assert [(row.state, row.content, row.sample) for row in rows] == [
        ("done", None, []),
        ("abandoned", None, []),
    ]
    assert rows[0].report["outcome"]["created"] == 3


def test_a_file_that_a_worker_holds_is_not_matched_again(ravel):
    number = waiting()
    with tenant_context(ravel.pk):
        deposited = EnrollmentImport.objects.get(pk=number)
        with pytest.raises(imports.NotThere):
            imports.match(deposited=deposited, choices=[], on=NOON.date(), at=NOON)
        with pytest.raises(imports.NotThere):
            imports.abandon(deposited=deposited, by=deposited.author, at=NOON)
    assert not connection.needs_rollback
