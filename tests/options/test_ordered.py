"""An option that comes with a change that waits for the échéance: told, and not sold twice."""

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import Subscription
from subscriptions.plan_changes import Change, change_at_term
from tests import world
from tests.options.pages import DETAIL, ELEARNING, SUBSCRIBE, words, written
from tests.teams import TODAY

SAID = "Déjà prévue : elle vient avec votre changement, à l’échéance."


@pytest.fixture(autouse=True)
def _ordered(team):
    with staff_context():
        change_at_term(
            subscription_id=Subscription.objects.get(organization=team.ravel).pk,
            change=Change(plan=world.plan("orga"), components=(world.option(ELEARNING),)),
            on=TODAY,
        )


@pytest.mark.parametrize("name", ["alice", "adam", "sam"])
def test_every_page_says_when_it_comes_and_sells_it_no_more(team, enter, name):
    client = enter(name)
    before = written(team)

    mine, detail, page = (
        client.get(address) for address in (reverse("my-subscription"), DETAIL, SUBSCRIBE)
    )
    pressed = client.post(SUBSCRIBE)

    assert [each.status_code for each in (mine, detail, page, pressed)] == [200, 200, 200, 409]
    assert "Prévue le 9 déc." in words(mine)
    assert all(SAID in words(each) for each in (detail, page, pressed))
    assert written(team) == before


def test_the_next_invoice_announced_holds_it(enter):
    page = words(enter("alice").get(reverse("my-subscription")))

    assert "Modules SCORM, e-learning et forum 39,00 €" in page
    assert "Total HT 307,00 €" in page  # ORGA 239,00 €, Espace entreprise 29,00 €
