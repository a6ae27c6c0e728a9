"""The forecast by the API: what is told, from when on, and what it stands on."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context
from learners.services import recount_all
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll, visit

USAGE = "/api/v1/usage/"


@pytest.fixture
def foreseen(db):
    """Enrol Ravel's learners by (days from today, learners) and read the forecast as Sam."""

    def told(*sessions: tuple[int, int], query: str = ""):
        with staff_context():
            there = ravel.found(learners=0)
            for days, learners in sessions:
                enroll(there.ravel, learners, on=TODAY + timedelta(days=days))
            recount_all(on=TODAY)
        return visit(there.sam, USAGE + query).json()["forecast"]

    with time_machine.travel(NOW, tick=False):
        yield told


def test_usage_foresees_the_day_the_limit_is_passed_and_its_range(foreseen):
    told = foreseen((-364, 1), (-330, 89), (-300, 170), (-30, 153))

    # 1.7 a day: 153 + 1.7 x 205 once the others have left; 2.9 a day: 412 + 2.9 x 31 before
    assert told == {
        "limit_passed_on": "2027-06-16",
        "limit_passed_between": {"first_on": "2026-12-24", "last_on": "2027-06-16"},
        "one_day_peaks": [],
        "highest": {"on": "2027-10-23", "count": 721},
        "within_limit_on": None,
        "paces": {
            "last_90_days": {"entered": 153, "days": 90},
            "same_period_last_year": {"entered": 260, "days": 90},
        },
    }


def test_usage_names_the_peaks_of_one_day(foreseen):
    told = foreseen((-355, 100), (-200, 350), (9, 51))

    assert (told["limit_passed_on"], told["one_day_peaks"]) == (
        None,
        [{"on": "2026-12-02", "count": 501}],
    )
    assert told["paces"] == {
        "last_90_days": {"entered": 0, "days": 90},
        "same_period_last_year": None,
    }


def test_usage_over_the_limit_tells_the_way_back(foreseen):
    told = foreseen((-350, 40), (-30, 488))

    assert (told["limit_passed_on"], told["within_limit_on"]) == (None, "2026-12-08")


@pytest.mark.parametrize("query", [f"?on={date(2026, 11, 22)}", f"?on={date(2027, 1, 1)}"])
def test_usage_of_another_day_foresees_nothing(foreseen, query):
    assert foreseen((-300, 10), query=query) is None
