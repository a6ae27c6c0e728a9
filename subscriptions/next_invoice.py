"""The invoice that the next échéance will bring, told before it is issued.

It is not computed a second way: the rules that renewal runs (`lines.owed`, `vat.totals`) are
given the facts as they will be on that day, the pending change carried out (R7, R8).
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from subscriptions import lines, selectors
from subscriptions.lines import Holding
from subscriptions.periods import Commitment, Period, number_on, period
from subscriptions.pricing import is_downgrade
from subscriptions.selectors import Usage, exceeds
from subscriptions.spans import Entered, Span
from subscriptions.standing import Pending, Standing
from subscriptions.vat import Treatment, VatTotal, mentions, totals, treatment


@dataclass(frozen=True, slots=True)
class ComingLine:
    """A line of the next invoice, cents HT."""

    component: int
    name: str
    net_cents: int
    is_carried: bool = False  # a small charge that waited for it (R13)


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """What `renewal.renew` will issue for the next period, to the cent."""

    starts_on: date
    ends_before: date
    commitment: Commitment
    lines: tuple[ComingLine, ...]
    net_cents: int
    vat_totals: tuple[VatTotal, ...]
    vat_ground: str
    credit_used_cents: int  # of the account credit, with VAT (R7)

    @property
    def vat_cents(self) -> int:
        return sum(total.amount_cents for total in self.vat_totals)

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def to_pay_cents(self) -> int:
        return self.gross_cents - self.credit_used_cents


def next_invoice(standing: Standing, usage: Usage | None) -> NextInvoice | None:
    """Return the invoice of the next échéance; None when nothing comes after it.

    `usage` is what is counted on that day, asked for by `awaits_gate`, else None.
    Raises NoPrice (a component on quote), VatUnresolved.
    """
    if not standing.renews:
        return None
    change = applied(standing, usage)
    commitment, days = _next_period(standing, change)
    vat = treatment(selectors.place(standing.identity))
    owed = _owed(standing, change, commitment, days)
    coming = (*owed, *_carried(standing))
    net_cents = sum(line.net_cents for line in coming)
    taxed = [(vat.rate, line.net_cents) for line in owed]
    vat_totals = totals([*taxed, *_carried_vat(standing, vat)])
    gross_cents = net_cents + sum(total.amount_cents for total in vat_totals)
    return NextInvoice(
        starts_on=days.starts_on,
        ends_before=days.ends_before,
        commitment=commitment,
        lines=coming,
        net_cents=net_cents,
        vat_totals=vat_totals,
        vat_ground=mentions([vat.ground, *(waiting.vat_ground for waiting in standing.waiting)]),
        credit_used_cents=min(standing.credit_cents, gross_cents),
    )


def awaits_gate(standing: Standing) -> bool:
    """Say whether a change of plan waits, whose limits the counts of that day must pass (R8)."""
    return standing.renews and standing.pending is not None and standing.pending.plan is not None


def applied(standing: Standing, usage: Usage | None) -> Pending | None:
    """Return the change that the échéance will carry out; None when the counts forbid it (R8)."""
    change = standing.pending
    if change is None or change.effective_on > standing.renews_on:
        return None
    if change.plan and _is_cheaper(standing, change) and exceeds(usage, change.plan):
        return None
    return change


def _is_cheaper(standing: Standing, change: Pending) -> bool:
    """Compare list prices at the commitment in force, as the gate does (R7, R8)."""
    return is_downgrade(
        *(
            standing.book.listed_cents(plan.component, standing.commitment, standing.renews_on)
            for plan in (standing.plan, change.plan)
        )
    )


def _next_period(standing: Standing, change: Pending | None) -> tuple[Commitment, Period]:
    """Return the period that begins on the échéance; a new commitment is anchored there (R9)."""
    starts_on = standing.renews_on
    if change and change.commitment:
        return change.commitment, period(starts_on, change.commitment, 0)
    span = standing.span
    number = number_on(span.anchor_on, span.commitment, starts_on)
    return span.commitment, period(span.anchor_on, span.commitment, number)


def _owed(
    standing: Standing, change: Pending | None, commitment: Commitment, days: Period
) -> tuple[ComingLine, ...]:
    facts = replace(
        standing.facts,
        spans=_spans(standing, change),
        holdings=_holdings(standing, change),
    )
    owed = lines.owed(
        facts,
        standing.book,
        entered=[Entered(days, commitment, days.ends_before)],
        entering=days,
    )
    names = {held.component: held.name for held in (*standing.held, *standing.ordered)}
    if change and change.plan:
        names[change.plan.component] = change.plan.name
    return tuple(ComingLine(line.component, names[line.component], line.net_cents) for line in owed)


def _spans(standing: Standing, change: Pending | None) -> tuple[Span, ...]:
    if not (change and change.commitment):
        return standing.facts.spans
    ended = (
        replace(span, ends_before=span.ends_before or standing.renews_on)
        for span in standing.facts.spans
    )
    return (*ended, Span(change.commitment, standing.renews_on))


def _holdings(standing: Standing, change: Pending | None) -> tuple[Holding, ...]:
    """Return what is held from the échéance on, with the options that come with the change.

    A new plan ends the old one and what it includes.
    """
    if change is None:
        return standing.facts.holdings
    taken = (*standing.facts.holdings, *(option.holding for option in standing.ordered))
    if change.plan is None:
        return taken
    plan = change.plan
    kept = (
        holding for holding in taken if not (holding.is_plan or holding.component in plan.includes)
    )
    return (Holding(plan.component, standing.renews_on, is_plan=True), *kept)


def _carried(standing: Standing) -> tuple[ComingLine, ...]:
    return tuple(
        ComingLine(waiting.component, waiting.designation, waiting.net_cents, is_carried=True)
        for waiting in standing.waiting
    )


def _carried_vat(standing: Standing, vat: Treatment) -> list[tuple[Decimal, int]]:
    """Return the rate of each line that waits, as it was owed (R13)."""
    return [
        (vat.rate if waiting.vat_rate is None else waiting.vat_rate, waiting.net_cents)
        for waiting in standing.waiting
    ]
