"""What a person may do about an option: role, option and state of the subscription in, answer out.

No database, no clock: plain words in, plain words out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from accounts.roles import ASKS_CHANGES, COMMITS_MONEY, SEES_SUBSCRIPTION, Role

UNDO = timedelta(hours=24)
ALONE = "option "  # how the operations of « Souscrire » begin


class Action(StrEnum):
    """What pressing « Souscrire » will do, or why there is nothing to press."""

    SUBSCRIBE = "subscribe"  # opens the option and invoices its share at once (R10)
    ASK_QUOTE = "ask_quote"  # asks for a change with the option, which support quotes
    ASK_SUPPORT = "ask_support"  # tells support that one is interested; nothing is billed
    DISABLED = "disabled"  # shown, with the reason
    HIDDEN = "hidden"  # not shown at all
    TAKEN = "taken"  # held and renewed with the plan
    ENDING = "ending"  # held until the end of the period
    INCLUDED = "included"  # part of the plan, or open during the trial


class Reason(StrEnum):
    """Why an option that is shown cannot be taken."""

    PAST_DUE = "past_due"
    TRIAL_OVER = "trial_over"
    VAT_UNRESOLVED = "vat_unresolved"
    ORDERED = "ordered"


class Holding(StrEnum):
    """How the subscription holds an option today."""

    NONE = "none"
    RUNNING = "running"
    ENDING = "ending"
    INCLUDED = "included"
    ORDERED = "ordered"  # it comes with the change that waits for the échéance


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be done about an option; a reason only when the answer is DISABLED."""

    action: Action
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides, in plain values; `status` is the subscription's, "none" without one."""

    role: Role
    status: str
    holding: Holding = Holding.NONE
    self_service: bool = True
    has_price: bool = True  # False: sold on quote
    is_cancelled: bool = False  # a cancellation waits for the term

    @property
    def is_sold_alone(self) -> bool:
        """Whether the owner takes the option without support."""
        return self.self_service and self.has_price


HELD = {
    Holding.RUNNING: Decision(Action.TAKEN),
    Holding.ENDING: Decision(Action.ENDING),
    Holding.INCLUDED: Decision(Action.INCLUDED),
    Holding.ORDERED: Decision(Action.DISABLED, Reason.ORDERED),
}
CLOSED = frozenset({"none", "suspended", "cancelled"})


def decide(situation: Situation) -> Decision:
    """Return what this person may do about this option."""
    if situation.role not in SEES_SUBSCRIPTION or situation.status in CLOSED:
        return Decision(Action.HIDDEN)
    if situation.status == "expired":
        return Decision(Action.DISABLED, Reason.TRIAL_OVER)
    if situation.status == "trialing":
        return Decision(Action.INCLUDED)
    if situation.holding in HELD:
        return HELD[situation.holding]
    if situation.is_cancelled:
        return Decision(Action.HIDDEN)
    return _offered(situation)


def _offered(situation: Situation) -> Decision:
    """Decide on an option not held, under a contract that goes on.

    A late payment stops a new expense, not a question to support.
    """
    is_active = situation.status == "active"
    if situation.role in COMMITS_MONEY and situation.is_sold_alone:
        if is_active:
            return Decision(Action.SUBSCRIBE)
        return Decision(Action.DISABLED, Reason.PAST_DUE)
    is_quoted = situation.has_price and not situation.self_service
    if situation.role in ASKS_CHANGES and is_quoted and is_active:
        return Decision(Action.ASK_QUOTE)
    return Decision(Action.ASK_SUPPORT)


def undo_until(role: Role, operation: str, opened_at: datetime | None) -> datetime | None:
    """Return until when a person may undo an option that was subscribed to alone, or None.

    What support applied is part of a quote: only « Souscrire » is undone so.
    """
    if role not in COMMITS_MONEY or opened_at is None or not operation.startswith(ALONE):
        return None
    return opened_at + UNDO


def may_manage(role: Role, holding: Holding, status: str) -> bool:
    """Say whether a person may end an option, or keep one that ends: the owner, while it runs."""
    return (
        role in COMMITS_MONEY
        and holding in {Holding.RUNNING, Holding.ENDING}
        and status in {"active", "past_due"}
    )
