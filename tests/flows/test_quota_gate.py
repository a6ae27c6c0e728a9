"""A smaller plan at 500 learners and at 501, through each door by which it may come (R8)."""

from datetime import date

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from learners.enrollment_row import EnrollmentRow
from learners.services import import_rows
from subscriptions import tasks
from subscriptions.models import Item, PendingChange, Subscription, SupportNotice
from support.groups import load_groups
from support.models import Request
from tests import world
from tests.subscriptions.desk.pages import confirmation, deed_of, text

OPENED_ON, RENEWS_ON, TODAY = date(2026, 11, 9), date(2026, 12, 9), date(2026, 11, 23)
EACH_SIDE = pytest.mark.parametrize(("learners", "is_accepted"), [(500, True), (501, False)])

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_orga(learners):
    """Ravel on ORGA, 1 500 learners, with so many counted from 20 November 2026 on."""
    with staff_context():
        world.put_on_sale()
        load_groups()
        subscription, _invoice = world.subscribed(world.organization(), on=OPENED_ON, code="orga")
        rows = [enrolled(number) for number in range(learners)]
        import_rows(organization=subscription.organization, rows=rows, on=TODAY, by=None)
        for name, group in (("Lea", "customer_care"), ("Magda", "manager")):
            world.person(name, is_staff=True).groups.add(Group.objects.get(name=group))
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield subscription


def enrolled(number: int) -> EnrollmentRow:
    return EnrollmentRow(
        line=number,
        session_code="S1",
        title="Gestes",
        starts_on=date(2026, 11, 20),
        ends_on=date(2026, 11, 20),
        email=f"a{number}@exemple.fr",
        last_name="",
        first_name="",
        status="enrolled",
        left_on=None,
    )


def enter(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
    return client


def plan_held(subscription) -> str:
    with staff_context():
        running = Item.objects.filter(subscription=subscription, kind="plan", ends_before=None)
        return running.get().component.code


@EACH_SIDE
def test_the_night_of_the_anniversary(on_orga, learners, is_accepted):
    with staff_context():
        PendingChange.objects.create(
            organization=on_orga.organization,
            subscription=on_orga,
            kind=PendingChange.Kind.PLAN,
            plan=world.plan("equipe"),
            effective_on=RENEWS_ON,
            ordered_on=TODAY,
        )

    with time_machine.travel("2026-12-09T05:00:00+01:00", tick=False):
        tasks.renew_due.apply().get()

    assert plan_held(on_orga) == ("equipe" if is_accepted else "orga")
    with staff_context():
        notices = list(SupportNotice.objects.values_list("kind", "raised_on", "details"))
        assert Subscription.objects.get().renews_on == date(2027, 1, 9)
    figures = {"plan": "equipe", "over": {"learners": [501, 500]}, "fits_on": "2027-11-20"}
    assert notices == ([] if is_accepted else [("downgrade_refused", RENEWS_ON, figures)])


@EACH_SIDE
def test_staff_who_pass_over_the_anniversary(on_orga, learners, is_accepted):
    magda, address = enter("magda"), deed_of(on_orga, "change_now")
    wanted = {"reason": "Accord", "plan": "equipe", "commitment": "", "override": "on"}

    asked = magda.post(address, wanted)

    if is_accepted:
        assert magda.post(address, {**confirmation(asked), "confirm": "yes"}).status_code == 302
    else:
        assert asked.status_code == 422
        assert "Ce qui est compté aujourd’hui ne tient pas dans cette formule." in text(asked)
    assert plan_held(on_orga) == ("equipe" if is_accepted else "orga")


@EACH_SIDE
def test_the_owner_asks_and_support_answers_with_the_figures(on_orga, learners, is_accepted):
    """Asking is a question and stays open; a price is given only if the plan would hold."""
    owned = {"commitment": "monthly", "when": "term", "message": "", "deed": "send"}
    sent = enter("alice").post(reverse("ask-plan-change", args=["equipe"]), owned)
    with staff_context():
        request = Request.objects.get()
    price = {
        "plan": world.plan("equipe").pk,
        "commitment": "monthly",
        "when": "term",
        "effective_on": TODAY,
    }
    address = reverse("admin:support_request_move", args=[request.pk, "price"])

    priced = enter("lea").post(address, price)

    assert sent.status_code == 302
    assert priced.status_code == (302 if is_accepted else 422)
    assert is_accepted or (
        "Le changement serait refusé à l’échéance (R8) : 501 apprenants pour 500." in text(priced)
    )
    with staff_context():
        request.refresh_from_db()
    assert request.state == ("priced" if is_accepted else "new")
