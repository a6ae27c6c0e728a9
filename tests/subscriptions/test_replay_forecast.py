"""`replay_forecast`: what a past forecast stood on and said, whatever was changed since."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.tenancy import staff_context
from learners.models import DailyCount
from learners.services import recount_all
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll

DAY = timedelta(days=1)


@pytest.fixture
def found(db):
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            there = ravel.found(learners=0)
            enroll(there.ravel, 259, on=TODAY - 300 * DAY)
            enroll(there.ravel, 153, on=TODAY - 30 * DAY)
            recount_all(on=TODAY)
        yield there


def replayed(**asked) -> list[str]:
    out = StringIO()
    call_command("replay_forecast", organization="ravel", on=str(TODAY), stdout=out, **asked)
    return out.getvalue().splitlines()


def test_a_day_is_replayed_with_its_inputs(found):
    with staff_context():
        count = DailyCount.objects.latest("moment")
        written_at = timezone.localtime(count.recorded_at)

    said = replayed()

    assert said[:6] == [
        "Comptage du 2026-11-23, version 2 : 412 apprenants, limite 500.",
        f"Moment {count.moment}, écrit le {written_at:%Y-%m-%d à %H:%M:%S}.",
        "Entrées des 90 derniers jours : 153 ; même période l’an dernier : 259.",
        "Rythmes : 153 / 90 ; l’an dernier : inconnu.",
        "Jour ; restent ; à venir ; estimés ; total",
        "2026-11-30 ; 412 ; 0 ; 12 ; 424",
    ]
    assert said[-3:] == [
        "Plus haut : 721 le 2027-10-23.",
        "Limite dépassée : 2027-01-15",
        "Au rythme de l’an dernier : non",
    ]


def test_a_replay_says_the_same_after_later_entries(found):
    before = replayed()

    with staff_context():
        enroll(found.ravel, 90, on=TODAY - DAY)
        recount_all(on=TODAY)

    assert replayed(version=2) == before
    assert replayed()[0] == "Comptage du 2026-11-23, version 3 : 502 apprenants, limite 500."


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"version": 9}, "a pour versions : 1, 2."),
        ({"on": "2026-11-22"}, "Aucun comptage le 2026-11-22."),
        ({"on": "hier"}, "n’est pas un jour"),
        ({"organization": "personne"}, "Aucun organisme"),
    ],
)
def test_a_replay_that_cannot_be_says_why(found, asked, reason):
    told = {"organization": "ravel", "on": str(TODAY), **asked}

    with pytest.raises(CommandError, match=reason):
        call_command("replay_forecast", stdout=StringIO(), **told)


def test_a_count_older_than_the_forecasts_is_refused(found):
    with staff_context():
        DailyCount.objects.create(
            organization=found.ravel, counted_on=TODAY - DAY, count=3, recorded_at=NOW
        )

    with pytest.raises(CommandError, match="ne se rejoue pas"):
        call_command(
            "replay_forecast", organization="ravel", on=str(TODAY - DAY), stdout=StringIO()
        )
