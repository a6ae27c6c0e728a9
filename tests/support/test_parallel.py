"""Several at once, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from accounts.models import Membership, OutgoingMail, User
from accounts.tenancy import staff_context, tenant_context
from subscriptions.models import Invoice
from support import handover, seasons, services
from support.measuring import record_measures
from support.models import BusySeason, DeskMeasure, Request
from support.workflow import IllegalMove
from tests import world
from tests.support.answered import answered
from tests.support.conftest import TODAY, gather


def town() -> None:
    gather()


@pytest.mark.seeded(by=town)
def test_fifty_parallel_clicks_make_one_request_of_fifty(committed_db):
    with staff_context():
        adam = Membership.objects.select_related("organization", "user").get(
            user__email="adam@exemple.fr"
        )
        option = world.option("edof-export")

    def click(_number: int) -> None:
        try:
            with tenant_context(adam.organization_id):
                services.note_option_interest(membership=adam, option=option, on=TODAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(click, range(50)))

    with staff_context():
        request = Request.objects.get()
        assert (request.reference, request.clicks) == ("D-2026-0001", 50)
        assert OutgoingMail.objects.filter(subject__startswith="Intérêt").count() == 1


def handed_over() -> None:
    desk = gather()
    with staff_context():
        desk.accepted(when="now")


@pytest.mark.seeded(by=handed_over)
def test_two_people_who_apply_at_once_make_one_invoice(committed_db):
    with staff_context():
        request = Request.objects.get()
        before = Invoice.objects.count()
        actors = [User.objects.get(email=f"{name}@exemple.fr") for name in ("victor", "magda")]

    def apply(actor) -> str:
        try:
            with staff_context():
                handover.apply(request_id=request.pk, actor=actor, on=TODAY)
            return "applied"
        except IllegalMove:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(apply, actors))

    assert outcomes == ["applied", "refused"]
    with staff_context():
        assert Invoice.objects.count() == before + 1
        assert Request.objects.get().state == "applied"


def measured_last_week() -> None:
    desk = gather()
    with staff_context():
        answered(desk.ravel, replied=("2026-11-20 10:00", 20), done=("2026-11-20 11:00", 80))
        record_measures(on=date(2026, 11, 18))


@pytest.mark.seeded(by=measured_last_week)
def test_several_nights_at_once_leave_one_measure_a_day(committed_db):
    def night(_number: int) -> int:
        try:
            with staff_context():
                return record_measures(on=TODAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        written = list(threads.map(night, range(6)))

    with staff_context():
        assert list(
            DeskMeasure.objects.order_by("measured_on").values_list("measured_on", "replies")
        ) == [(date(2026, 11, day), int(day > 20)) for day in range(18, 24)]
    assert set(written) <= {1, 5}


@pytest.mark.seeded(by=town)
def test_two_agents_who_announce_the_same_days_leave_one_season(committed_db):
    with staff_context():
        agents = [User.objects.get(email=f"{name}@exemple.fr") for name in ("lea", "magda")]

    def announce(actor) -> str:
        try:
            with staff_context():
                seasons.announce(
                    first_on=date(2026, 12, 21),
                    last_on=date(2027, 1, 4),
                    working_days=3,
                    actor=actor,
                    on=TODAY,
                )
            return "announced"
        except seasons.SeasonsOverlap:
            return "overlaps"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(announce, agents * 3))

    assert sorted(told) == ["announced"] + ["overlaps"] * 5
    with staff_context():
        assert BusySeason.objects.count() == 1
