"""Several at once, on a database where a commit is a commit."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Membership, OutgoingMail, User
from accounts.tenancy import staff_context, tenant_context
from subscriptions.models import Invoice
from support import handover, services
from support.models import Request
from support.workflow import IllegalMove
from tests import world
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
