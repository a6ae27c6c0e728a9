"""A renewal beyond the bounds of R23, met while a change is drawn: words, never a failure."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import agreements
from subscriptions.models import Subscription
from support.models import Request
from tests import world
from tests.support.conftest import RENEWS_ON

ASK = reverse("ask-plan-change", args=["orga"])
CHOICE = {"commitment": "monthly", "when": "term", "options": [], "message": ""}


@pytest.fixture
def mistaken(desk):
    """Agree a price with ten times too many cents, on the plan that is asked for."""
    with staff_context():
        subscription = Subscription.objects.get(organization=desk.ravel)
        agreements.agree_price(
            subscription_id=subscription.pk,
            price=agreements.Agreed(
                plan=world.plan("orga"),
                amount_cents=239_000,
                first_on=RENEWS_ON,
                last_on=RENEWS_ON + timedelta(days=400),
            ),
            reason="une virgule mal placée",
        )


def test_a_customer_reads_that_the_amount_is_checked(enter, mistaken):
    response = enter("alice").post(ASK, CHOICE)

    assert response.status_code == 422
    assert "Nous vérifions le montant de ce changement" in response.content.decode()
    with staff_context():
        assert not Request.objects.exists()


@pytest.mark.parametrize("when", ["now", "term"])
def test_a_customer_who_is_set_aside_reads_whom_to_write_to(desk, enter, when):
    with staff_context():
        Subscription.objects.filter(organization=desk.ravel).update(parked_because="Parked : …")

    response = enter("alice").post(ASK, CHOICE | {"when": when})

    assert response.status_code == 422
    assert "Votre abonnement ne peut pas changer en ce moment" in response.content.decode()
    with staff_context():
        assert not Request.objects.exists()
