"""The demonstration: one organization a state, its past played in order, the same logins always."""

import io
import json
import re
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Organization, User
from accounts.tenancy import staff_context
from digiforma import demo, demo_enrollments, demo_story
from learners.models import DailyCount
from learners.rolling_year import DAYS_COUNTED, is_counted
from learners.selectors import count_on
from options.selectors import entitlements
from subscriptions.invariants import broken
from subscriptions.models import CommitmentSpan, Invoice, LimitAlert, Overrun, Subscription
from subscriptions.standing import standing
from support.models import Request
from tests import world
from tests.proving import examples

TODAY = date(2026, 11, 23)


def silent(text: str) -> None:
    """Report nothing."""


def play(today: date = TODAY) -> int:
    """Play the story on a day, the clock showing it too. Staff scope."""
    world.put_on_sale()
    with time_machine.travel(f"{today}T10:00:00+01:00"):
        return demo_story.play(today=today, report=silent)


def story() -> None:
    """Fill a database with the story, by the commands; tests start from copies of it."""
    with time_machine.travel(f"{TODAY}T10:00:00+01:00"):
        call_command("load_catalog", stdout=io.StringIO())
        call_command("seed_demo", stdout=io.StringIO(), stderr=io.StringIO())


played = pytest.mark.seeded(by=story)


@pytest.fixture
def scope(committed_db):
    with time_machine.travel(f"{TODAY}T10:00:00+01:00"), staff_context():
        yield


def place(slug: str) -> Organization:
    return Organization.objects.get(slug=slug)


@played
def test_ravel_formation_stands_as_the_pages_show_it(scope):
    ravel = place("ravel-formation")

    now = standing(ravel, TODAY)

    span = CommitmentSpan.objects.get(organization=ravel)
    interest = Request.objects.get(organization=ravel)
    assert (now.status, now.plan.code, now.commitment) == ("active", "equipe", "monthly")
    assert (span.anchor_on, now.renews_on) == (date(2026, 3, 9), date(2026, 12, 9))
    assert entitlements(ravel, TODAY) == {"company-space", "e-signature"}
    assert count_on(ravel, on=TODAY) == 412
    assert DailyCount.objects.get(organization=ravel, counted_on=TODAY).count == 412
    assert DailyCount.objects.filter(organization=ravel).count() == DAYS_COUNTED
    assert (interest.option.code, interest.asked_on) == ("api-access", date(2026, 11, 19))


@played
def test_each_state_has_its_organization(scope):
    told = {}
    for organization in Organization.objects.all():
        now = standing(organization, TODAY)
        limit = now.plan.learners if now.plan else None
        told[organization.slug] = (now.status, count_on(organization, on=TODAY), limit)

    assert told == {
        "ravel-formation": ("active", 412, 500),
        "atelier-comptoir": ("active", 312, 500),
        "lumen-langues": ("active", 168, 200),
        "cap-metiers": ("active", 228, 200),
        "horizon-competences": ("active", 471, 500),
        "sillage-conseil": ("active", 740, 1500),
        "rive-gauche": ("active", 61, 200),
        "studio-parcours": ("cancelled", 34, None),
        "pavillon-numerique": ("trialing", 38, None),
        "mistral-securite": ("expired", 0, None),
        "nouvel-elan": ("active", 0, 200),
    }


@played
def test_what_waits_is_told(scope):
    ending = standing(place("rive-gauche"), TODAY)
    annual = standing(place("sillage-conseil"), TODAY)
    request = Request.objects.get(organization=place("horizon-competences"), kind="plan_change")

    assert ending.is_cancelled
    assert (annual.commitment, annual.renews_on) == ("annual", date(2027, 4, 9))
    assert (request.state, request.plan.code) == ("quoted", "orga")


@played
def test_the_desk_finds_requests_of_every_age(scope):
    now = timezone.now()
    rows = {row.pk: row for row in Request.objects.all()}

    late = {row.asked_on for row in rows.values() if row.due_at and row.due_at < now}
    due = {row.asked_on for row in rows.values() if row.due_at and row.due_at >= now}
    answered = [row.done_minutes for row in rows.values() if row.done_minutes is not None]
    [waiting] = [row for row in rows.values() if row.waiting_since]

    assert late == {TODAY - timedelta(days=days) for days in (3, 4)}
    assert due == {TODAY - timedelta(days=days) for days in (0, 1)}  # asked on a Sunday, and now
    assert (len(answered), max(answered) < 3 * 9 * 60) == (6, True)
    assert (waiting.state, waiting.waiting_since < now) == ("quoted", True)


@played
def test_the_past_was_issued_in_order_and_paid(scope):
    days = list(Invoice.objects.order_by("series", "sequence").values_list("issued_on", flat=True))

    unpaid = [
        invoice.number
        for invoice in Invoice.objects.prefetch_related("payments")
        if invoice.issued_on <= TODAY - demo_story.PAID_AFTER
        and sum(payment.amount_cents for payment in invoice.payments.all()) != invoice.gross_cents
    ]
    assert days == sorted(days)
    assert max(days) <= TODAY
    assert Invoice.objects.filter(organization=place("ravel-formation")).count() == 10
    assert unpaid == []


@played
def test_nothing_the_engine_promises_is_broken(scope):
    assert broken(today=TODAY) == {}


