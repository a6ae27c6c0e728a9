from datetime import date

import time_machine

from accounts.tenancy import staff_context
from subscriptions.models import SupportNotice
from support import tasks
from support.models import Request


def test_the_night_expires_quotes_and_opens_tasks_once(desk):
    with staff_context():
        request = desk.ask()
        desk.price(request)
        desk.send(request, valid_until=date(2026, 11, 30))
        SupportNotice.objects.create(
            organization=desk.ravel, kind="over_limit", raised_on=date(2026, 11, 30)
        )

    with time_machine.travel("2026-12-01T05:30:00+01:00", tick=False):
        ran = [(tasks.expire_quotes(), tasks.drain_notices()) for _again in range(2)]

    with staff_context():
        assert ran == [(1, 1), (0, 0)]
        assert list(Request.objects.order_by("pk").values_list("kind", "state")) == [
            ("plan_change", "expired"),
            ("task", "new"),
        ]
