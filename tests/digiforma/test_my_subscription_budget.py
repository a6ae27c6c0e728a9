"""What one view of « Mon abonnement » may cost, whatever is held, issued or enrolled."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from accounts.tenancy import staff_context
from learners.services import recount_all
from options.catalog import OPTIONS
from subscriptions.models import Invoice
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term
from support.drawing import Wish
from support.labels import When
from support.services import ask_plan_change
from tests import world
from tests.budgets import statements, weigh
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, PAGE, TODAY, enroll, membership

MOST_REQUESTS = 6
EVERY_OPTION = tuple(text.code for text in OPTIONS)


def plain():
    return ravel.found(learners=10, options=())


def everything_held():
    there = ravel.found(learners=10, options=EVERY_OPTION)
    assert there.subscription.items.count() == 10
    return there


def many_invoices():
    there = ravel.found(learners=10, since=date(2024, 6, 9))
    assert Invoice.objects.count() == 30
    return there


def many_enrolments():
    there = ravel.found(learners=4_000)
    enroll(there.ravel, 1_000, on=TODAY)
    recount_all(on=TODAY)
    return there


def a_request_under_way():
    there = everything_held()
    wish = Wish(plan=world.plan("orga"), commitment=Commitment.MONTHLY, when=When.TERM)
    ask_plan_change(membership=membership(there.alice), wish=wish, on=TODAY)
    return there


def a_change_that_waits():
    there = plain()
    change = Change(plan=world.plan("indep-plus"))
    change_at_term(subscription_id=there.subscription.pk, change=change, on=TODAY)
    return there


STORIES = [
    plain,
    everything_held,
    many_invoices,
    many_enrolments,
    a_request_under_way,
    a_change_that_waits,
]


@pytest.mark.parametrize("story", STORIES)
def test_page_stays_within_its_budget(committed_db, tell_figure, story):
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            there = story()
        for person in (there.alice, there.sam):
            client = Client()
            client.force_login(person)
            with statements() as sent:
                response = client.get(PAGE)

            tell_figure(weigh(response, sent))
