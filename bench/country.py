"""Count the learners of a whole country: every body each night, and one body on its page (R14).

    python -m bench country [--scale 0.05] [--rounds 5] [--sample 300] [--rows 10000]

The yardstick is a bare `count(*)` of the enrolments by sequential scan, in the same run.
"""

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection
from django.db.models.functions import Now

from accounts.models import Organization
from accounts.tenancy import staff_context, tenant_context
from bench.france import SEED, TODAY, populate
from learners.enrollment_row import EnrollmentRow
from learners.models import DailyCount, Enrollment, Status
from learners.rolling_year import DAYS_COUNTED, first_day_counted
from learners.selectors import count_on, history
from learners.services import import_rows, recount_all

LARGEST = """
    SELECT organization_id FROM learners_dailycount ORDER BY count DESC, organization_id LIMIT 1
"""
SIZES = """
    SELECT relname, pg_relation_size(oid) FROM pg_class
     WHERE relname IN ('learners_enrollment', 'learners_entrytally') OR oid IN
           (SELECT indexrelid FROM pg_index
             WHERE indrelid IN ('learners_enrollment'::regclass, 'learners_entrytally'::regclass))
     ORDER BY 2 DESC
"""


def main(words: list[str]) -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench country")
    parser.add_argument("--scale", type=float, default=0.05, help="1 is the whole country")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=300, help="bodies asked one by one")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of one import")
    measure(parser.parse_args(words))


def measure(arguments: argparse.Namespace) -> None:
    """Populate the country, then print what each read of it costs."""
    begun = time.perf_counter()
    for written in populate(os.environ["BENCH_SUPERUSER"], arguments.scale):
        print(f"{written:<30} after {time.perf_counter() - begun:.0f} s")
    bodies = nightly(arguments.rounds)
    sampled = random.Random(SEED).sample(bodies, min(arguments.sample, len(bodies)))
    with staff_context():
        [largest] = rows(LARGEST)[0]
    one_by_one(sampled, bodies)
    on_a_page(sampled, largest)
    importing(arguments.rows)
    with staff_context():
        for name, size in rows(SIZES):
            print(f"{name:<55} {size / 2**20:>8.1f} MB")


def nightly(rounds: int) -> list[int]:
    """Print what the recount of every body costs beside a bare count; return the bodies."""
    bare, recounts, again = [], [], []
    for back in range(rounds):
        with staff_context():
            bare.append(seconds(bare_count))
            recounts.append(seconds(lambda on=TODAY - timedelta(days=back): recount_all(on=on)))
            again.append(seconds(lambda on=TODAY - timedelta(days=back): recount_all(on=on)))
    with staff_context():
        assert recount_all(on=TODAY) == 0, "a second recount wrote rows"
        bodies = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
        units = sum(DailyCount.objects.filter(counted_on=TODAY).values_list("count", flat=True))
    ratio = statistics.median(recounts) / statistics.median(bare)
    print(f"{units} enrolments counted on {TODAY}")
    print(f"bare count(*)          {told(bare)}")
    print(f"recount, rows stored   {told(recounts)}   ÷ bare = {ratio:.2f}")
    print(f"recount, none stored   {told(again)}   0 rows")
    return bodies


def bare_count() -> None:
    """Count the table by sequential scan, as the recount's yardstick."""
    rows("SET LOCAL enable_indexscan = off")
    rows("SET LOCAL enable_indexonlyscan = off")
    rows("SELECT count(*) FROM learners_enrollment")
    rows("SET LOCAL enable_indexscan = on")
    rows("SET LOCAL enable_indexonlyscan = on")


def one_by_one(sampled: list[int], bodies: list[int]) -> None:
    """Print what the night would cost as a loop, a query a body, each stored as the recount does.

    Both count the enrolments. The bare loop is one transaction that stores nothing; the other
    opens the scope of each body, as a task for each would.
    """
    bare, stored, nights = [], [], []
    for ahead in (1, 2, 3):
        on = TODAY + timedelta(days=ahead)
        with staff_context():
            nights.append(seconds(lambda on=on: recount_all(on=on)))
            bare.append(seconds(lambda on=on: [counted_alone(key, on) for key in sampled]))
        later = on + timedelta(days=10)
        stored.append(seconds(lambda on=later: [store_alone(key, on) for key in sampled]))
    night = statistics.median(nights)
    for name, times in (("query alone", bare), ("scope, query, row", stored)):
        whole = statistics.median(times) / len(sampled) * len(bodies)
        print(f"a body: {name:<18} {whole:>8.2f} s for all   ÷ recount = {whole / night:.0f}")