@played
def test_playing_again_changes_nothing(scope):
    before = (Organization.objects.count(), Invoice.objects.count(), User.objects.count())

    again = demo_story.play(today=TODAY + timedelta(days=1), report=silent)

    assert again == 0
    assert (Organization.objects.count(), Invoice.objects.count(), User.objects.count()) == before


@pytest.mark.parametrize("today", [date(2028, 2, 29), *examples([], [date(2027, 1, 4)])])
def test_the_story_can_be_played_on_any_day(db, today):
    with staff_context():
        play(today)

        ravel = place("ravel-formation")
        assert count_on(ravel, on=today) == 412
        assert standing(ravel, today).renews_on > today
        with time_machine.travel(f"{today}T12:00:00+01:00"):
            assert broken(today=today) == {}


def test_the_story_waits_behind_documents_already_issued(db):
    """Issue dates never go back (R12): an organization opened before shortens the past."""
    with staff_context():
        world.put_on_sale()
        owner = world.person("Avant")
        world.subscribed(world.organization("Avant", "avant", owner=owner), on=TODAY)

        play()

        assert set(Invoice.objects.values_list("issued_on", flat=True)) == {TODAY}
        assert Subscription.objects.count() == len(demo.PLACES) + 1
        assert broken(today=TODAY) == {}


@pytest.mark.parametrize("today", [TODAY, date(2028, 2, 29)])
def test_the_enrolments_count_exactly_what_is_told(today):
    learners = demo.Learners(50, 120, 30)

    rows = demo_enrollments.rows(slug="x", learners=learners, today=today)

    counted = [row for row in rows if not (row.left_on and row.left_on < row.starts_on)]
    assert sum(is_counted(row.starts_on, on=today) for row in counted) == 120
    assert sum(row.starts_on > today for row in counted) == 30
    assert len(counted) == 200
    assert len({row.key for row in rows}) == len(rows) > 200
    assert {row.status for row in rows} == {"enrolled", "cancelled", "abandoned"}
    assert rows == demo_enrollments.rows(slug="x", learners=learners, today=today)


def test_seed_demo_asks_for_the_catalogue(db):
    with pytest.raises(CommandError, match="load_catalog"):
        call_command("seed_demo")


def logins() -> list[dict]:
    output = io.StringIO()
    call_command("demo_logins", "--json", stdout=output)
    return json.loads(output.getvalue())


def test_demo_logins_are_always_the_same_and_start_with_ravel():
    told = logins()

    assert told == logins()
    assert all(
        list(login) == ["email", "password", "role", "organization", "totp_secret"]
        and login["totp_secret"] is None
        for login in told
    )
    assert [(login["role"], login["organization"]) for login in told[:5]] == [
        ("owner", "ravel-formation"),
        ("administrator", "ravel-formation"),
        ("sales", "ravel-formation"),
        ("trainer", "ravel-formation"),
        ("owner", "atelier-comptoir"),
    ]
    assert [login["role"] for login in told if login["organization"] is None] == [
        "customer_care",
        "sales_team",
        "manager",
    ]


def test_demo_logins_without_json_is_a_table():
    output = io.StringIO()
    call_command("demo_logins", stdout=output)

    assert len(output.getvalue().splitlines()) == len(logins())
    assert "claire@ravel-formation.example" in output.getvalue().splitlines()[0]


@played
@time_machine.travel(f"{TODAY}T12:00:00+01:00")
def test_everyone_signs_in_where_the_list_says(committed_db):
    for login in logins():
        client = Client()
        assert client.login(email=login["email"], password=login["password"]), login
        user = User.objects.get(email=login["email"])
        assert not user.is_superuser
        with staff_context():
            if login["organization"] is None:
                assert user.is_staff
                assert [group.name for group in user.groups.all()] == [login["role"]]
            else:
                membership = Membership.objects.get(
                    user=user, organization__slug=login["organization"]
                )
                assert (membership.role, user.is_staff) == (login["role"], False)
    with staff_context():
        assert Invoice.objects.latest("issued_on").issued_on <= timezone.localdate()
        assert User.objects.filter(is_superuser=True).count() == 0
        nora = User.objects.get(email="nora@lumen-langues.example")
        assert nora.memberships.count() == 2


@played
def test_the_forecasts_of_the_past_year_fall_near_what_was_counted(committed_db, tell_figure):
    out = io.StringIO()

    call_command("backtest_forecast", every=7, stdout=out, stderr=io.StringIO())

    said = out.getvalue()
    tell_figure(said)
    assert re.findall(r"À (\d+) jours", said) == ["30", "90", "180"]
    recent, _a_year_ago, unchanged = re.findall(r"moyenne ([0-9,]+) apprenants", said)[:3]
    assert float(recent.replace(",", ".")) < float(unchanged.replace(",", "."))


@played
def test_whoever_is_above_the_limit_was_told_and_given_time(scope):
    """Every night of the year was looked at; support extended the grace that ran out."""
    levels = LimitAlert.objects.filter(organization=place("cap-metiers"), is_mailed=True)
    overrun = Overrun.objects.get(organization=place("cap-metiers"), ended_on=None)

    assert {80, 90, 101} <= set(levels.values_list("level", flat=True))
    assert overrun.closes_on == TODAY + timedelta(days=21)
    assert not Overrun.objects.exclude(organization=place("cap-metiers")).exists()
