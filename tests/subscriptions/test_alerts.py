"""Thresholds told once, tied to the count that crossed them; overruns stand in test_overruns."""

import pytest
from django.db import Error, transaction

from accounts.models import AuditEvent, OutgoingMail
from accounts.roles import Role
from subscriptions import overruns, plan_changes
from subscriptions.models import LimitAlert, LimitWatch, Plan, Subscription, SupportNotice
from subscriptions.plan_changes import Change
from subscriptions.thresholds import Level
from tests import world
from tests.subscriptions.limits import counts, day, mailed, night, nights, raised, warn
from tests.subscriptions.limits import overruns as told_overruns

NEAR, CLOSE, REACHED, OVER = 80, 90, 100, 101

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_five_hundred(ravel):
    world.subscribed(ravel, on=day(-30))
    return ravel


@pytest.mark.parametrize(
    ("told", "alerts"),
    [
        ([399], []),
        ([400], [(0, NEAR, 400, True)]),
        ([400, 410, 405], [(0, NEAR, 400, True)]),
        ([400, 376, 400], [(0, NEAR, 400, True)]),
        ([400, 375, 400], [(0, NEAR, 400, True), (2, NEAR, 400, True)]),
        ([400, 450], [(0, NEAR, 400, True), (1, CLOSE, 450, True)]),
        ([460], [(0, CLOSE, 460, True)]),  # a jump tells the highest
        ([460, 424, 440], [(0, CLOSE, 460, True)]),  # the lower one counts as told
        ([500], [(0, REACHED, 500, True)]),
        ([500, 501], [(0, REACHED, 500, True), (1, OVER, 501, True)]),
        ([501, 476, 501], [(0, OVER, 501, True)]),
        ([501, 475, 501], [(0, OVER, 501, True), (2, OVER, 501, True)]),
        (
            [501, 475, 500, 501],
            [(0, OVER, 501, True), (2, REACHED, 500, True), (3, OVER, 501, True)],
        ),
        ([0, 0], []),
    ],
)
def test_each_crossing_is_told_once_and_again_after_a_fall(of_five_hundred, told, alerts):
    nights(of_five_hundred, *told)

    assert raised() == alerts


def test_a_mail_says_the_count_and_goes_to_those_in_charge(of_five_hundred):
    world.member(of_five_hundred, "Adam", Role.ADMINISTRATOR)
    world.member(of_five_hundred, "Sam", Role.SALES)

    nights(of_five_hundred, 412, 451, 500, 528)

    assert mailed() == [
        "412 apprenants sur 500",
        "451 apprenants sur 500",
        "Limite atteinte : 500 apprenants",
        "Vous dépassez votre limite de 28 apprenants",
    ]
    assert mailed("adam@exemple.fr") == mailed()
    assert mailed("sam@exemple.fr") == []


def test_the_mail_above_the_limit_says_until_when_one_enrols(of_five_hundred):
    nights(of_five_hundred, 528)

    text = OutgoingMail.objects.get().text.replace("\u00a0", " ")

    assert text == (
        "528 apprenants comptés sur les 365 derniers jours, pour une formule de 500 "
        "(comptage du 10 mars 2026).\n\n"
        "Rien n’est bloqué aujourd’hui : vos sessions continuent et vous pouvez inscrire.\n\n"
        "À partir du 9 avril 2026, les nouvelles inscriptions seront refusées, sauf si vous "
        "changez de formule ou si le nombre redescend à 500. Ce qui est inscrit le reste.\n\n"
        "Comparer les formules : http://127.0.0.1:8000/compte/abonnement/formules/\n"
    )


def test_a_changed_limit_starts_again(of_five_hundred):
    nights(of_five_hundred, 460, 470)
    Plan.objects.filter(component__code="equipe").update(learners=550)
    night(of_five_hundred, 470, on=day(2))
    Plan.objects.filter(component__code="equipe").update(learners=1_000)
    night(of_five_hundred, 470, on=day(3))

    assert raised() == [(0, CLOSE, 460, True), (2, NEAR, 470, True)]
    assert LimitWatch.objects.get().level == Level.QUIET


def test_without_a_limit_nothing_is_told(of_five_hundred):
    nights(of_five_hundred, 460)
    Plan.objects.filter(component__code="equipe").update(learners=None)

    night(of_five_hundred, 9_000, on=day(1))

    assert raised() == [(0, CLOSE, 460, True)]


@pytest.mark.parametrize("status", [Subscription.Status.SUSPENDED, Subscription.Status.TRIALING])
def test_only_a_subscription_that_runs_has_a_limit(of_five_hundred, status):
    Subscription.objects.update(status=status, trial_ends_on=day(9))

    nights(of_five_hundred, 528)

    assert raised() == []


def test_an_organization_without_a_subscription_has_nothing_to_be_told(ravel):
    nights(ravel, 528)

    assert (raised(), mailed()) == ([], [])


# What the job may meet


def test_twice_is_told_once(of_five_hundred):
    counts(of_five_hundred, 528, on=day(0))

    assert [warn(day(0)), warn(day(0)), warn(day(1))] == [1, 0, 0]

    assert (raised(), len(mailed())) == ([(0, OVER, 528, True)], 1)


