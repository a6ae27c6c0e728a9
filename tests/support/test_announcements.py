from datetime import date, timedelta

import pytest
from django.db import ProgrammingError
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.tenancy import person_context, staff_context, tenant_context
from support.announcements import HOUR, Promise, delay_text, promise
from support.models import BusySeason, DeskMeasure
from support.working_time import DAY
from tests.proving import examples
from tests.support.conftest import TODAY

CHRISTMAS = {"first_on": date(2026, 12, 21), "last_on": date(2027, 1, 4), "working_days": 3}


def measured(replies: int = 8, minutes: int | None = 100, *, on: date = TODAY) -> None:
    DeskMeasure.objects.create(
        measured_on=on, weeks=8, replies=replies, reply_minutes=minutes, completions=0
    )


def announced(desk, **season) -> None:
    BusySeason.objects.create(announced_by=desk.people["lea"], **season)


def told(given: Promise) -> str:
    return render_to_string("support/_promise.html", {"promise": given}).strip()


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, "1 heure ouvrée"),
        (60, "1 heure ouvrée"),
        (61, "2 heures ouvrées"),
        (240, "4 heures ouvrées"),
        (241, "1 jour ouvré"),  # five hours are nobody's promise
        (540, "1 jour ouvré"),  # 9 h to 18 h
        (541, "2 jours ouvrés"),
        (1_620, "3 jours ouvrés"),
    ],
)
def test_a_delay_is_told_in_words_and_rounded_up(minutes, expected):
    assert delay_text(minutes) == expected


@settings(max_examples=examples(100, 2_000))
@given(st.integers(min_value=0, max_value=100_000))
def test_a_delay_never_promises_less_than_was_measured(minutes):
    number, unit, _worked = delay_text(minutes).split()

    assert int(number) * (HOUR if unit.startswith("heure") else DAY) >= minutes


def test_the_target_is_told_while_too_little_is_measured(staff):
    measured(replies=4)

    assert promise(on=TODAY) == Promise("1 jour ouvré", is_measured=False, busy_until=None)
    assert told(promise(on=TODAY)) == "Réponse prévue sous 1 jour ouvré."


def test_the_median_is_told_from_five_replies_on(staff):
    measured(replies=5, minutes=700)

    assert promise(on=TODAY) == Promise("2 jours ouvrés", is_measured=True, busy_until=None)
    assert told(promise(on=TODAY)) == "Réponse sous 2 jours ouvrés en général."


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (TODAY - timedelta(days=1), False),  # not known yet
        (TODAY, True),
        (TODAY + timedelta(days=6), True),
        (TODAY + timedelta(days=7), False),  # the job has stopped: it tells nothing of today
    ],
)
def test_a_measure_is_told_for_a_week(staff, on, expected):
    measured()

    assert promise(on=on).is_measured is expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 12, 20), "Réponse sous 2 heures ouvrées en général."),
        (date(2026, 12, 21), "Délai allongé jusqu’au 4 janvier : comptez 3 jours ouvrés."),
        (date(2027, 1, 4), "Délai allongé jusqu’au 4 janvier : comptez 3 jours ouvrés."),
        (date(2027, 1, 5), "Réponse sous 2 heures ouvrées en général."),
    ],
)
def test_a_busy_season_is_told_from_its_first_day_to_its_last(staff, on, expected):
    announced(staff, **CHRISTMAS)
    measured(on=on)

    assert told(promise(on=on)) == expected


def test_the_first_of_a_month_stands_with_its_exponent(staff):
    announced(staff, **{**CHRISTMAS, "last_on": date(2027, 1, 1), "working_days": 1})

    assert told(promise(on=date(2027, 1, 1))) == (
        "Délai allongé jusqu’au 1<sup>er</sup> janvier : comptez 1 jour ouvré."
    )


def test_customers_and_strangers_read_it_in_one_query(desk, django_assert_num_queries):
    with staff_context():
        announced(desk, **CHRISTMAS)
        measured()
        expected = promise(on=CHRISTMAS["first_on"])

    with tenant_context(desk.elsewhere.pk), django_assert_num_queries(1):
        assert promise(on=CHRISTMAS["first_on"]) == expected
    with django_assert_num_queries(1):
        assert promise(on=CHRISTMAS["first_on"]) == expected
    assert expected.busy_until == CHRISTMAS["last_on"]


def test_customers_announce_and_measure_nothing(desk):
    with pytest.raises(ProgrammingError, match="row-level security"), tenant_context(desk.ravel.pk):
        announced(desk, **CHRISTMAS)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        person_context(desk.people["alice"].pk),
    ):
        measured()
