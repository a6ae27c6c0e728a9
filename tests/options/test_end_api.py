"""An option ended by the API at its term, and what was undone since."""

import pytest

from accounts.tenancy import staff_context
from subscriptions.models import Item
from tests.options.calls import ELEARNING, OPTIONS, post, problem
from tests.options.pages import written

COMPANY_SPACE = f"{OPTIONS}company-space/subscription/"


def test_the_owner_ends_an_option_at_term_once(team, enter):
    alice = enter("alice")

    ended, again = alice.delete(COMPANY_SPACE), alice.delete(COMPANY_SPACE)

    expected = {"option": "company-space", "ends_before": "2026-12-09"}
    assert (ended.status_code, ended.json()) == (200, expected)
    assert (again.status_code, again.json()) == (200, expected)
    with staff_context():
        assert str(Item.objects.get(component__code="company-space").ends_before) == "2026-12-09"
    assert written(team) == (2, 1, 0)


@pytest.mark.parametrize("name", ["adam", "sam", "tara"])
def test_nobody_else_ends_an_option(team, enter, name):
    assert problem(enter(name).delete(COMPANY_SPACE)) == (403, "permission_denied", [None])
    with staff_context():
        assert Item.objects.get(component__code="company-space").ends_before is None


def test_what_is_not_held_cannot_be_ended(team, enter):
    assert problem(enter("alice").delete(ELEARNING)) == (409, "not_subscribed", [None])
    assert enter("charlie").delete(COMPANY_SPACE).status_code == 409
    assert enter("alice").delete(f"{OPTIONS}rien/subscription/").status_code == 404


def test_a_key_whose_subscription_was_undone_opens_nothing(team, enter):
    alice = enter("alice")
    post(alice)
    alice.post("/compte/abonnement/options/advanced-elearning/annuler/")

    assert problem(post(alice)) == (409, "undone", [None])
    assert post(alice, key="cle-numero-2").status_code == 201
