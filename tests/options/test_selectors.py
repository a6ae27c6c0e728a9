from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import staff_context, tenant_context
from options import selectors
from options.endings import end_option
from options.policy import Action
from options.services import press_subscribe
from subscriptions import plan_changes, renewal
from subscriptions.models import Subscription
from subscriptions.standing import standing
from tests.teams import TODAY, Team


def option(slug: str):
    return selectors.on_sale().get(component__code=slug)


def seen(team: Team, name: str) -> list[tuple]:
    membership = team.membership(name)
    return [
        (offer.slug, offer.action, offer.label, offer.price_cents)
        for offer in selectors.offers(membership, TODAY)
    ]


def test_offers_show_what_is_taken_first_and_what_each_role_may_do(team):
    with tenant_context(team.ravel.pk):
        assert seen(team, "alice") == [
            ("company-space", Action.TAKEN, "Gérer", 29_00),
            ("e-signature", Action.SUBSCRIBE, "Souscrire", 25_00),
            ("advanced-elearning", Action.SUBSCRIBE, "Souscrire", 39_00),
            ("online-payment", Action.SUBSCRIBE, "Souscrire", 19_00),
            ("custom-fields", Action.SUBSCRIBE, "Souscrire", 15_00),
            ("edof-export", Action.SUBSCRIBE, "Souscrire", 25_00),
            ("api-access", Action.SUBSCRIBE, "Souscrire", 39_00),
            ("micro-certification", Action.ASK_QUOTE, "Demander un devis", 29_00),
            ("certification-export", Action.ASK_QUOTE, "Demander un devis", 25_00),
        ]
        for name in ("adam", "sam"):
            assert [row[:3] for row in seen(team, name)[:2]] == [
                ("company-space", Action.TAKEN, ""),
                ("e-signature", Action.ASK_SUPPORT, "Signaler mon intérêt"),
            ]
        assert seen(team, "tara") == []


def test_offers_read_the_same_queries_for_one_option_or_more(team):
    with tenant_context(team.ravel.pk):
        membership = team.membership("alice")
        current = standing(team.ravel, TODAY)
        with CaptureQueriesContext(
            connection,
        ) as before:
            selectors.offers(membership, TODAY, current)
        for slug in ("e-signature", "api-access"):
            press_subscribe(membership=membership, option=option(slug), today=TODAY, operation=slug)
        current = standing(team.ravel, TODAY)
        with CaptureQueriesContext(connection) as after:
            selectors.offers(membership, TODAY, current)

    assert (len(before), len(after)) == (2, 2)


def test_an_interest_is_shown_to_everyone_since_it_was_asked(team):
    with tenant_context(team.ravel.pk):
        press_subscribe(
            membership=team.membership("sam"),
            option=option("api-access"),
            today=date(2026, 11, 19),
            operation="click",
        )

        asked = {
            offer.slug: offer.asked_on
            for offer in selectors.offers(team.membership("alice"), TODAY)
            if offer.asked_on
        }

    assert asked == {"api-access": date(2026, 11, 19)}


def test_entitlements_open_at_once_and_close_after_the_period_that_was_paid(team):
    with tenant_context(team.ravel.pk):
        alice = team.membership("alice")
        press_subscribe(
            membership=alice, option=option("e-signature"), today=TODAY, operation="click"
        )
        end_option(membership=alice, option=option("e-signature"), today=TODAY)

        assert selectors.entitlements(team.ravel, date(2026, 11, 22)) == {"company-space"}
        assert selectors.entitlements(team.ravel, TODAY) == {"company-space", "e-signature"}
        assert selectors.entitlements(team.ravel, date(2026, 12, 8)) == {
            "company-space",
            "e-signature",
        }
        assert selectors.entitlements(team.ravel, date(2026, 12, 9)) == {"company-space"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", 1),
        ("past_due", 1),
        ("trialing", 9),
        ("expired", 0),
        ("suspended", 0),
        ("cancelled", 0),
    ],
)
def test_entitlements_follow_the_state(team, status, expected):
    with tenant_context(team.ravel.pk):
        Subscription.objects.update(status=status)

        assert len(selectors.entitlements(team.ravel, TODAY)) == expected


def test_entitlements_include_what_the_plan_includes(team):
    with tenant_context(team.ravel.pk):
        plan = Subscription.objects.get().items.get(kind="plan").component.plan
        plan.includes.add(option("edof-export").component)

        assert selectors.entitlements(team.ravel, TODAY) == {"company-space", "edof-export"}
        actions = {
            offer.slug: (offer.action, offer.label)
            for offer in selectors.offers(team.membership("alice"), TODAY)
        }

    assert actions["edof-export"] == (Action.INCLUDED, "")


def test_nothing_is_offered_once_cancelled_and_nothing_is_open_once_over(team):
    with staff_context():
        subscription = Subscription.objects.get(organization=team.ravel)
        plan_changes.cancel_at_term(subscription_id=subscription.pk, on=TODAY)
        assert seen(team, "alice") == [("company-space", Action.TAKEN, "Gérer", 29_00)]

        renewal.renew(subscription_id=subscription.pk, on=date(2026, 12, 9))

        alice = team.membership("alice")
        assert selectors.offers(alice, date(2026, 12, 9)) == ()
        assert selectors.entitlements(team.ravel, date(2026, 12, 9)) == frozenset()


def test_an_organization_without_a_subscription_is_offered_nothing(team):
    with staff_context():
        membership = team.membership("charlie")
        membership.organization.pk = -1

        assert selectors.offers(membership, TODAY) == ()
        assert selectors.entitlements(membership.organization, TODAY) == frozenset()
