"""Any history, counted by hand: the number, its list for ever, and why it changed (R14)."""

from datetime import date
from itertools import combinations_with_replacement

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.services import create_organization
from accounts.tenancy import staff_context
from learners import selectors, tallies
from learners.causes import Cause
from learners.differences import Change, Difference, difference
from learners.models import DailyCount
from learners.proof import proof
from learners.rolling_year import first_day_counted
from learners.sights import Sight, stored_sights
from tests.learners.conftest import person
from tests.learners.histories import DAY, DAYS, HISTORIES, SESSIONS, Snapshot, Stage, counted
from tests.proving import examples

any_history = given(
    st.lists(DAYS, min_size=SESSIONS, max_size=SESSIONS),
    HISTORIES,
    st.lists(DAYS, min_size=1, max_size=3),
)
often = settings(
    max_examples=examples(12, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def organization(db):
    """The only one, in the staff's scope."""
    with staff_context():
        yield create_organization(name="Ravel", slug="ravel", owner=person("alice"))


def played(organization, starts, history) -> Stage:
    stage = Stage(organization, starts)
    for deed in history:
        stage.play(*deed)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    return stage


def sights_of(stage: Stage, days: list[date]) -> list[tuple[Sight, Snapshot]]:
    """Return every count stored and a few days as they are known now, beside them by hand."""
    stored = stored_sights(stage.organization, {day for day, _version in stage.hand.stored})
    found = [(sight, stage.hand.stored[on, sight.version]) for on in stored for sight in stored[on]]
    return found + [(Sight(on), stage.hand.snapshot()) for on in days]


@often
@any_history
def test_any_history_counts_as_by_hand(organization, starts, history, days):
    with transaction.atomic():
        stage = played(organization, starts, history)
        now = stage.hand.snapshot()
        edges = [on + n * DAY for on in stage.hand.starts for n in (-1, 0, 364, 365)]
        for on in {*days, *edges, date(2024, 2, 29), date(2025, 2, 28)}:
            assert selectors.count_on(organization, on=on) == len(counted(now, on))
        until = max(stage.hand.starts)
        curve = selectors.history(organization, until=until)
        assert [(day.on, day.count) for day in curve] == [
            (on, len(counted(now, on))) for on in (until - n * DAY for n in range(364, -1, -1))
        ]
        assert tallies.mend() == 0, "the entries of a day differ from its enrolments"
        transaction.set_rollback(True)


@often
@any_history
def test_any_number_has_its_list_for_ever(organization, starts, history, days):
    with transaction.atomic():
        stage = played(organization, starts, history)
        stored = DailyCount.objects.values_list("counted_on", "version", "count")
        assert {(on, version): count for on, version, count in stored} == {
            (on, version): len(counted(then, on))
            for (on, version), then in stage.hand.stored.items()
        }
        for sight, then in sights_of(stage, days):
            expected = counted(then, sight.on)
            found = proof(organization, sight)
            behind, rows = found.behind, found.rows
            assert sorted((row.code, row.first_name, row.enters_on) for row in rows) == sorted(
                (f"S{unit[0]}", f"{stage.hand.owners[unit]}", on) for unit, on in expected.items()
            )
            assert behind.count == len(rows) == sum(each.units for each in behind.sessions)
            assert behind.count == sight.count or sight.count is None
            assert behind.people == len(
                {stage.hand.person(stage.hand.owners[unit]) for unit in expected}
            )
        transaction.set_rollback(True)


@often
@any_history
def test_any_difference_is_shared_out_among_its_causes(organization, starts, history, days):
    with transaction.atomic():
        stage = played(organization, starts, history)
        units = stage.units()
        sights = sorted(sights_of(stage, days), key=lambda told: told[0].on)
        for (first, before), (second, after) in combinations_with_replacement(sights, 2):
            found = difference(organization, first, second)
            check_partition(found, units, counted(before, first.on), counted(after, second.on))
            check_causes(found, units, before, after)
        transaction.set_rollback(True)


def check_partition(found: Difference, units, before, after) -> None:
    assert (found.before, found.after) == (len(before), len(after))
    assert {units[change.enrollment]: change.is_in for change in found.changes} == {
        unit: unit in after for unit in before.keys() ^ after.keys()
    }
    assert len({change.enrollment for change in found.changes}) == len(found.changes)
    assert sum(figure.units for figure in found.figures) == len(found.changes)
    assert found.before + sum(figure.change for figure in found.figures) == found.after


def check_causes(found: Difference, units, before: Snapshot, after: Snapshot) -> None:
    for change in found.changes:
        unit = units[change.enrollment]
        days = found.first.on, found.second.on
        assert may_be_said(change, *days, before.get(unit), after.get(unit))


def may_be_said(change: Change, since: date, until: date, before, after) -> bool:
    """Check what the page says of a cause against what was written at the two counts."""
    match change.cause, change.is_in:
        case Cause.ENTERED, True:
            return since < after[1] <= until
        case Cause.LEFT, False:
            return first_day_counted(since) <= before[1] < first_day_counted(until)
        case Cause.CANCELLED, False:
            return not after[0]
        case Cause.MOVED, _:
            return before[0] and after[0] and before[1] != after[1]
        case Cause.LATE, True:
            return after[1] <= since and not (before and before[0])
        case Cause.LATE, False:
            return after is None
    return False
