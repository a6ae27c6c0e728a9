"""The states of a request and who may move it where: a table, no database, no clock.

The same table draws the trigger that keeps raw SQL to it (`steps`).
"""

from dataclasses import dataclass
from enum import StrEnum

from accounts.roles import Role


class Kind(StrEnum):
    """What is asked."""

    PLAN_CHANGE = "plan_change"  # demande d’évolution: plan, commitment, options
    OPTION_INTEREST = "option_interest"  # a click on Souscrire that may not commit money
    CONTACT = "contact"
    TASK = "task"  # written by the engine for staff; customers never see it


class State(StrEnum):
    NEW = "new"
    NEEDS_DETAILS = "needs_details"
    PRICED = "priced"
    QUOTED = "quoted"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"


OPEN = frozenset(
    {
        State.NEW,
        State.NEEDS_DETAILS,
        State.PRICED,
        State.QUOTED,
        State.ACCEPTED,
        State.HANDED_OVER,
    }
)


class Move(StrEnum):
    PRICE = "price"  # chiffrer
    SEND_QUOTE = "send_quote"
    ACCEPT = "accept"
    DECLINE = "decline"
    ASK_AGAIN = "ask_again"  # a new quote, when the old one is past or stale
    HAND_OVER = "hand_over"  # transmettre aux ventes
    SEND_BACK = "send_back"
    APPLY = "apply"
    ASK_DETAILS = "ask_details"
    GIVE_DETAILS = "give_details"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    QUOTE_INTEREST = "quote_interest"  # an interest becomes a change to price
    FULFILL = "fulfill"  # the option is there, or nobody is left to take it
    CLOSE = "close"
    REOPEN = "reopen"


class Aside(StrEnum):
    """A deed of staff that leaves the request in its state."""

    REMIND = "remind"  # relancer
    CORRECT = "correct"  # ask anew for what was applied
    CALL = "call"  # note a call about an interest, and close it if nothing is left to do


