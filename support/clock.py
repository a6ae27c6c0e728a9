"""A request's clock: which answer is due when, in working time; pure, it is told the moment.

It runs while the desk holds the ball, stands still while the customer does, and stops when the
request is finished. Each function takes what the clock says and what happened, and returns what
it says then; `moves` keeps it in the row.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from support.workflow import OPEN, Kind, State
from support.working_time import add, between

WAITS_FOR_CUSTOMER = frozenset({State.QUOTED, State.NEEDS_DETAILS})
TELLS_CUSTOMER = WAITS_FOR_CUSTOMER | {
    State.HANDED_OVER,
    State.APPLIED,
    State.REFUSED,
    State.CLOSED,
}
ENDS_WITH_WORDS = frozenset({Kind.OPTION_INTEREST, Kind.CONTACT})  # an answer passes the ball


@dataclass(frozen=True, slots=True)
class Targets:
    """How long the desk gives itself, in working minutes; a task has nobody to reply to."""

    reply: int | None
    done: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The columns of a request that tell its time; `models.Request` says what each is."""

    due_at: datetime | None = None
    waiting_since: datetime | None = None
    clock_from: datetime | None = None
    worked_minutes: int = 0
    replied_at: datetime | None = None
    replied_minutes: int | None = None
    done_at: datetime | None = None
    done_minutes: int | None = None


def opened(*, at: datetime, targets: Targets) -> Clock:
    """Return the clock of what has just been asked."""
    return _running(Clock(), at, targets)


def moved(clock: Clock, to: State, *, by_desk: bool, at: datetime, targets: Targets) -> Clock:
    """Return the clock after a move to a state, opened again included.

    What staff finish is measured; what the customer withdrew, or let expire, is not.
    """
    told = _replied(clock, at, targets) if by_desk and to in TELLS_CUSTOMER else clock
    if to not in OPEN:
        return _finished(told, at, by_desk=by_desk)
    return _waiting(told, at) if to in WAITS_FOR_CUSTOMER else _running(told, at, targets)


def answered(clock: Clock, kind: Kind, state: State, *, at: datetime, targets: Targets) -> Clock:
    """Return the clock after the desk wrote to the customer, or called.

    A plan change still waits to be dealt with; an interest or a message waits for the customer.
    """
    if clock.done_at:
        return clock
    told = _replied(clock, at, targets)
    passes = kind in ENDS_WITH_WORDS or state in WAITS_FOR_CUSTOMER
    return _waiting(told, at) if passes else told


def heard(clock: Clock, *, at: datetime, targets: Targets) -> Clock:
    """Return the clock after the customer wrote: the ball is back if it was theirs."""
    return _running(clock, at, targets) if clock.waiting_since else clock


def worked(clock: Clock, *, at: datetime) -> int:
    """Return the working minutes on the clock at a moment."""
    running = between(clock.clock_from, at) if clock.clock_from else 0
    return clock.worked_minutes + max(running, 0)


def aims_at_reply(replied_at: datetime | None, targets: Targets) -> bool:
    """Tell whether what is due is the first reply; else it is the whole (mise en place)."""
    return replied_at is None and targets.reply is not None


def _running(clock: Clock, at: datetime, targets: Targets) -> Clock:
    """Start the clock, with what was left on it when it stopped.

    When nothing was left, a reply's time begins anew: nobody is late for what was just written.
    """
    if clock.clock_from:
        return clock
    left = _left(clock, at, targets)
    return replace(
        clock,
        due_at=add(at, left if left > 0 else targets.reply or targets.done),
        waiting_since=None,
        clock_from=at,
        done_at=None,
        done_minutes=None,
    )


def _waiting(clock: Clock, at: datetime) -> Clock:
    still = replace(_stopped(clock, at), waiting_since=clock.waiting_since or at)
    return replace(still, done_at=None, done_minutes=None)


def _finished(clock: Clock, at: datetime, *, by_desk: bool) -> Clock:
    still = replace(_stopped(clock, at), waiting_since=None, done_at=at)
    return replace(still, done_minutes=still.worked_minutes if by_desk else None)


def _stopped(clock: Clock, at: datetime) -> Clock:
    return replace(clock, due_at=None, clock_from=None, worked_minutes=worked(clock, at=at))


def _replied(clock: Clock, at: datetime, targets: Targets) -> Clock:
    """Note the first reply; from then on the whole is due."""
    if not aims_at_reply(clock.replied_at, targets):
        return clock
    told = replace(clock, replied_at=at, replied_minutes=worked(clock, at=at))
    if told.clock_from is None:
        return told
    return replace(told, due_at=add(at, max(_left(told, at, targets), 0)))


def _left(clock: Clock, at: datetime, targets: Targets) -> int:
    aim = targets.reply if aims_at_reply(clock.replied_at, targets) else targets.done
    return aim - worked(clock, at=at)
