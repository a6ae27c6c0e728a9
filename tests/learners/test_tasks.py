"""The nightly count: each night once, the missed ones caught up."""

from datetime import timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context, tenant_context
from learners import services, tasks
from learners.models import DailyCount
from tests.learners.test_services import ROW, START, row

pytestmark = pytest.mark.usefixtures("places")


def recount_at(moment):
    with time_machine.travel(moment, tick=False):
        return tasks.recount_learners.apply().get()


def stored(slug="ravel"):
    with staff_context():
        return [
            (f"{on:%d/%m}", count)
            for on, count in DailyCount.objects.filter(organization__slug=slug)
            .order_by("counted_on")
            .values_list("counted_on", "count")
        ]


def test_recount_stores_today_in_paris():
    recount_at("2026-03-28T23:30:00+00:00")  # half past midnight in Paris

    assert stored() == [("29/03", 0)]


def test_recount_twice_the_same_day_writes_nothing_more():
    assert recount_at("2026-03-28T04:00:00+01:00") == 2
    assert recount_at("2026-03-28T04:00:00+01:00") == 0

    assert stored() == [("28/03", 0)]


def test_recount_catches_up_the_missed_nights(ravel):
    recount_at("2026-02-27T04:00:00+01:00")
    later = START + timedelta(days=1)
    with tenant_context(ravel.pk):
        services.import_rows(
            organization=ravel,
            rows=[ROW, row(session_code="S2", starts_on=later, ends_on=later)],
            on=START,
            by=None,
        )

    assert recount_at("2026-03-02T04:00:00+01:00") == 6

    assert stored() == [("27/02", 0), ("28/02", 0), ("01/03", 1), ("02/03", 2)]
    assert stored("ailleurs") == [("27/02", 0), ("28/02", 0), ("01/03", 0), ("02/03", 0)]
