"""Where a subscription stands on a day, read in one query whatever it holds."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Organization
from subscriptions import standing_row
from subscriptions.lines import Discount, Facts, Holding
from subscriptions.models import BillingIdentity, Component, PendingChange, Plan, Subscription
from subscriptions.periods import Commitment, Period
from subscriptions.spans import Span
from subscriptions.tariffs import Negotiated, NoPrice, Price, PriceBook

RENEWING = (Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE)


@dataclass(frozen=True, slots=True)
class Terms:
    """A plan with its limits (None is unlimited) and the options it includes."""

    component: int
    code: str
    name: str
    trainers: int | None
    administrators: int | None
    learners: int | None
    includes: frozenset[int]


@dataclass(frozen=True, slots=True)
class Held:
    """A component held on the day that was asked about."""

    component: int
    code: str
    name: str
    is_plan: bool
    starts_on: date
    ends_before: date | None
    opened_by: str  # the operation
    opened_at: datetime | None  # None before it was kept

    @property
    def holding(self) -> Holding:
        """The same, as the engine takes it."""
        return Holding(self.component, self.starts_on, self.ends_before, is_plan=self.is_plan)


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for the échéance (R7)."""

    kind: str
    plan: Terms | None
    commitment: Commitment | None
    effective_on: date

    @property
    def is_cancellation(self) -> bool:
        return self.kind == PendingChange.Kind.CANCELLATION


@dataclass(frozen=True, slots=True)
class Waiting:
    """A charge that the next invoice carries, cents HT, at the VAT at which it is owed (R13)."""

    component: int
    designation: str
    net_cents: int
    vat_rate: Decimal | None
    vat_ground: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscription on a day: what is held, until when, at which prices, and who is billed."""

    subscription: int
    status: str
    renews_on: date | None
    trial_ends_on: date | None  # the first day after it
    trial_plan: Terms | None  # what the trial becomes, once chosen (R22)
    span: Span | None  # the commitment that holds on the day
    entered: Period | None  # the last period entered
    plan: Terms | None
    held: tuple[Held, ...]
    ordered: tuple[Held, ...]  # the options that come with what waits
    pending: Pending | None
    facts: Facts
    book: PriceBook  # of what is held or waits
    waiting: tuple[Waiting, ...]
    credit_cents: int  # left on the account, with VAT (R7)
    identity: BillingIdentity

    @property
    def commitment(self) -> Commitment | None:
        return self.span.commitment if self.span else None

    @property
    def options(self) -> tuple[Held, ...]:
        return tuple(held for held in self.held if not held.is_plan)

    @property
    def is_cancelled(self) -> bool:
        """Whether a cancellation waits for the échéance."""
        return self.pending is not None and self.pending.is_cancellation

    @property
    def renews(self) -> bool:
        """Whether a period follows: the state is one that renews and no cancellation waits."""
        return self.status in RENEWING and not self.is_cancelled

    def price(self, component: int, commitment: Commitment, on: date) -> Price | None:
        """Return the full-period price in force on a day, HT (R5); None when it is on quote."""
        try:
            return self.book.price(component, commitment, on, self.facts.negotiated)
        except NoPrice:
            return None

    def running_price(self, held: Held) -> Price | None:
        """Return the price at which the running period holds a component (R5, R10)."""
        if self.commitment is None:
            return None
        first_day = max(self.entered.starts_on, held.starts_on) if self.entered else held.starts_on
        return self.price(held.component, self.commitment, first_day)


def standing(organization: Organization, on: date) -> Standing | None:
    """Return where an organization's subscription stands on a day; None before the first one."""
    row = standing_row.row(organization, on)
    if row is None:
        return None
    spans = tuple(_span(span) for span in row.spans)
    plan = next((held for held in row.held if held["kind"] == Component.Kind.PLAN), None)
    identity = row.identity or {"legal_name": organization.name}
    return Standing(
        subscription=row.pk,
        status=row.status,
        renews_on=row.renews_on,
        trial_ends_on=row.trial_ends_on,
        trial_plan=row.trial_plan and _chosen(row.trial_plan),
        span=next((span for span in spans if _holds(span, on)), None),
        entered=row.entered and _period(row.entered),
        plan=plan and _terms(plan),
        held=tuple(_held(held) for held in row.held),
        ordered=tuple(_held(ordered) for ordered in row.ordered),
        pending=row.pending and _pending(row.pending),
        facts=_facts(row, spans),
        book=book_of(row.prices),
        waiting=tuple(_waiting(waiting) for waiting in row.waiting),
        credit_cents=row.credited_cents - row.credit_used_cents,
        identity=BillingIdentity(organization=organization, **identity),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _period(row: dict) -> Period:
    return Period(_day(row["starts_on"]), _day(row["ends_before"]))


def _span(row: dict) -> Span:
    return Span(Commitment(row["commitment"]), _day(row["anchor_on"]), _day(row["ends_before"]))


def _holds(span: Span, on: date) -> bool:
    return span.anchor_on <= on and (span.ends_before is None or on < span.ends_before)


def _terms(row: dict) -> Terms:
    return Terms(
        component=row["component"],
        code=row["code"],
        name=row["name"],
        includes=frozenset(row["includes"]),
        **{limit: row[limit] for limit in standing_row.LIMITS},
    )


def _chosen(plan: Plan) -> Terms:
    """Return the plan of a trial; what it includes matters once it is held."""
    return Terms(
        component=plan.component_id,
        code=plan.code,
        name=plan.name,
        includes=frozenset(),
        **{limit: getattr(plan, limit) for limit in standing_row.LIMITS},
    )


def _held(row: dict) -> Held:
    return Held(
        component=row["component"],
        code=row["code"],
        name=row["name"],
        is_plan=row["kind"] == Component.Kind.PLAN,
        starts_on=_day(row["starts_on"]),
        ends_before=_day(row["ends_before"]),
        opened_by=row["opened_by"],
        opened_at=row["opened_at"] and datetime.fromisoformat(row["opened_at"]),
    )


def _pending(row: dict) -> Pending:
    return Pending(
        kind=row["kind"],
        plan=_terms(row) if row["component"] else None,
        commitment=Commitment(row["commitment"]) if row["commitment"] else None,
        effective_on=_day(row["effective_on"]),
    )


def _waiting(row: dict) -> Waiting:
    rate = row.pop("vat_rate")
    return Waiting(vat_rate=None if rate is None else Decimal(str(rate)), **row)


def _facts(row: Subscription, spans: tuple[Span, ...]) -> Facts:
    """Return the facts that decide what is owed from the day on, as the engine takes them."""
    return Facts(
        spans=spans,
        holdings=tuple(_held(held).holding for held in row.held),
        negotiated=tuple(
            Negotiated(
                component=agreed["component"],
                commitment=Commitment(agreed["commitment"]),
                amount_cents=agreed["amount_cents"],
                first_on=_day(agreed["first_on"]),
                last_on=_day(agreed["last_on"]),
            )
            for agreed in row.agreed
        ),
        discounts=tuple(
            Discount(Decimal(str(given["percent"])), _day(given["starts_on"]), given["periods"])
            for given in row.reductions
        ),
    )


def book_of(rows: list[dict]) -> PriceBook:
    """Return the price book of rows that come with the latest list first."""
    listed = defaultdict(list)
    for row in rows:
        key = (row["component"], Commitment(row["commitment"]))
        price = Price(row["amount_cents"], row["price_list"])
        listed[key].append((_day(row["effective_on"]), price))
    return PriceBook({key: tuple(prices) for key, prices in listed.items()})
