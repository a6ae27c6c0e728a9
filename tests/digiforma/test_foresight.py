"""The section « Ce qui est prévu »: its months, peaks, grace and advice."""

from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import Membership
from accounts.services import create_organization
from accounts.tenancy import staff_context, tenant_context
from digiforma.foresight import Leaving, TrialFit, foresight
from digiforma.overview import overview
from digiforma.usage_panel import Verdict
from learners.forecast import Day
from learners.models import TrainingSession
from learners.services import recount_all
from subscriptions.models import Seller, Subscription
from subscriptions.trials import end_trial, start_trial
from tests import world
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll, text, visit

DAY = timedelta(days=1)
MOST_QUERIES = 5


@pytest.fixture
def foreseen(db, django_assert_max_num_queries):
    """Enrol Ravel's learners by (days from today, learners) and read what is foreseen."""

    def read(*sessions: tuple[int, int], then=lambda there: None, **what):
        with staff_context():
            there = ravel.found(learners=0, **what)
            for days, learners in sessions:
                enroll(there.ravel, learners, on=TODAY + days * DAY)
            then(there)
            recount_all(on=TODAY)
        with tenant_context(there.ravel.pk), django_assert_max_num_queries(MOST_QUERIES):
            return foresight(there.ravel, at=NOW)

    with time_machine.travel(NOW, tick=False):
        yield read


def test_months_tell_what_is_known_and_by_how_much_they_are_over(foreseen):
    page = foreseen((-300, 259), (-30, 153), (20, 10))

    assert [(month.day, month.over_by) for month in page.months[:3]] == [
        (Day(date(2026, 11, 30), 412, 0, 12), 0),
        (Day(date(2026, 12, 31), 412, 10, 55), 0),
        (Day(date(2027, 1, 31), 153, 10, 107), 0),
    ]
    assert (len(page.months), len(page.later_months)) == (6, 6)
    assert page.later_months[-1].day.on == date(2027, 10, 31)
    assert [month.over_by for month in page.later_months] == [0, 25, 78, 131, 182, 81]


def test_an_overrun_that_outlasts_the_grace_says_when_one_is_refused(foreseen):
    page = foreseen((-300, 90), (-30, 340))

    passed = page.usage.outlook.passed
    assert page.usage.verdict == Verdict.PASSED
    assert passed.starts_on == TODAY + 19 * DAY
    assert page.refused_from == TODAY + 49 * DAY


def test_an_overrun_shorter_than_the_grace_refuses_nobody(foreseen):
    page = foreseen((-355, 100), (-200, 350), (3, 51))

    # too many from the third to the ninth day
    passed = page.usage.outlook.passed
    assert (passed.starts_on, passed.ends_before) == (TODAY + 3 * DAY, TODAY + 10 * DAY)
    assert page.refused_from is None


def test_a_peak_names_the_session_that_leaves_the_day_after(foreseen):
    page = foreseen((-355, 100), (-200, 350), (9, 51), then=name_the_first)

    [peak] = page.peaks
    assert page.usage.verdict == Verdict.PEAK
    assert (peak.overrun.starts_on, peak.overrun.highest) == (TODAY + 9 * DAY, 501)
    assert peak.overrun.returns_to == 401
    assert peak.leaving == (Leaving("Gestes et postures", TODAY - 355 * DAY, 100),)
    assert peak.only == peak.leaving[0]


def name_the_first(there) -> None:
    TrainingSession.objects.filter(starts_on=TODAY - 355 * DAY).update(title="Gestes et postures")


def test_a_peak_names_none_of_several_sessions(foreseen):
    def another(there) -> None:
        session = TrainingSession.objects.get(starts_on=TODAY - 355 * DAY)
        TrainingSession.objects.create(
            organization=there.ravel,
            code="vide",
            title="Vide",
            starts_on=session.starts_on,
            ends_on=session.ends_on,
        )
        second = TrainingSession.objects.create(
            organization=there.ravel,
            code="autre",
            title="Autre",
            starts_on=session.starts_on,
            ends_on=session.ends_on,
        )
        for enrollment in list(session.enrollments.all()[:40]):
            enrollment.session = second
            enrollment.save(update_fields=["session"])

    page = foreseen((-355, 100), (-200, 350), (9, 51), then=another)

    [peak] = page.peaks
    assert [(each.title, each.learners) for each in peak.leaving] == [
        ("Session", 60),
        ("Autre", 40),
    ]
    assert (peak.leaves, peak.only) == (100, None)


def test_a_short_history_foresees_nothing(foreseen):
    page = foreseen((-20, 300))

    assert (page.usage.outlook, page.usage.verdict, page.months, page.peaks) == (None, None, (), ())
    assert (page.refused_from, page.advice, page.plan) == (None, None, "ÉQUIPE")


@pytest.fixture
def trial(db):
    """Open Zoé's trial, with 40 learners since 200 days."""
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            world.put_on_sale()
            organization = create_organization(
                name="Essai", slug="essai", owner=world.person("Zoé")
            )
            start_trial(organization=organization, seller=Seller.objects.get(), on=TODAY - 2 * DAY)
            enroll(organization, 220, on=TODAY - 200 * DAY)
        yield organization


def test_a_trial_foresees_its_year_without_a_limit(trial):
    with tenant_context(trial.pk):
        page = foresight(trial, at=NOW)

    assert (page.plan, page.is_foreseen, page.advice) == ("", True, None)
    assert (page.usage.verdict, page.usage.outlook.highest.total) == (None, 220)


def test_a_trial_that_is_over_foresees_nothing(trial):
    with staff_context():
        end_trial(subscription_id=Subscription.objects.get().pk, on=TODAY + 12 * DAY)
    with tenant_context(trial.pk):
        page = foresight(trial, at=NOW + 12 * DAY)

    assert (page.usage.outlook, page.is_foreseen) == (None, False)


@pytest.mark.parametrize(("chosen", "expected"), [("", TrialFit(220, "ÉQUIPE")), ("orga", None)])
def test_a_trial_is_told_the_plan_that_would_fit_until_one_is_chosen(trial, chosen, expected):
    with staff_context():
        if chosen:
            Subscription.objects.update(trial_plan=world.plan(chosen), trial_commitment="monthly")
        owner = Membership.objects.select_related("organization", "user").get(organization=trial)
    with tenant_context(trial.pk):
        page = overview(owner, at=NOW)

    assert page.trial_fit == expected


def test_the_page_of_a_trial_says_which_plan_would_fit(trial):
    with staff_context():
        zoe = Membership.objects.select_related("user").get(organization=trial).user

    assert (
        "L’essai n’a pas de limite d’apprenants. À ce rythme, vous compterez jusqu’à "
        "220 apprenants sur 365 jours : la formule ÉQUIPE vous conviendrait." in text(visit(zoe))
    )


def test_the_number_is_the_one_stored_and_the_year_to_come_what_is_known_now(foreseen):
    page = foreseen((-300, 100))
    # counted, then entered: what is foreseen knows of it, the number does not
    with staff_context():
        organization = TrainingSession.objects.first().organization
        enroll(organization, 30, on=TODAY - DAY)
    with tenant_context(organization.pk):
        later = foresight(organization, at=NOW)

    assert (page.usage.learners.count, later.usage.learners.count) == (100, 100)
    assert (page.usage.outlook.days[0].total, later.usage.outlook.days[0].total) == (100, 130)
