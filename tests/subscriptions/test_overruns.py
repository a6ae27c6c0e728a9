from datetime import date, timedelta

import pytest

from learners.models import Learner, TrainingSession
from learners.services import cancel_enrollment, enroll
from subscriptions import overruns
from subscriptions.models import Plan, SupportNotice
from tests import world

pytestmark = pytest.mark.django_db

TODAY = date(2026, 2, 10)


@pytest.fixture
def of_twenty(ravel):
    """Ravel on a plan of 20 learners."""
    Plan.objects.filter(component__code="equipe").update(learners=20)
    world.subscribed(ravel, on=date(2026, 1, 31))
    return ravel


def enrolled(organization, count: int, on: date = TODAY) -> list:
    session = TrainingSession.objects.create(
        organization=organization, code=f"S{on}-{count}", title="", starts_on=on, ends_on=on
    )
    return [
        enroll(
            organization=organization,
            session=session,
            learner=Learner.objects.create(
                organization=organization, email=f"{session.code}-{number}@exemple.fr"
            ),
            on=on,
        )
        for number in range(count)
    ]


def tell(organization, on: date = TODAY) -> SupportNotice | None:
    return overruns.tell_support(organization=organization, on=on)


def days_told() -> list[date]:
    return list(SupportNotice.objects.order_by("raised_on").values_list("raised_on", flat=True))


@pytest.mark.parametrize(("count", "days"), [(20, []), (21, [TODAY])])
def test_the_limit_itself_is_inside_the_plan(of_twenty, count, days):
    enrolled(of_twenty, count)

    tell(of_twenty)

    assert days_told() == days


def test_the_notice_says_the_figures(of_twenty):
    enrolled(of_twenty, 25)

    notice = tell(of_twenty)

    assert (notice.kind, notice.details) == ("over_limit", {"count": 25, "limit": 20})


@pytest.mark.parametrize(("left", "told_again"), [(1, False), (2, True)])
def test_it_is_told_again_only_once_the_count_fell_well_under(of_twenty, left, told_again):
    """95 % of 20 is 19: from 21, falling to 20 changes nothing, falling to 19 re-arms."""
    tomorrow, after = TODAY + timedelta(days=1), TODAY + timedelta(days=2)
    units = enrolled(of_twenty, 21)
    tell(of_twenty)
    for unit in units[:left]:
        cancel_enrollment(enrollment=unit, on=TODAY - timedelta(days=1))
    tell(of_twenty, tomorrow)
    enrolled(of_twenty, 5, after)

    tell(of_twenty, after)

    assert days_told() == ([TODAY, after] if told_again else [TODAY])


def test_twice_the_same_day_is_told_once(of_twenty):
    enrolled(of_twenty, 25)

    tell(of_twenty)
    tell(of_twenty)

    assert days_told() == [TODAY]


def test_an_unlimited_plan_has_no_overrun(of_twenty):
    Plan.objects.filter(component__code="equipe").update(learners=None)
    enrolled(of_twenty, 25)

    assert tell(of_twenty) is None
