"""What one view of the pages of sessions and learners may cost, however much there is to show."""

from time import perf_counter

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.tenancy import staff_context
from learners.models import Enrollment, Learner, TrainingSession
from learners.services import recount_all
from tests import world
from tests.budgets import statements, weigh
from tests.learners.pages import DAY, NOW, TODAY
from tests.proving import examples

PEOPLE, SESSIONS = examples(2_000, 20_000), examples(150, 600)


def a_crowd():
    """Commit Ravel with many sessions and learners, each in one session."""
    with time_machine.travel(NOW), staff_context():
        world.put_on_sale()
        ravel = world.organization()
        world.subscribed(ravel, on=TODAY - 60 * DAY)
        sessions = TrainingSession.objects.bulk_create(
            TrainingSession(
                organization=ravel,
                code=f"S2026-{number:04}",
                title=f"Hygiène alimentaire {number}",
                starts_on=TODAY - (number % 400 - 30) * DAY,
                ends_on=TODAY - (number % 400 - 31) * DAY,
            )
            for number in range(SESSIONS)
        )
        people = Learner.objects.bulk_create(
            Learner(
                organization=ravel,
                email=f"apprenant{number}@exemple.fr",
                first_name="Éléonore",
                last_name=f"Petit{number}",
            )
            for number in range(PEOPLE)
        )
        Enrollment.objects.bulk_create(
            [
                Enrollment(
                    organization=ravel,
                    session=session,
                    learner=learner,
                    counts_on=session.starts_on,
                    status="enrolled",
                )
                for number, learner in enumerate(people)
                for session in [sessions[number % SESSIONS]]
            ],
            batch_size=5_000,
        )
        recount_all(on=TODAY)


@pytest.mark.seeded(by=a_crowd)
def test_pages_stay_within_their_budgets(committed_db, tell_figure):
    with staff_context():
        session = TrainingSession.objects.get(code="S2026-0030")
        learner = session.enrollments.order_by("pk").first().learner_id
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(User.objects.get())
        for path in (
            "/sessions/",
            "/sessions/?q=hygiene",
            f"/sessions/{session.pk}/",
            "/apprenants/",
            "/apprenants/?q=eleonore+petit19",
            "/apprenants/?q=apprenant7@exemple.fr",
            f"/apprenants/{learner}/",
        ):
            client.get(path)  # its template is read once
            begun = perf_counter()
            with statements() as sent:
                response = client.get(path)
            spent = (perf_counter() - begun) * 1000
            tell_figure(f"{path}: {weigh(response, sent)}, {spent:.0f} ms")
