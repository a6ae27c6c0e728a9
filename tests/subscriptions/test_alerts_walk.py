"""Any nights against a model of four lamps, whether the job runs each night or not."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.tenancy import staff_context
from tests import world
from tests.proving import examples
from tests.subscriptions.limits import counts, day, mailed, night, overruns, raised, warn

LEVELS = NEAR, CLOSE, REACHED, OVER = 80, 90, 100, 101
COUNTS = [370, 375, 399, 400, 425, 426, 450, 475, 476, 500, 501, 540]

pytestmark = pytest.mark.django_db


@settings(max_examples=examples(10, 300), deadline=None)
@given(walk=st.lists(st.tuples(st.sampled_from(COUNTS), st.booleans(), st.booleans()), max_size=15))
def test_any_nights_tell_each_crossing_once_whenever_the_job_runs(walk):
    """Each night: its count, whether the job runs at all, whether it runs twice."""
    with staff_context(), transaction.atomic():
        world.put_on_sale()
        ravel = world.organization()
        world.subscribed(ravel, on=day(-30))
        night(ravel, 0, on=day(-1))
        for number, (count, runs, twice) in enumerate(walk):
            counts(ravel, count, on=day(number))
            for _run in range(runs + (runs and twice)):
                warn(day(number))
        warn(day(len(walk)))

        crossings, since = expected([count for count, _runs, _twice in walk])
        assert [alert[:3] for alert in raised()] == crossings
        assert [first for first, _closes, ended, _why in overruns() if ended is None] == since
        ends = sum(subject.startswith("Vous êtes revenu") for subject in mailed())
        assert len(mailed()) - ends == sum(is_mailed for *_told, is_mailed in raised())
        assert ends <= sum(why == "count" for *_days, why in overruns())
        transaction.set_rollback(True)


def expected(told: list[int]) -> tuple[list[tuple], list[int]]:
    """Return (night, level, count) of each crossing, and the first night of what still runs."""
    lamps, crossings, since = dict.fromkeys(LEVELS, False), [], None
    for number, count in enumerate(told):
        lit = [level for level in LEVELS if _passes(level, count) and not lamps[level]]
        for level in LEVELS:
            is_kept = lamps[level] and 100 * count > (min(level, REACHED) - 5) * 500
            lamps[level] = _passes(level, count) or is_kept
        if lit:
            crossings.append((number, max(lit), count))
        if count <= 500:
            since = None
        elif since is None:
            since = number
    return crossings, [] if since is None else [since]


def _passes(level: int, count: int) -> bool:
    return count > 500 if level == OVER else count >= 5 * level