def test_late_it_sees_the_missed_nights_in_order_and_writes_of_the_last(of_five_hundred):
    nights(of_five_hundred, 300)
    for number, count in enumerate((400, 455, 501), start=1):
        counts(of_five_hundred, count, on=day(number))

    warn(day(3))

    assert raised() == [(1, NEAR, 400, False), (2, CLOSE, 455, False), (3, OVER, 501, True)]
    assert mailed() == ["Vous dépassez votre limite de 1 apprenant"]
    assert told_overruns() == [(3, 33, None, "")]
    assert list(LimitAlert.objects.values_list("raised_on", flat=True)) == [day(3)] * 3


def test_late_it_writes_of_what_was_not_undone_since(of_five_hundred):
    nights(of_five_hundred, 300)
    for number, count in enumerate((400, 455, 425), start=1):
        counts(of_five_hundred, count, on=day(number))

    warn(day(3))

    assert raised() == [(1, NEAR, 400, True), (2, CLOSE, 455, False)]
    assert mailed() == ["400 apprenants sur 500"]


def test_a_second_version_of_a_day_is_seen_and_the_first_alert_stays(of_five_hundred):
    night(of_five_hundred, 400, on=day(0))
    counts(of_five_hundred, 460, on=day(0), version=2)

    warn(day(0))

    assert list(LimitAlert.objects.values_list("version", "level", "count").order_by("pk")) == [
        (1, NEAR, 400),
        (2, CLOSE, 460),
    ]


def test_a_recount_of_a_day_gone_by_changes_no_alert(of_five_hundred):
    nights(of_five_hundred, 400, 410)
    counts(of_five_hundred, 300, on=day(0), version=2)

    warn(day(1))
    night(of_five_hundred, 410, on=day(2))

    assert raised() == [(0, NEAR, 400, True)]


def test_killed_on_the_way_it_leaves_nothing_and_tells_all_the_next_time(
    of_five_hundred, monkeypatch
):
    counts(of_five_hundred, 528, on=day(0))
    told = overruns.announce_closing

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(overruns, "announce_closing", killed)
    with pytest.raises(KeyboardInterrupt):
        warn(day(0))

    assert (raised(), told_overruns(), mailed()) == ([], [], [])
    monkeypatch.setattr(overruns, "announce_closing", told)
    warn(day(0))
    assert (len(raised()), len(told_overruns()), len(mailed())) == (1, 1, 1)


def test_one_that_fails_does_not_keep_the_others_waiting(of_five_hundred, monkeypatch, caplog):
    elsewhere = world.organization("Atelier", "atelier", owner=world.person("Charlie"))
    world.subscribed(elsewhere, on=day(-30))
    for organization in (of_five_hundred, elsewhere):
        counts(organization, 528, on=day(0))
    told = overruns.follow_count

    def fails(organization, seen):
        if organization == of_five_hundred:
            raise ValueError
        told(organization, seen)

    monkeypatch.setattr(overruns, "follow_count", fails)

    warn(day(0))

    assert mailed() == []
    assert mailed("charlie@exemple.fr") == ["Vous dépassez votre limite de 28 apprenants"]
    assert "was not looked at" in caplog.text


def test_many_quiet_organizations_are_one_statement(of_five_hundred, django_assert_num_queries):
    counts(of_five_hundred, 100, on=day(0))
    warn(day(0))
    others = [
        world.organization(f"Autre {n}", f"autre-{n}", owner=world.person(f"P{n}"))
        for n in range(3)
    ]
    for organization in others:
        world.subscribed(organization, on=day(-30))
    for organization in (of_five_hundred, *others):
        counts(organization, 200, on=day(1))

    with django_assert_num_queries(6):  # a savepoint, three reads, one write, its release
        warn(day(1))

    assert set(LimitWatch.objects.values_list("seen_on", "level")) == {(day(1), Level.QUIET)}


def test_the_database_keeps_alerts_as_they_were(of_five_hundred):
    nights(of_five_hundred, 400)

    for deed in (LimitAlert.objects.all().delete, lambda: LimitAlert.objects.update(count=1)):
        with pytest.raises(Error, match="Cannot"), transaction.atomic():
            deed()


# Beside it


def test_support_is_told_with_the_figures(of_five_hundred):
    nights(of_five_hundred, 528, 540)

    [notice] = SupportNotice.objects.all()
    assert (notice.kind, notice.raised_on, notice.details) == (
        "over_limit",
        day(0),
        {"count": 528, "limit": 500},
    )


def test_a_change_of_plan_is_measured_the_next_night(of_five_hundred):
    subscription = Subscription.objects.get()
    nights(of_five_hundred, 528)
    plan_changes.change_now(
        subscription_id=subscription.pk,
        change=Change(plan=world.plan("orga")),
        on=day(0),
        operation="up",
    )

    night(of_five_hundred, 529, on=day(1))

    assert raised() == [(0, OVER, 528, True)]
    assert told_overruns() == [(0, 30, 0, "plan")]
    assert mailed() == ["Vous dépassez votre limite de 28 apprenants"]
    actions = AuditEvent.objects.filter(action__in=["limit passed", "overrun ended"])
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        "limit passed",
        "overrun ended",
    ]
