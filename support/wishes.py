"""What is wanted of a subscription: as a customer says it, then in full."""

from dataclasses import dataclass
from datetime import date

from subscriptions.agreements import Quoted
from subscriptions.models import Plan
from subscriptions.periods import Commitment
from subscriptions.reductions import Reduction
from support.labels import When


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants: a plan and a commitment, from when, with which options, and why."""

    plan: Plan
    commitment: Commitment
    when: str = When.TERM
    options: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A change in full: what, and from which day."""

    plan: Plan
    commitment: Commitment
    when: str
    effective_on: date
    options: tuple[str, ...] = ()
    promised: tuple[Quoted, ...] = ()  # the prices of the quote that it carries out (R19)
    reason: str = ""  # which quote, for the prices it holds
    reduction: Reduction | None = None  # off the plan's price
