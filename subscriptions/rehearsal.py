"""What a price list would change, told before it is published: who moves, when, to what (R5)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db import transaction

from subscriptions import lines
from subscriptions.facts import facts_of, price_book
from subscriptions.lines import Facts, Holding
from subscriptions.models import Component, PendingChange, Seller, Subscription
from subscriptions.periods import Commitment, number_on, period
from subscriptions.price_lists import Statement, publish_prices
from subscriptions.pricing import round_half_away
from subscriptions.spans import Entered
from subscriptions.spans import Span as SpanFacts
from subscriptions.standing import RENEWING
from subscriptions.tariffs import NoPrice, PriceBook

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Move:
    """One subscription that pays another price from a renewal on; cents HT a period."""

    subscription: Subscription
    plan: str  # its name
    commitment: Commitment
    moves_on: date
    before_cents: int
    after_cents: int

    @property
    def difference_cents(self) -> int:
        return self.after_cents - self.before_cents

    @property
    def monthly(self) -> Fraction:
        """The difference a month, exact."""
        return Fraction(self.difference_cents, self.commitment.months)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The effect of a list once every subscription has met it."""

    moves: tuple[Move, ...]
    unmoved: int  # active ones whose price stays
    leaving: int  # active ones that end before they meet it
    on_quote: int  # active ones that no list prices

    @property
    def monthly_cents(self) -> int:
        return round_half_away(sum((move.monthly for move in self.moves), Fraction(0)))

    @property
    def yearly_cents(self) -> int:
        return round_half_away(MONTHS * sum((move.monthly for move in self.moves), Fraction(0)))


class _RolledBack(Exception):
    """Carries the rehearsal out of the savepoint."""


def rehearse(*, seller: Seller, effective_on: date, prices: Statement) -> Rehearsal:
    """Publish a list, read what each active subscription would be billed, and undo it all.

    Raises what `publish_prices` refuses.
    """
    before = price_book(seller)
    try:
        with transaction.atomic():
            publish_prices(seller=seller, effective_on=effective_on, prices=prices)
            raise _RolledBack(_compared(seller, effective_on, before, price_book(seller)))
    except _RolledBack as outcome:
        return outcome.args[0]


def _compared(seller: Seller, effective_on: date, before: PriceBook, after: PriceBook) -> Rehearsal:
    active = list(
        Subscription.objects.filter(seller=seller, status__in=RENEWING)
        .select_related("organization")
        .order_by("organization__name", "pk")
    )
    coming = _as_they_will_be(active)
    names = dict(Component.objects.filter(seller=seller).values_list("pk", "name"))
    moves, unmoved, on_quote = [], 0, 0
    for subscription in active:
        facts = coming.get(subscription.pk)
        if facts is None:
            continue
        try:
            move = _move(subscription, facts, effective_on, before, after)
        except NoPrice:
            on_quote += 1
            continue
        if move.difference_cents:
            moves.append(replace(move, plan=names[move.plan]))
        else:
            unmoved += 1
    moves.sort(key=lambda move: (move.moves_on, move.subscription.organization.name))
    return Rehearsal(tuple(moves), unmoved, len(active) - len(coming), on_quote)


def _as_they_will_be(active: list[Subscription]) -> dict[int, Facts]:
    """Return each subscription's facts with what waits for its échéance carried out.

    Those that a cancellation ends are left out.
    """
    waiting = {
        change.subscription_id: change
        for change in PendingChange.objects.filter(
            subscription__in=active, state=PendingChange.State.WAITING
        ).select_related("plan__component")
    }
    since = min((each.renews_on for each in active), default=date.max)
    facts = facts_of(active, since=since) if active else {}
    return {
        each.pk: _carried_out(facts[each.pk], waiting.get(each.pk), each.renews_on)
        for each in active
        if not _ends(waiting.get(each.pk))
    }


def _ends(change: PendingChange | None) -> bool:
    return change is not None and change.kind == PendingChange.Kind.CANCELLATION


def _carried_out(facts: Facts, change: PendingChange | None, on: date) -> Facts:
    if change is None:
        return facts
    if change.plan:
        included = set(change.plan.includes.values_list("pk", flat=True))
        kept = [each for each in facts.holdings if not (each.is_plan or each.component in included)]
        plan = Holding(change.plan.component_id, on, is_plan=True)
        facts = replace(facts, holdings=(plan, *kept))
    if change.commitment:
        ended = [replace(span, ends_before=span.ends_before or on) for span in facts.spans]
        opened = SpanFacts(Commitment(change.commitment), on)
        facts = replace(facts, spans=(*ended, opened))
    return facts


def _move(
    subscription: Subscription,
    facts: Facts,
    effective_on: date,
    before: PriceBook,
    after: PriceBook,
) -> Move:
    """Return what one subscription is billed for the first period that meets the list.

    Raises NoPrice.
    """
    span = facts.spans[-1]
    entered = _first_period(span, max(effective_on, subscription.renews_on))
    drawn = lines.owed(facts, after, entered=[entered], entering=entered.period)
    former = lines.owed(facts, before, entered=[entered], entering=entered.period)
    plan = next(line.component for line in drawn if line.is_plan)
    return Move(
        subscription=subscription,
        plan=plan,
        commitment=span.commitment,
        moves_on=entered.period.starts_on,
        before_cents=_total(former),
        after_cents=_total(drawn),
    )


def _first_period(span: SpanFacts, on: date) -> Entered:
    """Return the first period of a commitment that begins on a day or later (R5)."""
    number = number_on(span.anchor_on, span.commitment, max(on, span.anchor_on))
    days = period(span.anchor_on, span.commitment, number)
    if days.starts_on < on:
        days = period(span.anchor_on, span.commitment, number + 1)
    return Entered(days, span.commitment, days.ends_before)


def _total(drawn: Iterable[lines.Line]) -> int:
    return sum(line.net_cents for line in drawn)
