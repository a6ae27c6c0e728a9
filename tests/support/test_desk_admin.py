from datetime import date

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.tenancy import staff_context
from support import seasons
from support.models import BusySeason
from tests.support.conftest import TODAY

LIST = reverse("admin:support_busyseason_changelist")
ANNOUNCE = reverse("admin:support_busyseason_announce")
CHRISTMAS = {"first_on": "2026-12-21", "last_on": "2027-01-04", "working_days": "3"}
TOLD = "Délai allongé jusqu’au 4 janvier\xa0: comptez 3 jours ouvrés."


def kept() -> list[tuple]:
    with staff_context():
        return list(
            BusySeason.objects.order_by("first_on").values_list(
                "first_on", "last_on", "working_days", "announced_by__first_name"
            )
        )


@pytest.fixture
def season(desk) -> BusySeason:
    with staff_context():
        return seasons.announce(
            first_on=date(2026, 11, 20),
            last_on=date(2026, 12, 4),
            working_days=2,
            actor=desk.people["magda"],
            on=TODAY,
        )


def page_of(season) -> str:
    return reverse("admin:support_busyseason_change", args=[season.pk])


def test_the_sentence_is_read_before_it_is_announced(enter):
    lea = enter("lea")

    page = lea.post(ANNOUNCE, {**CHRISTMAS, "preview": "yes"})

    assert page.status_code == 200
    assert TOLD in page.content.decode()
    assert kept() == []


def test_what_care_announces_customers_read_on_its_days(enter):
    lea = enter("lea")
    assert ANNOUNCE in lea.get(LIST).content.decode()

    page = lea.post(ANNOUNCE, {**CHRISTMAS, "announce": "yes"}, follow=True)

    assert page.redirect_chain == [(LIST, 302)]
    assert "Période chargée enregistrée" in page.content.decode()
    assert kept() == [(date(2026, 12, 21), date(2027, 1, 4), 3, "Lea")]
    with time_machine.travel("2027-01-04T12:00:00+01:00", tick=False):
        assert TOLD in enter("charlie").get(reverse("my-subscription")).content.decode()
    with time_machine.travel("2027-01-05T12:00:00+01:00", tick=False):
        assert TOLD not in enter("charlie").get(reverse("my-subscription")).content.decode()


def test_who_announced_and_changed_stands_in_the_history(enter, season):
    lea = enter("lea")

    lea.post(
        page_of(season),
        {
            "first_on": "2026-11-20",
            "last_on": "2026-11-30",
            "working_days": "4",
            "announce": "yes",
        },
    )

    assert kept() == [(date(2026, 11, 20), date(2026, 11, 30), 4, "Magda")]
    with staff_context():
        entry = LogEntry.objects.get()
        assert entry.user.first_name == "Lea"
        assert entry.get_change_message() == (
            "Modification de Au (inclus) et Jours ouvrés à prévoir avant une réponse."
        )
    history = lea.get(reverse("admin:support_busyseason_history", args=[season.pk]))
    assert "Au (inclus)" in history.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"first_on": ""}, "Ce champ est obligatoire."),
        ({"first_on": "21/13/2026"}, "Saisissez une date valide."),
        ({"first_on": "2026-12-21\x00"}, "Saisissez une date valide."),
        ({"last_on": "2026-12-20"}, "La période finit avant de commencer : corrigez ce jour."),
        ({"working_days": "0"}, "supérieure ou égale à 1"),
        ({"working_days": "31"}, "inférieure ou égale à 30"),
        ({"working_days": "trois"}, "Saisissez un nombre entier."),
        (
            {"first_on": "2026-11-01", "last_on": "2026-11-19"},
            "Ce jour est passé : choisissez un jour à venir.",
        ),
        (
            {"first_on": "2026-12-04"},
            "Ces jours chevauchent la période du 20/11/2026 au 04/12/2026, annoncée par Magda.",
        ),
    ],
)
def test_a_mistake_is_told_and_nothing_is_announced(enter, season, changed, said):
    page = enter("lea").post(ANNOUNCE, {**CHRISTMAS, **changed, "announce": "yes"})

    assert page.status_code == 422
    assert escape(said).replace(" :", "\xa0:") in page.content.decode()
    assert len(kept()) == 1


@pytest.mark.parametrize("name", ["victor", "remi"])
def test_others_of_the_staff_read_and_change_nothing(enter, season, name):
    client: Client = enter(name)

    assert ANNOUNCE not in client.get(LIST).content.decode()
    assert 'name="announce"' not in client.get(page_of(season)).content.decode()
    answers = [
        client.post(ANNOUNCE, {**CHRISTMAS, "announce": "yes"}).status_code,
        client.post(page_of(season), {**CHRISTMAS, "announce": "yes"}).status_code,
    ]
    assert answers == [403, 403]
    assert len(kept()) == 1


def test_a_season_gone_by_is_only_read(enter, season):
    with time_machine.travel("2026-12-05T12:00:00+01:00", tick=False):
        lea = enter("lea")
        page = lea.get(page_of(season))

        assert 'name="announce"' not in page.content.decode()
        assert lea.post(page_of(season), CHRISTMAS).status_code == 403


def test_no_season_is_deleted(enter, season):
    delete = reverse("admin:support_busyseason_delete", args=[season.pk])

    assert enter("magda").post(delete, {"post": "yes"}).status_code == 403
    assert len(kept()) == 1
