from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import staff_context, tenant_context
from learners import selectors, services
from learners.models import EntryTally
from learners.selectors import DayCount
from tests.learners.test_services import ROW, START, row

JUNE = date(2026, 6, 1)


@pytest.fixture
def tenant(places):
    """Ravel's scope: two start on 1 March, one on 1 June; a neighbour has one more."""
    with tenant_context(places.elsewhere.pk):
        services.import_rows(organization=places.elsewhere, rows=[ROW], on=START, by=None)
    with tenant_context(places.ravel.pk):
        rows = [
            ROW,
            row(email="b@c.fr"),
            row(session_code="S2", starts_on=JUNE, ends_on=JUNE),
        ]
        services.import_rows(organization=places.ravel, rows=rows, on=START, by=None)
        yield places.ravel


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (START - timedelta(days=1), 0),
        (START, 2),
        (JUNE, 3),
        (date(2027, 2, 28), 3),
        (date(2027, 3, 1), 1),
        (date(2027, 6, 1), 0),
    ],
)
def test_count_on_is_live_for_past_and_future(tenant, day, count):
    assert selectors.count_on(tenant, on=day) == count


def test_history_is_a_value_a_day_in_one_query(tenant):
    with CaptureQueriesContext(connection) as captured:
        curve = selectors.history(tenant, until=JUNE, days=94)

    march = [DayCount(START + timedelta(days=n), 2) for n in range(92)]
    assert curve == [DayCount(START - timedelta(days=1), 0), *march, DayCount(JUNE, 3)]
    assert len(captured) == 1


def test_month_values_keep_the_last_day_of_each_month(tenant):
    curve = selectors.history(tenant, until=JUNE, days=94)

    assert selectors.month_values(curve) == [
        DayCount(date(2026, 2, 28), 0),
        DayCount(date(2026, 3, 31), 2),
        DayCount(date(2026, 4, 30), 2),
        DayCount(date(2026, 5, 31), 2),
        DayCount(JUNE, 3),
    ]


def test_stored_counts_are_those_of_the_nights(places):
    with staff_context():
        services.recount_all(on=START)
        services.recount_all(on=JUNE)
    with tenant_context(places.ravel.pk):
        services.import_rows(organization=places.ravel, rows=[ROW], on=START, by=None)

        assert selectors.stored_counts(places.ravel, until=JUNE) == [
            DayCount(START, 0),
            DayCount(JUNE, 0),
        ]
        assert selectors.stored_counts(places.ravel, until=JUNE, days=2) == [DayCount(JUNE, 0)]


@pytest.mark.parametrize("reading", ["count", "history"])
def test_a_count_reads_the_index_alone(tenant, reading):
    """So few rows would be scanned whole: with that forbidden, the index is enough."""
    EntryTally.objects.bulk_create(
        EntryTally(organization=tenant, counts_on=START - timedelta(days=n), units=1)
        for n in range(2_000)
    )
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        if reading == "count":
            selectors.count_on(tenant, on=START)
        else:
            selectors.history(tenant, until=START)
        cursor.execute("EXPLAIN " + captured[-1]["sql"])
        plan = "\n".join(line for [line] in cursor.fetchall())

    assert "Index Only Scan using tallied_days on learners_entrytally" in plan
