from datetime import date, timedelta

import pytest

from support.announcements import promise
from support.models import BusySeason
from support.seasons import SeasonIsOver, SeasonsOverlap, announce, correct
from support.workflow import NotAllowed
from tests.support.conftest import TODAY

FIRST_ON, LAST_ON = date(2026, 12, 21), date(2027, 1, 4)
DAY = timedelta(days=1)


@pytest.fixture
def season(staff) -> BusySeason:
    return christmas(staff)


def christmas(desk, name: str = "lea", **changed) -> BusySeason:
    days = {"first_on": FIRST_ON, "last_on": LAST_ON, "working_days": 3, "on": TODAY}
    return announce(actor=desk.people[name], **{**days, **changed})


def corrected(desk, season, name: str = "lea", **changed) -> BusySeason:
    days = {"first_on": FIRST_ON, "last_on": LAST_ON, "working_days": 3, "on": TODAY}
    return correct(season_id=season.pk, actor=desk.people[name], **{**days, **changed})


@pytest.mark.parametrize("name", ["lea", "magda"])
def test_care_and_managers_announce_and_customers_read_it_at_once(staff, name):
    made = christmas(staff, name, first_on=TODAY)

    assert made.announced_by == staff.people[name]
    assert promise(on=TODAY).busy_until == LAST_ON


@pytest.mark.parametrize("name", ["victor", "remi", "alice"])
def test_nobody_else_announces_or_corrects(staff, season, name):
    with pytest.raises(NotAllowed):
        christmas(staff, name, first_on=date(2027, 7, 1), last_on=date(2027, 8, 31))
    with pytest.raises(NotAllowed):
        corrected(staff, season, name, working_days=5)

    assert BusySeason.objects.get().working_days == 3


def test_days_gone_by_are_not_announced(staff):
    with pytest.raises(SeasonIsOver):
        christmas(staff, first_on=TODAY - 3 * DAY, last_on=TODAY - DAY)

    assert christmas(staff, first_on=TODAY - 3 * DAY, last_on=TODAY).last_on == TODAY


@pytest.mark.parametrize(
    ("first_on", "last_on", "overlaps"),
    [
        (FIRST_ON - 5 * DAY, FIRST_ON - DAY, False),
        (FIRST_ON - 5 * DAY, FIRST_ON, True),
        (FIRST_ON + DAY, LAST_ON - DAY, True),
        (FIRST_ON - DAY, LAST_ON + DAY, True),
        (LAST_ON, LAST_ON + 5 * DAY, True),
        (LAST_ON + DAY, LAST_ON + 5 * DAY, False),
    ],
)
def test_two_seasons_share_no_day(staff, season, first_on, last_on, overlaps):
    if overlaps:
        with pytest.raises(SeasonsOverlap) as caught:
            christmas(staff, first_on=first_on, last_on=last_on)
        assert caught.value.args == (season,)
    else:
        christmas(staff, first_on=first_on, last_on=last_on)

    assert BusySeason.objects.count() == 1 + (not overlaps)


def test_a_season_does_not_overlap_itself(staff, season):
    corrected(staff, season, last_on=LAST_ON + DAY, working_days=5)

    assert BusySeason.objects.values_list("first_on", "last_on", "working_days").get() == (
        FIRST_ON,
        LAST_ON + DAY,
        5,
    )


def test_a_last_day_of_yesterday_ends_a_season_at_once(staff, season):
    corrected(staff, season, last_on=FIRST_ON + DAY, on=FIRST_ON + 2 * DAY)

    assert promise(on=FIRST_ON + 2 * DAY).busy_until is None


def test_a_season_told_to_customers_is_not_taken_back_further(staff, season):
    with pytest.raises(SeasonIsOver):
        corrected(staff, season, last_on=FIRST_ON + DAY, on=FIRST_ON + 3 * DAY)


def test_a_season_gone_by_is_not_rewritten(staff, season):
    with pytest.raises(SeasonIsOver):
        corrected(staff, season, last_on=LAST_ON + 9 * DAY, on=LAST_ON + DAY)

    assert BusySeason.objects.get().last_on == LAST_ON
