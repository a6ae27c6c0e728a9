"""A run's copy of an organization counts its merged learners as the original does."""

from datetime import date

import pytest

from accounts.tenancy import staff_context
from digiforma.scenario.copying import copy
from learners.enrollment_row import EnrollmentRow
from learners.identities import merge_learners
from learners.models import Enrollment, Learner
from learners.selectors import count_on
from learners.services import import_rows
from tests import world

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 23)


def row(line: int, session: str, email: str) -> EnrollmentRow:
    return EnrollmentRow(
        line=line,
        session_code=session,
        title="Excel",
        starts_on=TODAY,
        ends_on=TODAY,
        email=email,
        last_name="Été",
        first_name="Zoé",
        status="enrolled",
        left_on=None,
    )


def test_a_copy_keeps_who_was_merged_into_whom():
    with staff_context():
        seller = world.put_on_sale()
        ravel = world.organization()
        rows = [row(2, "S1", "zoe@b.fr"), row(3, "S1", "ete@b.fr"), row(4, "S2", "ete@b.fr")]
        import_rows(organization=ravel, rows=rows, on=TODAY, by=None)
        kept, duplicate = (Learner.objects.get(email=each) for each in ("zoe@b.fr", "ete@b.fr"))
        merge_learners(kept=kept, duplicate=duplicate, on=TODAY, by=None)

        copied = copy("ravel", to=seller, on=TODAY)

        learners = Learner.objects.for_organization(copied)
        states = Enrollment.objects.for_organization(copied).values_list(
            "session__code", "learner__email", "status"
        )
        assert learners.get(email="ete@b.fr").merged_into == learners.get(email="zoe@b.fr")
        assert set(states) == {
            ("S1", "zoe@b.fr", "enrolled"),
            ("S1", "ete@b.fr", "merged"),
            ("S2", "zoe@b.fr", "enrolled"),
        }
        assert count_on(copied, on=TODAY) == count_on(ravel, on=TODAY) == 2
