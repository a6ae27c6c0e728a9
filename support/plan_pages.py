"""What a customer reads to choose a plan: each plan on sale against the year to come."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from accounts.models import Organization
from learners.foreseen import known_now
from learners.outlook import Outlook, outlook
from subscriptions import selectors as subscriptions
from subscriptions.advice import smallest
from subscriptions.facts import price_book
from subscriptions.models import Plan, Subscription
from subscriptions.periods import Commitment
from subscriptions.selectors import Usage
from subscriptions.standing import standing
from subscriptions.tariffs import PriceBook
from support.plan_choice import LIMITS, Excess, excess, listed_cents

TRIAL = (Subscription.Status.TRIALING, Subscription.Status.EXPIRED)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a plan must hold in the coming year: learners over 365 days, seats at once."""

    learners: int
    trainers: int
    administrators: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What is counted today, and the year to come; None while the history is too short."""

    usage: Usage
    coming: Outlook | None

    @property
    def highest(self) -> int:
        """The most learners of the year to come, at the pace of the last 90 days."""
        counted = self.usage.learners
        return max(counted, self.coming.highest.total) if self.coming else counted

    @property
    def expected(self) -> Expected:
        """What we expect, as long as nobody says better."""
        return Expected(self.highest, self.usage.trainers, self.usage.administrators)


def prospect(organization: Organization, *, on: date) -> Prospect:
    """Return what is counted on a day and foreseen from it."""
    return Prospect(
        usage=subscriptions.usage(organization, on),
        coming=outlook(known_now(organization, on=on), None),
    )


class Fit(StrEnum):
    """How a plan stands to the year to come."""

    TOO_SMALL = "too_small"  # for what is counted already
    UNTIL = "until"  # it holds until a day that is foreseen
    PEAK = "peak"  # it holds but for single days
    SHORT = "short"  # it holds what is counted, not what is expected
    FITS = "fits"  # the smallest that holds the year
    LARGER = "larger"


@dataclass(frozen=True, slots=True)
class Figure:
    """So many learners, trainers or administrators; a count of None is without limit."""

    what: str
    count: int | None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan on sale and how it fits; a limit of None is unlimited, a price of None on quote."""

    code: str
    name: str
    learners: int | None
    trainers: int | None
    administrators: int | None
    monthly_cents: int | None
    annual_cents: int | None
    is_current: bool
    is_advised: bool
    fit: Fit
    excess: tuple[Excess, ...]  # of what is counted, or else of what is expected
    spare: tuple[Figure, ...]  # what is left within the limits, unlimited ones aside
    beyond: tuple[Figure, ...]  # the limits of the plan below, where this one is larger
    coming: Outlook | None  # under its limit

    @property
    def is_on_quote(self) -> bool:
        return self.monthly_cents is None or self.annual_cents is None

    @property
    def spare_learners(self) -> int | None:
        return next((each.count for each in self.spare if each.what == "learners"), None)


@dataclass(frozen=True, slots=True)
class PlansPage:
    """The plans on sale, from the smallest to the largest."""

    rows: tuple[PlanRow, ...]
    prospect: Prospect
    expected: Expected  # never less than what is counted
    tariff_on: date
    commitment: Commitment | None
    may_change: bool  # the subscription is in a state that changes
    on_trial: bool  # or after one that no plan followed (R22)
    advised: PlanRow | None

    @property
    def is_foreseen(self) -> bool:
        """Whether the year is the one that we foresee, not one that was typed."""
        return self.prospect.coming is not None and self.expected == self.prospect.expected

    @property
    def on_sale(self) -> list[str]:
        """The plans that have a price, from the smallest to the largest."""
        return [row.code for row in self.rows if not row.is_on_quote]

    @property
    def proposed(self) -> str:
        """The plan that is chosen until somebody chooses: the one advised, the one held, the last.

        What is on quote cannot be chosen here.
        """
        wanted = [row.code for row in self.rows if row.is_advised]
        wanted += [row.code for row in self.rows if row.is_current]
        return next((code for code in wanted if code in self.on_sale), self.on_sale[-1])