def counted_alone(key: int, on: date) -> int:
    """Count the enrolments of one body, as the recount counts those of all."""
    return (
        Enrollment.objects.for_organization(key)
        .filter(counted=True, counts_on__range=(first_day_counted(on), on))
        .count()
    )


def store_alone(key: int, on: date) -> None:
    with tenant_context(key):
        DailyCount.objects.create(
            organization_id=key,
            counted_on=on,
            count=counted_alone(key, on),
            recorded_at=Now(),
        )


def on_a_page(sampled: list[int], largest: int) -> None:
    """Print what one count and one year's curve cost in SQL, and how few days they read."""
    for name, read in (("one count", count_on_today), ("one year's curve", curve)):
        times = sorted(timed_alone(key, read) for key in sampled)
        worst = statistics.median(timed_alone(largest, read) for _time in range(9))
        p99 = times[int(0.99 * (len(times) - 1))]
        print(
            f"{name:<18} median {statistics.median(times):.2f} ms  p99 {p99:.2f} ms  "
            f"largest {worst:.2f} ms"
        )
    with tenant_context(largest):
        count = count_on(Organization(pk=largest), on=TODAY)
        listed = counted_alone(largest, TODAY)
        read = rows_read(largest)
    print(f"the largest counts {count}, its list {listed}, and reads {read} days")
    assert count == listed, "the days do not add up to the enrolments"
    assert read <= DAYS_COUNTED, "a page reads more than the days of its own count"


def timed_alone(key: int, read: Callable[[Organization], object]) -> float:
    """Return the milliseconds that the database takes for one read within its tenant's scope."""
    spent = []

    def watch(execute, *query):
        begun = time.perf_counter()
        answer = execute(*query)
        spent.append(time.perf_counter() - begun)
        return answer

    with tenant_context(key), connection.execute_wrapper(watch):
        read(Organization(pk=key))
    return 1000 * sum(spent)


def count_on_today(organization: Organization) -> None:
    count_on(organization, on=TODAY)


def curve(organization: Organization) -> None:
    history(organization, until=TODAY)


READ_BY_A_COUNT = """
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT sum(units) FROM learners_entrytally
     WHERE organization_id = %s AND counts_on BETWEEN %s AND %s
"""


def rows_read(key: int) -> int:
    """Return how many rows the count of one body reads."""
    with connection.cursor() as cursor:
        cursor.execute(READ_BY_A_COUNT, [key, first_day_counted(TODAY), TODAY])
        [[[told]]] = cursor.fetchall()
    plan = told["Plan"]
    while "Plans" in plan:
        [plan] = plan["Plans"]
    return int(plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)) * plan["Actual Loops"]


def importing(count: int) -> None:
    """Print how fast a file of new enrolments is written, and read again unchanged."""
    with staff_context():
        organization = Organization.objects.create(name="Import", slug="import")
    told = [
        EnrollmentRow(
            line=n,
            session_code=f"S{n // 12}",
            title="Session",
            starts_on=TODAY - timedelta(days=n // 12 % 400),
            ends_on=TODAY - timedelta(days=n // 12 % 400),
            email=f"a{n}@exemple.fr",
            last_name="Nom",
            first_name="Prénom",
            status=Status.ENROLLED,
            left_on=None,
        )
        for n in range(count)
    ]
    for name in ("new", "unchanged"):
        with tenant_context(organization.pk):
            took = seconds(
                lambda: import_rows(organization=organization, rows=told, on=TODAY, by=None)
            )
        print(f"import, {name:<12} {count / took:>8.0f} rows/s")


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def told(times: list[float]) -> str:
    return f"median {statistics.median(times):>7.3f} s of {len(times)}"
