import itertools

import pytest

from accounts.roles import ASKS_CHANGES, Role
from options.policy import Action, Decision, Holding, Reason, Situation, decide, may_manage

SUBSCRIBE = Decision(Action.SUBSCRIBE)
ASK_SUPPORT = Decision(Action.ASK_SUPPORT)
ASK_QUOTE = Decision(Action.ASK_QUOTE)
HIDDEN = Decision(Action.HIDDEN)
STATUSES = ["none", "trialing", "expired", "active", "past_due", "suspended", "cancelled"]


@pytest.mark.parametrize(
    ("role", "self_service", "expected"),
    [
        (Role.OWNER, True, SUBSCRIBE),
        (Role.OWNER, False, ASK_QUOTE),
        (Role.ADMINISTRATOR, True, ASK_SUPPORT),
        (Role.ADMINISTRATOR, False, ASK_QUOTE),
        (Role.SALES, True, ASK_SUPPORT),
        (Role.SALES, False, ASK_SUPPORT),
        (Role.TRAINER, True, HIDDEN),
        (Role.TRAINER, False, HIDDEN),
    ],
)
def test_souscrire_depends_on_the_role_and_on_the_option(role, self_service, expected):
    assert decide(Situation(role, "active", self_service=self_service)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("none", HIDDEN),
        ("trialing", Decision(Action.INCLUDED)),
        ("expired", Decision(Action.DISABLED, Reason.TRIAL_OVER)),
        ("active", SUBSCRIBE),
        ("past_due", Decision(Action.DISABLED, Reason.PAST_DUE)),
        ("suspended", HIDDEN),
        ("cancelled", HIDDEN),
    ],
)
def test_souscrire_for_the_owner_depends_on_the_state(status, expected):
    assert decide(Situation(Role.OWNER, status)) == expected


@pytest.mark.parametrize(
    ("holding", "expected"),
    [
        (Holding.RUNNING, Decision(Action.TAKEN)),
        (Holding.ENDING, Decision(Action.ENDING)),
        (Holding.INCLUDED, Decision(Action.INCLUDED)),
        (Holding.ORDERED, Decision(Action.DISABLED, Reason.ORDERED)),
    ],
)
@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, Role.SALES])
def test_an_option_held_is_never_offered_again(role, holding, expected):
    assert decide(Situation(role, "active", holding)) == expected


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMINISTRATOR, Role.SALES])
@pytest.mark.parametrize("self_service", [True, False])
def test_what_has_no_price_goes_to_support(role, self_service):
    situation = Situation(role, "active", self_service=self_service, has_price=False)

    assert decide(situation) == ASK_SUPPORT


def test_a_late_payment_does_not_stop_a_question():
    assert decide(Situation(Role.SALES, "past_due")) == ASK_SUPPORT
    assert decide(Situation(Role.OWNER, "past_due", self_service=False)) == ASK_SUPPORT


def test_nothing_is_offered_before_a_cancellation():
    assert decide(Situation(Role.OWNER, "active", is_cancelled=True)) == HIDDEN
    assert decide(Situation(Role.OWNER, "active", Holding.RUNNING, is_cancelled=True)) == Decision(
        Action.TAKEN
    )


def test_only_the_owner_ever_commits_money():
    for role, status, holding, alone, priced, cancelled in itertools.product(
        Role, STATUSES, Holding, [True, False], [True, False], [True, False]
    ):
        decision = decide(Situation(role, status, holding, alone, priced, cancelled))

        if decision.action is Action.SUBSCRIBE:
            assert (role, status, holding, alone, priced, cancelled) == (
                Role.OWNER,
                "active",
                Holding.NONE,
                True,
                True,
                False,
            )
        if decision.action is Action.ASK_QUOTE:
            assert role in ASKS_CHANGES
            assert (status, holding, alone, priced, cancelled) == (
                "active",
                Holding.NONE,
                False,
                True,
                False,
            )
        assert (decision.reason is not None) == (decision.action is Action.DISABLED)


@pytest.mark.parametrize(
    ("role", "holding", "status", "expected"),
    [
        (Role.OWNER, Holding.RUNNING, "active", True),
        (Role.OWNER, Holding.ENDING, "past_due", True),
        (Role.OWNER, Holding.INCLUDED, "active", False),
        (Role.OWNER, Holding.RUNNING, "suspended", False),
        (Role.ADMINISTRATOR, Holding.RUNNING, "active", False),
    ],
)
def test_only_the_owner_ends_an_option(role, holding, status, expected):
    assert may_manage(role, holding, status) is expected
