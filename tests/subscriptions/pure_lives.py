"""Random lives of one subscription through the pure rules: facts moved, lines kept."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as some

from subscriptions.lines import Discount, Facts, Holding, Line, owed
from subscriptions.periods import Commitment, Period, number_on, period
from subscriptions.spans import Span, entered_periods
from subscriptions.tariffs import Negotiated, Price, PriceBook
from tests.subscriptions.oracle import Agreed, Bound, Held, Oracle, Rebate, departures

MONTHLY, ANNUAL = Commitment.MONTHLY, Commitment.ANNUAL
PLANS = ("S", "M", "L")
OPTIONS = ("sign", "api")
SWALLOWED = {"L": ("sign",)}
FIRST_LIST = date(2019, 1, 1)

Listed = dict[tuple[str, Commitment], list[tuple[date, int]]]
prices = some.integers(0, 60_000)
days = some.dates(date(2023, 12, 1), date(2025, 3, 31))


@some.composite
def price_lists(draw) -> Listed:
    """Return one to three lists that state every component, at odd cents."""
    effective = [FIRST_LIST, *draw(some.lists(days, max_size=2, unique=True))]
    return {
        (component, commitment): [(day, draw(prices)) for day in effective]
        for component in (*PLANS, *OPTIONS)
        for commitment in Commitment
    }


def book(listed: Listed) -> PriceBook:
    return PriceBook(
        {
            key: tuple((day, Price(cents, f"list of {day}")) for day, cents in sorted(rows)[::-1])
            for key, rows in listed.items()
        }
    )


@dataclass
class Life:
    """One subscription: its facts, what was issued, and an oracle that watches."""

    listed: Listed
    opened_on: date
    commitment: Commitment
    spans: list[Span] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    negotiated: list[Negotiated] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    issued: list[Line] = field(default_factory=list)
    entered: list[Period] = field(default_factory=list)

    def __post_init__(self):
        self.book = book(self.listed)
        self.oracle = Oracle(
            {(component, of.months): rows for (component, of), rows in self.listed.items()}
        )
        self.spans = [Span(self.commitment, self.opened_on)]
        self.holdings = [Holding("S", self.opened_on, is_plan=True)]
        self.renews_on = self.opened_on
        self.bill(self.opened_on)

    @property
    def facts(self) -> Facts:
        holdings = sorted(self.holdings, key=lambda held: (not held.is_plan, held.starts_on))
        return Facts(
            tuple(self.spans), tuple(holdings), tuple(self.negotiated), tuple(self.discounts)
        )

    @property
    def plan(self) -> Holding:
        return next(held for held in self.holdings if held.is_plan and held.ends_before is None)

    def missing(self, since: date, entering: Period | None = None) -> tuple[Line, ...]:
        return owed(
            self.facts,
            self.book,
            entered=entered_periods(self.spans, ending_after=since, starting_before=self.renews_on),
            issued=[line for line in self.issued if line.ends_before > since],
            entering=entering,
        )

    def bill(self, since: date) -> tuple[Line, ...]:
        """Enter the period that begins on that day, and issue what is missing since."""
        entering = self._enter() if self.renews_on <= since else None
        lines = self.missing(since, entering)
        self.issued += lines
        self.owed_now()  # the oracle sees at which price each segment began
        return lines

    def _enter(self) -> Period:
        span = self.spans[-1]
        number = number_on(span.anchor_on, span.commitment, self.renews_on)
        days = period(span.anchor_on, span.commitment, number)
        self.entered.append(days)
        self.renews_on = days.ends_before
        return days

    def renew_before(self, day: date) -> None:
        """Run the nightly job of every day before this one."""
        while self.renews_on < day:
            self.bill(self.renews_on)

    def owed_now(self) -> dict:
        return self.oracle.owed(
            bounds=[Bound(span.commitment.months, *_days(span)) for span in self.spans],
            held=[
                Held(held.component, held.starts_on, held.ends_before, held.is_plan)
                for held in self.holdings
            ],
            agreed=[
                Agreed(row.component, row.commitment.months, row.amount_cents, *_between(row))
                for row in self.negotiated
            ],
            rebates=[Rebate(row.percent, row.starts_on, row.periods) for row in self.discounts],
            entered_until=self.renews_on,
        )

    def departures(self) -> dict:
        """Return where what was issued is not what the oracle says."""
        return departures(
            self.owed_now(),
            [
                (line.component, line.commitment.months, line.ends_before, line.net_cents)
                for line in self.issued
            ],
        )

    # The deeds: they move the facts from a day on, then bill.

    def change_plan(self, plan: str, on: date) -> None:
        swallowed = SWALLOWED.get(plan, ())
        self._end(
            [held for held in self.holdings if held.is_plan or held.component in swallowed], on
        )
        self.holdings.append(Holding(plan, on, is_plan=True))
        self.bill(on)

    def take(self, option: str, on: date) -> None:
        self.holdings.append(Holding(option, on))
        self.bill(on)

    def end_option(self, held: Holding) -> None:
        self._end([held], self.renews_on)

    def change_commitment(self, commitment: Commitment, on: date) -> None:
        ending = [held for held in self.holdings if held.ends_before is not None]
        self._end([held for held in ending if held.starts_on <= on], on)
        running = self.spans.pop()
        if running.anchor_on < on:
            self.spans.append(replace(running, ends_before=on))
        self.spans.append(Span(commitment, on))
        self.entered = [days for days in self.entered if days.starts_on < on]
        if self.entered and self.entered[-1].ends_before > on:
            self.entered[-1] = replace(self.entered[-1], ends_before=on)
        self.discounts = [
            replace(each, starts_on=on) if each.starts_on > on else each for each in self.discounts
        ]
        self.renews_on = on
        self.bill(on)

    def agree(self, component: str, cents: int, first: date, last: date) -> None:
        commitment = self.spans[-1].commitment
        self.negotiated.append(Negotiated(component, commitment, cents, first, last))

    def discount(self, percent: Decimal, periods: int) -> None:
        self.discounts.append(Discount(percent, self.renews_on, periods))

    def discount_late(self, percent: Decimal, periods: int, ago: int) -> None:
        """Give a discount that was promised from a period billed since (R18)."""
        first = self.entered[-1 - ago % len(self.entered)].starts_on
        self.discounts.append(Discount(percent, first, periods))
        self.bill(first)

    def _end(self, ending: list[Holding], on: date) -> None:
        """End what runs on a day; what begins later was never held."""
        for held in ending:
            if held.ends_before is None or held.ends_before > on:
                self.holdings.remove(held)
                self.holdings.append(replace(held, ends_before=max(held.starts_on, on)))

    def free_since(self) -> date:
        """Return the first day to which a change may be back-dated."""
        plans = [held.starts_on for held in self.holdings if held.is_plan]
        return max(*plans, self.spans[-1].anchor_on)

    def open_options(self, on: date) -> list[Holding]:
        return [
            held
            for held in self.holdings
            if not held.is_plan and held.starts_on <= on and held.ends_before is None
        ]

    def may_take(self, option: str, on: date) -> bool:
        if option in SWALLOWED.get(self.plan.component, ()):
            return False
        mine = [held for held in self.holdings if held.component == option]
        return all(held.ends_before is not None and held.ends_before <= on for held in mine)


def _days(span: Span) -> tuple[date, date | None]:
    return span.anchor_on, span.ends_before


def _between(row: Negotiated) -> tuple[date, date]:
    return row.first_on, row.last_on
