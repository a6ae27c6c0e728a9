"""The desk's first page: each number opens the list that shows exactly that many."""

import re
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tenancy import staff_context
from digiforma.dashboard import dashboard
from subscriptions.models import InvariantBreach, Overrun
from support.models import ContactMessage, InboundMail, Request
from tests import world
from tests.support.answered import answered, moment
from tests.support.conftest import Desk, gather
from tests.support.visitors import wrote

INDEX = reverse("admin:index")
DAY = date(2026, 12, 10)  # the invoices of 9 November were due the day before
NOON = "2026-12-10T12:00:00+01:00"
LABELS = [
    "Demandes en retard",
    "Facture dans 8 jours ou moins",
    "Demandes sans réponse",
    "E-mails en quarantaine",
    "Messages de visiteurs",
    "Limites dépassées",
    "Factures en retard",
    "Invariants rompus",
]


@pytest.fixture
def town(db) -> Desk:
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        return gather()


@pytest.fixture
def enter(town):
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(town.people[name])
        return client

    with time_machine.travel(NOON, tick=False):
        yield signed_in


def something_of_each(desk: Desk) -> None:
    with staff_context():
        asked = desk.ask()
        answered(desk.ravel, kind="contact", requester=desk.people["alice"])
        answered(desk.elsewhere, replied=("2026-12-08 10:00", 100))
        answered(desk.elsewhere, replied=("2026-12-01 10:00", 300), done=("2026-12-02 10:00", 800))
        Request.objects.filter(pk=asked.pk).update(due_at=moment("2026-12-10 11:59"))
        for number, status in enumerate(["quarantined"] * 3 + ["joined", "dismissed"]):
            InboundMail.objects.create(message_id=str(number), raw=b"?", status=status)
        for _again in range(2):
            wrote()
        ContactMessage.objects.create(
            name="Jean", email="j@exemple.fr", message="?", ending="closed"
        )
        for started_on, ended_on in ((date(2026, 12, 1), None), (DAY, DAY)):
            Overrun.objects.create(
                organization=desk.ravel if ended_on else desk.elsewhere,
                limit=500,
                count=520,
                started_on=started_on,
                closes_on=date(2027, 1, 1),
                ended_on=ended_on,
                ended_by="count" if ended_on else "",
            )
        for name, mended_at in (("one", None), ("other", None), ("mended", NOON)):
            InvariantBreach.objects.create(
                name=name,
                claim="Chaque facture a ses lignes.",
                rows=1,
                broken_at=NOON,
                seen_at=NOON,
                mended_at=mended_at,
            )


@pytest.mark.parametrize("name", ["lea", "victor", "magda", "remi"])
def test_each_number_opens_a_list_of_exactly_that_many(town, enter, name):
    something_of_each(town)
    client = enter(name)

    figures = client.get(INDEX).context["board"].figures

    told = {figure.label: figure.count for figure in figures}
    assert told == dict(zip(LABELS, [1, 3, 2, 3, 2, 1, 2, 2], strict=True))
    listed = {each.label: client.get(each.url).context["cl"].result_count for each in figures}
    assert listed == told


def test_a_desk_without_anything_says_so(town, enter):
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        client = enter("remi")
        page = client.get(INDEX)

        figures = page.context["board"].figures
        assert [(each.label, each.count) for each in figures] == [(each, 0) for each in LABELS]
        assert {client.get(each.url).context["cl"].result_count for each in figures} == {0}
    said = re.sub(r"\s+", " ", page.content.decode())
    assert "Rien de mesuré sur les neuf dernières semaines" in said
    assert "board__figure--" not in said
    assert "<b>Réponse prévue sous 1 jour ouvré." in said


def test_delays_of_this_week_stand_beside_those_before(town, enter):
    something_of_each(town)

    page = enter("lea").get(INDEX)

    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))
    assert "Première réponse 1 h 40 cette semaine, 1 demande" in said.replace("\xa0", " ")
    assert "5 h les huit semaines d’avant ; neuf sur dix en 5 h au plus" in said.replace(
        "\xa0", " "
    )
    assert "Mise en place Rien de mesuré cette semaine" in said.replace("\xa0", " ")
    assert "Semaine du 7 décembre 1 1 h 40 1 h 40 0 – –" in said.replace("\xa0", " ")
    assert "Tâche 2 1 h 40 5 h 1 1,5 jour ouvré 1,5 jour ouvré" in said.replace("\xa0", " ")


def test_somebody_without_a_group_sees_no_number(town, enter):
    with staff_context():
        town.people["sophie"] = world.person("Sophie", is_staff=True)

    page = enter("sophie").get(INDEX)

    assert page.status_code == 200
    assert "board" not in page.context
    assert "Demandes en retard" not in page.content.decode()


def test_the_page_takes_as_many_queries_for_one_as_for_forty(town, enter, tell_figure):
    client = enter("lea")

    def queries() -> int:
        with CaptureQueriesContext(connection) as sent:
            assert client.get(INDEX).status_code == 200
        return len(sent)

    something_of_each(town)
    few = queries()
    with staff_context():
        for number in range(40):
            answered(town.ravel, replied=("2026-12-08 10:00", number))
    many = queries()

    tell_figure(f"{few} queries")
    assert many == few


def test_the_dashboard_itself_takes_eleven_queries(town, enter, django_assert_num_queries):
    something_of_each(town)

    with staff_context(), django_assert_num_queries(11):
        dashboard(on=DAY, at=moment("2026-12-10 12:00"))
