"""What is owed: dated facts in, invoice lines out. No database, no clock.

The facts say what is held, under which commitment; `owed` compares what they ask for with what was
issued and returns the difference. A renewal, an option, a change now, a change of last month and a
late run are all the same question, asked after the facts have moved.

A component is any hashable name. Every line runs to the end of its own period, so its first day,
its end, the days of its period, its component and its commitment are its identity.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from subscriptions.periods import Commitment, Period
from subscriptions.pricing import discounted, prorate
from subscriptions.spans import Entered, Span, entered_periods
from subscriptions.tariffs import Negotiated, PriceBook

PERIOD, CHARGE, CREDIT = "period", "charge", "credit"


@dataclass(frozen=True, slots=True)
class Holding:
    """A component held from a day on, until a day or on and on."""

    component: Hashable
    starts_on: date
    ends_before: date | None = None
    is_plan: bool = False


@dataclass(frozen=True, slots=True)
class Discount:
    """A part taken off the plan's price, for so many periods from the one that holds a day."""

    percent: Decimal
    starts_on: date
    periods: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides what one subscription owes, but the lists."""

    spans: tuple[Span, ...]
    holdings: tuple[Holding, ...]
    negotiated: tuple[Negotiated, ...] = ()
    discounts: tuple[Discount, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document, cents before VAT, with the numbers that explain it.

    `full_price_cents` is the price of the whole period, discount taken off. A credit keeps the
    VAT rate of what it gives back; None is the rate of the day. A gesture of staff (goodwill) is
    asked for by no fact, but what it gave back is not given back twice.
    """

    component: Hashable
    kind: str
    commitment: Commitment
    starts_on: date
    ends_before: date
    full_price_cents: int
    days: int
    days_in_period: int
    net_cents: int
    price_list: Hashable = None
    listed_cents: int = 0
    discount_percent: Decimal = Decimal(0)
    is_plan: bool = False
    vat_rate: Decimal | None = None
    is_goodwill: bool = False

    @property
    def key(self) -> tuple:
        days = self.days_in_period
        return (self.component, self.commitment, self.starts_on, self.ends_before, days)


def owed(
    facts: Facts,
    book: PriceBook,
    *,
    entered: Iterable[Entered],
    issued: Iterable[Line] = (),
    entering: Period | None = None,
) -> tuple[Line, ...]:
    """Return what the facts ask for in these periods beyond what was issued in them.

    The lines of the period that is being entered are `period` lines, others `charge` or `credit`
    (R6, R10). What was issued keeps the price it was issued at. Raises NoPrice.
    """
    billed = defaultdict(list)
    gestures = []
    named = set()
    for line in issued:
        if line.is_goodwill:
            gestures.append(line)
            continue
        billed[line.key].append(line)
        if line.kind == PERIOD:
            named.add(line.key[:3])  # a period is named once (R11)
    wanted = defaultdict(list)
    for each in entered:
        for line in _asked(facts, book, each, billed, gestures):
            wanted[line.key].append(line)
    opening = entering.starts_on if entering else None
    differences = (
        _differences(
            wanted.get(key, []),
            billed.get(key, []),
            kind=PERIOD if key[2] == opening and key[:3] not in named else CHARGE,
            given=_given(gestures, *key[:4]),
        )
        for key in dict.fromkeys([*wanted, *billed])
    )
    return tuple(sorted(chain.from_iterable(differences), key=_reading_order))


def _given(
    gestures: list[Line], component: Hashable, commitment: Commitment, since: date, until: date
) -> int:
    """Return the cents that gestures gave back on a component in some days."""
    return -sum(
        line.net_cents
        for line in gestures
        if (line.component, line.commitment) == (component, commitment)
        and since <= line.starts_on < until
    )


def _differences(
    wanted: list[Line], billed: list[Line], *, kind: str, given: int
) -> Iterator[Line]:
    """Yield the lines that bring what was billed to what is wanted.

    What a gesture gave back already is not credited again (R6). What is free is told once, so
    that it keeps its price. A discount that came late is credit and charge (R18).
    """
    billed_cents = sum(line.net_cents for line in billed)
    missing = sum(line.net_cents for line in wanted) - billed_cents
    if missing < 0 and given and not wanted:
        missing = min(0, given - billed_cents)
    line = (wanted or billed)[-1]
    if missing > 0:
        yield replace(line, kind=kind, net_cents=missing, vat_rate=None)
    elif missing == 0:
        free = [line for line in wanted if line.kind != CREDIT and line.net_cents == 0]
        is_told = any(line.net_cents >= 0 for line in billed)
        if free and not is_told:
            yield replace(free[-1], kind=kind)
    elif billed and line.kind != CREDIT and line.discount_percent > billed[-1].discount_percent:
        yield replace(billed[-1], kind=CREDIT, net_cents=missing - line.net_cents)
        yield replace(line, kind=kind, vat_rate=None)
    else:
        yield replace(line, kind=CREDIT, net_cents=missing)


