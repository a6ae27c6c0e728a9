import pytest

from accounts.roles import Role
from support import workflow
from support.workflow import RULES, IllegalMove, Kind, Move, NotAllowed, State, Who

LEGAL = [
    (rule, kind, source)
    for rule in RULES
    for kind in sorted(rule.kinds)
    for source in sorted(rule.sources)
]


@pytest.mark.parametrize(("rule", "kind", "source"), LEGAL)
def test_a_move_of_the_table_leads_to_its_target_by_those_who_may(rule, kind, source):
    for who in rule.who:
        found = workflow.target(rule.move, kind=kind, state=source, who=frozenset({who}))
        assert found == rule.target


@pytest.mark.parametrize("rule", RULES, ids=[rule.move for rule in RULES])
def test_anybody_else_may_not(rule):
    others = frozenset(Who) - rule.who

    for kind in rule.kinds:
        for source in rule.sources:
            with pytest.raises(NotAllowed):
                workflow.target(rule.move, kind=kind, state=source, who=others)


@pytest.mark.parametrize("rule", RULES, ids=[rule.move for rule in RULES])
def test_any_other_state_or_kind_refuses_the_move(rule):
    pairs = [
        (kind, state)
        for kind in Kind
        for state in State
        if kind not in rule.kinds or state not in rule.sources
    ]

    for kind, state in pairs:
        with pytest.raises(IllegalMove):
            workflow.target(rule.move, kind=kind, state=state, who=rule.who)
    assert pairs


CARE = frozenset({Who.CUSTOMER_CARE})
SALES = frozenset({Who.SALES_TEAM})


@pytest.mark.parametrize(
    ("kind", "state", "who", "expected"),
    [
        ("plan_change", "new", CARE, [Move.PRICE, Move.ASK_DETAILS, Move.REFUSE]),
        ("plan_change", "new", SALES, []),
        ("plan_change", "new", frozenset({Who.READER}), []),
        ("plan_change", "quoted", frozenset({Who.ADMINISTRATOR}), [Move.ASK_AGAIN, Move.WITHDRAW]),
        (
            "plan_change",
            "quoted",
            frozenset({Who.OWNER}),
            [Move.ACCEPT, Move.DECLINE, Move.ASK_AGAIN, Move.WITHDRAW],
        ),
        ("plan_change", "handed_over", CARE, []),
        ("plan_change", "handed_over", SALES, [Move.SEND_BACK, Move.APPLY]),
        ("plan_change", "handed_over", frozenset({Who.MANAGER}), [Move.SEND_BACK, Move.APPLY]),
        ("plan_change", "applied", CARE | SALES, []),
        (
            "option_interest",
            "new",
            CARE,
            [Move.ASK_DETAILS, Move.REFUSE, Move.QUOTE_INTEREST, Move.CLOSE],
        ),
        ("option_interest", "new", frozenset({Who.CLOCK}), [Move.FULFILL]),
        ("task", "new", CARE, [Move.CLOSE]),
        ("contact", "closed", CARE, [Move.REOPEN]),
    ],
)
def test_moves_are_those_open_to_somebody_now(kind, state, who, expected):
    assert workflow.moves(kind=kind, state=state, who=who) == expected


@pytest.mark.parametrize(
    ("role", "kind", "asked", "expected"),
    [
        (Role.OWNER, "plan_change", False, True),
        (Role.ADMINISTRATOR, "option_interest", False, True),
        (Role.SALES, "option_interest", True, True),
        (Role.SALES, "contact", True, True),
        (Role.SALES, "option_interest", False, False),
        (Role.SALES, "plan_change", True, False),
        (Role.TRAINER, "contact", True, False),
        (Role.OWNER, "task", False, False),
    ],
)
def test_may_follow_says_who_sees_a_request(role, kind, asked, expected):
    assert workflow.may_follow(role, kind, is_requester=asked) is expected


def test_no_state_is_a_dead_end_but_applied():
    left = {source for source, _target in workflow.steps()}

    assert set(map(str, State)) - left == {"applied"}


@pytest.mark.parametrize(
    ("state", "quoted", "expected"),
    [
        ("new", False, 1),
        ("quoted", True, 2),
        ("accepted", True, 3),
        ("applied", True, 4),
        ("withdrawn", True, 2),
        ("refused", False, 1),
    ],
)
def test_steps_done_counts_the_steps_behind(state, quoted, expected):
    assert workflow.steps_done(State(state), quoted=quoted) == expected
