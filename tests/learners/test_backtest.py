"""How far the forecasts of past days fell."""

from datetime import date, timedelta
from fractions import Fraction
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.tenancy import staff_context
from learners import services
from learners.backtest import Error, Try, error, tries
from tests.digiforma.ravel import enroll

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


def foreseeing(counted: int, recent: int) -> Try:
    return Try(30, counted, recent=recent, a_year_ago=0, unchanged=0)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], None),
        ([foreseeing(100, 100)], Error(1, Fraction(0), Fraction(0), Fraction(0))),
        (
            [foreseeing(100, 90), foreseeing(50, 55), foreseeing(50, 51)],
            Error(3, Fraction(16, 3), Fraction(8), Fraction(-4, 3)),
        ),
        ([foreseeing(0, 3)], Error(1, Fraction(3), Fraction(0), Fraction(3))),
    ],
)
def test_error_is_absolute_and_the_bias_is_signed(given, expected):
    assert error(given, "recent") == expected


def counted_over(places, first: date, last: date, *, every: int = 1) -> None:
    for n in range(0, (last - first).days + 1, every):
        services.recount_all(on=first + n * DAY)


def test_tries_foresee_with_what_was_known_then_and_are_judged_by_the_last_count(places):
    ravel = places.ravel
    made_on = TODAY - 30 * DAY
    with staff_context():
        enroll(ravel, 1, on=made_on - 500 * DAY)
        enroll(ravel, 45, on=made_on - 300 * DAY)
        enroll(ravel, 90, on=made_on - 10 * DAY)
        enroll(ravel, 12, on=made_on + 20 * DAY)
        services.recount_all(on=made_on)
        enroll(ravel, 30, on=TODAY)  # nobody knew
        services.recount_all(on=TODAY)
        enroll(ravel, 5, on=TODAY - DAY)  # nor this, and it came late
        services.recount_all(on=TODAY)

        found = list(tries(ravel))

    # 135 then; 1 a day for 30 days, 12 of them known; last year's window of 90 days had 45
    assert found == [
        Try(30, counted=135 + 12 + 30 + 5, recent=135 + 30, a_year_ago=135 + 15, unchanged=135)
    ]


def test_tries_wait_for_a_year_of_history(places):
    with staff_context():
        enroll(places.ravel, 9, on=TODAY - 360 * DAY)
        counted_over(places, TODAY - 30 * DAY, TODAY, every=30)

        assert list(tries(places.ravel)) == []


def test_the_command_says_when_there_is_nothing_to_replay(places):
    with pytest.raises(CommandError, match="un an d’inscriptions"):
        call_command("backtest_forecast", stdout=StringIO(), stderr=StringIO())


@pytest.mark.parametrize("every", [0, -1])
def test_the_command_refuses_a_step_below_one(places, every):
    with pytest.raises(CommandError, match="1 au moins"):
        call_command("backtest_forecast", every=every, stdout=StringIO(), stderr=StringIO())


def test_the_command_prints_each_error(places):
    made_on = TODAY - 30 * DAY
    with staff_context():
        enroll(places.ravel, 45, on=made_on - 500 * DAY)
        enroll(places.ravel, 90, on=made_on - 10 * DAY)
        services.recount_all(on=made_on)
        enroll(places.ravel, 35, on=TODAY)
        services.recount_all(on=TODAY)
    out = StringIO()

    call_command("backtest_forecast", organization="ravel", stdout=out, stderr=StringIO())

    assert out.getvalue().splitlines() == [
        "À 30 jours (prévisions : 1)",
        "  rythme des 90 derniers jours : erreur moyenne 5,0 apprenants (4,0 %), biais -5,0",
        "  même période l’an dernier : erreur moyenne 35,0 apprenants (28,0 %), biais -35,0",
        "  le nombre du jour, inchangé : erreur moyenne 35,0 apprenants (28,0 %), biais -35,0",
        "À 90 jours (prévisions : 0)",
        "À 180 jours (prévisions : 0)",
    ]