class Who(StrEnum):
    """In what capacity somebody moves a request: a customer's role, a staff group, the clock."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    REQUESTER = "requester"  # whoever asked, whatever their role
    CUSTOMER_CARE = "customer_care"  # relation client
    SALES_TEAM = "sales_team"  # service des ventes
    MANAGER = "manager"  # responsable
    READER = "reader"  # lecture
    CLOCK = "clock"


STAFF = frozenset({Who.CUSTOMER_CARE, Who.SALES_TEAM, Who.MANAGER, Who.READER})
ANSWERS = frozenset({Who.CUSTOMER_CARE, Who.SALES_TEAM, Who.MANAGER})
CARE = frozenset({Who.CUSTOMER_CARE, Who.MANAGER})
SALES = frozenset({Who.SALES_TEAM, Who.MANAGER})
CUSTOMERS = frozenset({Who.OWNER, Who.ADMINISTRATOR, Who.REQUESTER})
OWNER = frozenset({Who.OWNER})
CLOCK = frozenset({Who.CLOCK})

CHANGE = frozenset({Kind.PLAN_CHANGE})
INTEREST = frozenset({Kind.OPTION_INTEREST})
TALK = frozenset({Kind.OPTION_INTEREST, Kind.CONTACT, Kind.TASK})
ASKED = frozenset({Kind.PLAN_CHANGE, Kind.OPTION_INTEREST, Kind.CONTACT})


@dataclass(frozen=True, slots=True)
class Rule:
    """One move: for which kinds, from which states, to which, by whom."""

    move: Move
    kinds: frozenset[Kind]
    sources: frozenset[State]
    target: State
    who: frozenset[Who]


def _rule(move: Move, kinds, sources: tuple[State, ...], target: State, who) -> Rule:
    return Rule(move, kinds, frozenset(sources), target, who)


# Beside Who, HAND_OVER of a change that commits money waits for the owner's agreement.
RULES = (
    _rule(
        Move.PRICE,
        CHANGE,
        (State.NEW, State.NEEDS_DETAILS, State.PRICED, State.QUOTED, State.ACCEPTED),
        State.PRICED,
        CARE,
    ),
    _rule(Move.SEND_QUOTE, CHANGE, (State.PRICED,), State.QUOTED, CARE),
    _rule(Move.ACCEPT, CHANGE, (State.QUOTED,), State.ACCEPTED, OWNER),
    _rule(Move.DECLINE, CHANGE, (State.QUOTED,), State.NEW, OWNER),
    _rule(
        Move.ASK_AGAIN,
        CHANGE,
        (State.QUOTED, State.EXPIRED),
        State.NEW,
        frozenset({Who.OWNER, Who.ADMINISTRATOR}),
    ),
    _rule(Move.HAND_OVER, CHANGE, (State.PRICED, State.ACCEPTED), State.HANDED_OVER, CARE),
    _rule(Move.SEND_BACK, CHANGE, (State.HANDED_OVER,), State.PRICED, SALES),
    _rule(Move.APPLY, CHANGE, (State.HANDED_OVER,), State.APPLIED, SALES),
    _rule(Move.ASK_DETAILS, ASKED, (State.NEW, State.PRICED), State.NEEDS_DETAILS, CARE),
    _rule(Move.GIVE_DETAILS, ASKED, (State.NEEDS_DETAILS,), State.NEW, CUSTOMERS),
    _rule(
        Move.REFUSE,
        ASKED,
        (State.NEW, State.NEEDS_DETAILS, State.PRICED, State.QUOTED, State.ACCEPTED),
        State.REFUSED,
        CARE,
    ),
    _rule(
        Move.WITHDRAW,
        ASKED,
        (State.NEW, State.NEEDS_DETAILS, State.PRICED, State.QUOTED, State.EXPIRED),
        State.WITHDRAWN,
        CUSTOMERS,
    ),
    _rule(Move.EXPIRE, CHANGE, (State.QUOTED,), State.EXPIRED, CLOCK),
    _rule(Move.QUOTE_INTEREST, INTEREST, (State.NEW, State.NEEDS_DETAILS), State.CLOSED, CARE),
    _rule(Move.FULFILL, INTEREST, (State.NEW, State.NEEDS_DETAILS), State.CLOSED, CLOCK),
    _rule(Move.CLOSE, TALK, (State.NEW, State.NEEDS_DETAILS), State.CLOSED, CARE),
    _rule(
        Move.REOPEN,
        frozenset(Kind),
        (State.REFUSED, State.WITHDRAWN, State.EXPIRED, State.CLOSED),
        State.NEW,
        CARE,
    ),
)
RULE_OF = {rule.move: rule for rule in RULES}
ASIDES = {  # for which kinds, in which states, by whom
    Aside.REMIND: (ASKED, OPEN, ANSWERS),
    Aside.CORRECT: (CHANGE, frozenset({State.APPLIED}), CARE),
    Aside.CALL: (INTEREST, frozenset({State.NEW, State.NEEDS_DETAILS}), CARE),
}
HANDS = {rule.move: rule.who for rule in RULES} | {
    aside: who for aside, (_kinds, _states, who) in ASIDES.items()
}


class IllegalMove(Exception):
    """The request is not in a state from which it can be moved so; perhaps somebody was faster."""


class NotAllowed(Exception):
    """This move is not in the hands of whoever tried it."""


def target(move: Move, *, kind: Kind, state: State, who: frozenset[Who]) -> State:
    """Return the state that a move leads to. Raises NotAllowed, IllegalMove."""
    rule = RULE_OF[move]
    if not rule.who & who:
        raise NotAllowed(f"{move} by {', '.join(sorted(who)) or 'nobody'}")
    if kind not in rule.kinds or state not in rule.sources:
        raise IllegalMove(f"{move} of a {kind} that is {state}")
    return rule.target


def moves(*, kind: Kind, state: State, who: frozenset[Who]) -> list[Move]:
    """Return the moves that are open to somebody now, in the order of the table."""
    return [
        rule.move
        for rule in RULES
        if kind in rule.kinds and state in rule.sources and rule.who & who
    ]


def asides(*, kind: Kind, state: State, who: frozenset[Who]) -> list[Aside]:
    """Return the deeds beside the moves that are open to somebody now."""
    return [
        aside
        for aside, (kinds, states, hands) in ASIDES.items()
        if kind in kinds and state in states and hands & who
    ]


def may_do(deed: str, who: frozenset[Who]) -> bool:
    """Say whether a move, or a deed beside them, is ever in these hands, whatever the state."""
    return bool(HANDS[deed] & who)


FORWARD = {State.NEW: Move.PRICE, State.ACCEPTED: Move.HAND_OVER, State.HANDED_OVER: Move.APPLY}


def next_move(kind: Kind, state: State, *, needs_agreement: bool) -> Move | None:
    """Return the move by which staff go on with a request; None when the ball is elsewhere."""
    if kind != Kind.PLAN_CHANGE:
        move = Move.QUOTE_INTEREST if kind == Kind.OPTION_INTEREST else Move.CLOSE
        return move if state in RULE_OF[move].sources else None
    if state == State.PRICED:
        return Move.SEND_QUOTE if needs_agreement else Move.HAND_OVER
    return FORWARD.get(state)


def capacities(role: Role, *, is_requester: bool) -> frozenset[Who]:
    """Return in what capacities a member of the organization acts on one of its requests."""
    asked = {Who.REQUESTER} if is_requester else set()
    return frozenset({who for who in (Who.OWNER, Who.ADMINISTRATOR) if who == str(role)} | asked)


def may_follow(role: Role, kind: Kind, *, is_requester: bool) -> bool:
    """Say whether a member sees a request: a sales rep only their own interests and contacts."""
    if role in (Role.OWNER, Role.ADMINISTRATOR):
        return kind in ASKED
    return role == Role.SALES and is_requester and kind in TALK & ASKED


def states_of(kind: Kind) -> list[str]:
    """Return the states that some move leads a kind to, for the constraint of the table."""
    reached = {str(rule.target) for rule in RULES if kind in rule.kinds}
    return sorted(reached | {str(State.NEW)})


def steps() -> list[tuple[str, str]]:
    """Return each change of state that some move makes, for the trigger of the table."""
    return sorted(
        {
            (str(source), str(rule.target))
            for rule in RULES
            for source in rule.sources
            if source != rule.target
        }
    )


YEAR = 12  # months
SHOWS_QUOTE = frozenset(
    {State.QUOTED, State.ACCEPTED, State.HANDED_OVER, State.APPLIED, State.EXPIRED}
)
STEPS_DONE = {
    State.NEW: 1,
    State.NEEDS_DETAILS: 1,
    State.PRICED: 1,
    State.QUOTED: 2,
    State.EXPIRED: 2,
    State.ACCEPTED: 3,
    State.HANDED_OVER: 3,
    State.APPLIED: 4,
}


def steps_done(state: State, *, quoted: bool) -> int:
    """Return how many of the four steps shown to customers are behind a plan change.

    They are: demande envoyée, devis établi, votre accord, mise en place. What was refused or
    withdrawn stopped after its quote if one was sent.
    """
    return STEPS_DONE.get(state, 2 if quoted else 1)