def plans_page(
    organization: Organization, prospect: Prospect, expected: Expected, *, on: date
) -> PlansPage:
    """Return the plans with the prices in force on a day, against what is expected of the year."""
    current = standing(organization, on)
    seller = Subscription.objects.values_list("seller", flat=True).get(organization=organization)
    plans = subscriptions.plans_on_sale(seller)
    judged = _at_least(expected, prospect.usage)
    advised = smallest(plans, judged)
    sale = _Sale(
        prospect,
        judged,
        price_book(seller),
        on,
        held=current.plan.code if current.plan else "",
        advised=advised,
    )
    rows = tuple(
        sale.row(plan, below) for plan, below in zip(plans, [None, *plans[:-1]], strict=True)
    )
    return PlansPage(
        rows=rows,
        prospect=prospect,
        expected=Expected(judged.learners, judged.trainers, judged.administrators),
        tariff_on=sale.book.in_force_since(on),
        commitment=current.commitment,
        may_change=current.status == Subscription.Status.ACTIVE,
        on_trial=current.status in TRIAL,
        advised=next((row for row in rows if row.is_advised), None),
    )


def _at_least(expected: Expected, counted: Usage) -> Usage:
    """Return what a plan is judged by: what is expected, never less than what is there already."""
    return replace(
        counted, **{what: max(getattr(expected, what), getattr(counted, what)) for what in LIMITS}
    )


@dataclass(frozen=True, slots=True)
class _Sale:
    """What every row is seen with."""

    prospect: Prospect
    judged: Usage
    book: PriceBook
    on: date
    held: str
    advised: Plan | None

    def row(self, plan: Plan, below: Plan | None) -> PlanRow:
        counted, year = excess(self.prospect.usage, plan), excess(self.judged, plan)
        coming = self.prospect.coming and self.prospect.coming.under(plan.learners)
        return PlanRow(
            code=plan.code,
            name=plan.name,
            learners=plan.learners,
            trainers=plan.trainers,
            administrators=plan.administrators,
            monthly_cents=listed_cents(self.book, plan.component_id, Commitment.MONTHLY, self.on),
            annual_cents=listed_cents(self.book, plan.component_id, Commitment.ANNUAL, self.on),
            is_current=plan.code == self.held,
            is_advised=plan == self.advised,
            fit=self._fit(plan, counted, year, coming),
            excess=counted or year,
            spare=_spare(self.judged if not year else self.prospect.usage, plan),
            beyond=_beyond(plan, below),
            coming=coming,
        )

    def _fit(self, plan: Plan, counted, year, coming: Outlook | None) -> Fit:
        if counted:
            return Fit.TOO_SMALL
        if not year:
            return Fit.FITS if plan == self.advised else Fit.LARGER
        foreseen = self.judged == _at_least(self.prospect.expected, self.prospect.usage)
        if foreseen and coming and coming.passed:
            return Fit.UNTIL
        return Fit.PEAK if foreseen and coming and coming.peaks else Fit.SHORT


def _spare(usage: Usage, plan: Plan) -> tuple[Figure, ...]:
    """Return what a plan leaves free, where it is limited and something is left."""
    left = {
        what: limit - getattr(usage, what)
        for what in LIMITS
        if (limit := getattr(plan, what)) is not None
    }
    return tuple(Figure(what, count) for what, count in left.items() if count > 0)


def _beyond(plan: Plan, below: Plan | None) -> tuple[Figure, ...]:
    """Return the limits of the plan below that a plan raises."""
    if below is None:
        return ()
    return tuple(
        Figure(what, limit)
        for what in LIMITS
        if (limit := getattr(below, what)) is not None
        and (getattr(plan, what) is None or getattr(plan, what) > limit)
    )