def _reading_order(line: Line) -> tuple:
    """Day by day, what is given back first, the plan before its options; a new period last."""
    is_new = line.kind == PERIOD
    return (is_new, line.starts_on, line.kind != CREDIT, not line.is_plan, line.ends_before)


def _asked(
    facts: Facts,
    book: PriceBook,
    entered: Entered,
    billed: dict[tuple, list[Line]],
    gestures: list[Line],
) -> Iterator[Line]:
    """Yield what the facts ask for in one period: shares, and credits of what stops in it."""
    ends_before = entered.period.ends_before
    for holding in facts.holdings:
        starts_on = max(holding.starts_on, entered.period.starts_on)
        stops_on = min(holding.ends_before or date.max, entered.runs_until)
        if starts_on >= stops_on:
            continue
        days = entered.period.days
        key = (holding.component, entered.commitment, starts_on, ends_before, days)
        stated = [line for line in billed.get(key, []) if line.net_cents >= 0]
        share = stated[-1] if stated else _share(facts, book, entered, holding, starts_on)
        if stops_on >= ends_before:
            yield _discounted_since(facts, entered.period, share)
            continue
        yield share
        until = _next_start(facts, holding, stops_on, ends_before)
        given = _given(gestures, holding.component, entered.commitment, starts_on, until)
        yield _credit(share, entered.period, stops_on, given)


def _next_start(facts: Facts, holding: Holding, stops_on: date, ends_before: date) -> date:
    """Return when a component that stops is held again in its period, or the period's end."""
    return min(
        (
            each.starts_on
            for each in facts.holdings
            if each.component == holding.component
            and each.starts_on >= stops_on
            and each.starts_on != each.ends_before
        ),
        default=ends_before,
    )


def _share(facts: Facts, book: PriceBook, entered: Entered, holding: Holding, on: date) -> Line:
    """Return what a holding owes from `on`, which counts, to the period's end (R5, R6, R10)."""
    price = book.price(holding.component, entered.commitment, on, facts.negotiated)
    percent = _discount(facts, entered.period) if holding.is_plan else Decimal(0)
    full_price_cents = (
        discounted(price.amount_cents, percent=percent) if percent else price.amount_cents
    )
    days = entered.period.days_left(on)
    return Line(
        component=holding.component,
        kind=CHARGE,
        commitment=entered.commitment,
        starts_on=on,
        ends_before=entered.period.ends_before,
        full_price_cents=full_price_cents,
        days=days,
        days_in_period=entered.period.days,
        net_cents=prorate(full_price_cents, days=days, days_in_period=entered.period.days),
        price_list=price.price_list,
        listed_cents=price.amount_cents,
        discount_percent=percent,
        is_plan=holding.is_plan,
    )


def _discounted_since(facts: Facts, days: Period, share: Line) -> Line:
    """Return a share that runs on, less a discount agreed for its period since it was billed.

    Never more than was billed: a change processed late is back-dated with its discount (R18).
    """
    percent = _discount(facts, days) if share.is_plan else Decimal(0)
    if percent <= share.discount_percent:
        return share
    full_price_cents = discounted(share.listed_cents, percent=percent)
    return replace(
        share,
        kind=CHARGE,
        full_price_cents=full_price_cents,
        discount_percent=percent,
        net_cents=prorate(full_price_cents, days=share.days, days_in_period=days.days),
    )


def _credit(share: Line, days: Period, on: date, given: int) -> Line:
    """Return what a share that stops on `on` gives back, at the price it was billed (R6).

    With what gestures gave, it is never more than the share.
    """
    left = days.days_left(on)
    given_back = prorate(share.full_price_cents, days=left, days_in_period=days.days)
    return replace(
        share,
        kind=CREDIT,
        starts_on=on,
        days=left,
        net_cents=-max(0, min(given_back, share.net_cents - given)),
    )


def _discount(facts: Facts, days: Period) -> Decimal:
    """Return the percentage that runs in a period; the latest discount wins.

    Only the periods that began since its first day count, whatever a commitment cut short.
    """
    for discount in reversed(facts.discounts):
        if discount.starts_on > days.starts_on:
            continue
        entered = entered_periods(
            facts.spans, ending_after=discount.starts_on, starting_before=days.starts_on
        )
        before = [each for each in entered if each.period.starts_on >= discount.starts_on]
        if len(before) < discount.periods:
            return discount.percent
    return Decimal(0)
