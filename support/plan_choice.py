"""What a customer reads to choose a plan: the plans on sale, then what one of them would change."""

from dataclasses import dataclass, replace
from datetime import date

from accounts.models import Organization
from learners.foreseen import known_now
from learners.outlook import Outlook, outlook
from subscriptions import selectors as subscriptions
from subscriptions.advice import smallest
from subscriptions.facts import price_book
from subscriptions.models import Component, Plan, Subscription
from subscriptions.periods import Commitment, latest_request_on
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, Terms, standing
from subscriptions.tariffs import NoPrice, PriceBook
from support import drawing
from support.drawing import Drawing, OverLimits, Wish

LIMITS = ("learners", "trainers", "administrators")


@dataclass(frozen=True, slots=True)
class Excess:
    """A count that a plan could not hold; `what` is learners, trainers or administrators."""

    what: str
    count: int
    limit: int


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
    excess: tuple[Excess, ...]
    spare_learners: int | None
    coming: Outlook | None  # under its limit; None while the history is too short

    @property
    def is_on_quote(self) -> bool:
        return self.monthly_cents is None


@dataclass(frozen=True, slots=True)
class PlansPage:
    """The plans on sale, from the smallest to the largest."""

    rows: tuple[PlanRow, ...]
    usage: Usage
    tariff_on: date
    is_annual: bool
    may_change: bool  # the subscription is in a state that changes
    advised: str
    coming: Outlook | None
    largest_priced: PlanRow | None


def plans_page(organization: Organization, *, on: date) -> PlansPage:
    """Return the plans with the prices in force on a day, seen from an organization's counts."""
    current = standing(organization, on)
    seller = Subscription.objects.values_list("seller", flat=True).get(organization=organization)
    plans = subscriptions.plans_on_sale(seller)
    book = price_book(seller)
    usage = subscriptions.usage(organization, on)
    held = current.plan.code if current.plan else ""
    coming = outlook(known_now(organization, on=on), None)
    advised = smallest(plans, _expected(usage, coming))
    sale = _Sale(usage, book, on, held=held, advised=advised, coming=coming)
    rows = tuple(sale.row(plan) for plan in plans)
    return PlansPage(
        rows=rows,
        usage=usage,
        tariff_on=drawing.price_list_in_force(seller, on).effective_on,
        is_annual=current.commitment == Commitment.ANNUAL,
        may_change=current.status == Subscription.Status.ACTIVE,
        advised=advised.name if advised else "",
        coming=coming,
        largest_priced=next((row for row in reversed(rows) if not row.is_on_quote), None),
    )


def _expected(usage: Usage, coming: Outlook | None) -> Usage:
    """Return the counts that a plan must hold for a year: today's, or the highest foreseen."""
    highest = coming.highest.total if coming else usage.learners
    return replace(usage, learners=max(usage.learners, highest))


@dataclass(frozen=True, slots=True)
class _Sale:
    """What every row is seen with."""

    usage: Usage
    book: PriceBook
    on: date
    held: str
    advised: Plan | None
    coming: Outlook | None

    def row(self, plan: Plan) -> PlanRow:
        left = None if plan.learners is None else plan.learners - self.usage.learners
        return PlanRow(
            code=plan.code,
            name=plan.name,
            learners=plan.learners,
            trainers=plan.trainers,
            administrators=plan.administrators,
            monthly_cents=_price(self.book, plan.component_id, Commitment.MONTHLY, self.on),
            annual_cents=_price(self.book, plan.component_id, Commitment.ANNUAL, self.on),
            is_current=plan.code == self.held,
            is_advised=plan == self.advised,
            excess=excess(self.usage, plan),
            spare_learners=left,
            coming=self.coming and self.coming.under(plan.learners),
        )


def _price(book: PriceBook, component: int, commitment: Commitment, on: date) -> int | None:
    try:
        return book.listed_price(component, commitment, on).amount_cents
    except NoPrice:
        return None


def excess(usage: Usage, plan: Plan | Terms) -> tuple[Excess, ...]:
    """Return what is counted over a plan's limits (R8)."""
    over = subscriptions.exceeds(usage, plan)
    return tuple(Excess(what, *over[what]) for what in LIMITS if what in over)


@dataclass(frozen=True, slots=True)
class OptionRow:
    """An option that can be taken with a change."""

    code: str
    name: str
    monthly_cents: int
    annual_cents: int


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit before and after; None is unlimited. `difference` is None when one of them is."""

    what: str
    before: int | None
    after: int | None

    @property
    def is_gain(self) -> bool:
        return self.before is not None and (self.after is None or self.after > self.before)

    @property
    def is_loss(self) -> bool:
        return self.after is not None and (self.before is None or self.after < self.before)

    @property
    def difference(self) -> int | None:
        if self.before is None or self.after is None:
            return None
        return abs(self.after - self.before)


@dataclass(frozen=True, slots=True)
class ChangeTerms:
    """The frame of a change: what is held today, what may be chosen with the plan, and when."""

    plan: Plan
    subscription: Subscription
    current_plan: str
    commitment: Commitment
    renews_on: date
    ask_by: date
    is_late: bool
    held: tuple[str, ...]
    options: tuple[OptionRow, ...]
    limits: tuple[LimitChange, ...]
    excess: tuple[Excess, ...]
    monthly_cents: int
    annual_cents: int


def change_terms(organization: Organization, code: str, *, on: date) -> ChangeTerms:
    """Return what frames a change to a plan.

    Raises Plan.DoesNotExist, NoPrice for a plan on quote, NotActive.
    """
    subscription = drawing.running(organization)
    current = standing(organization, on)
    plan = Plan.objects.select_related("component").get(
        component__seller=subscription.seller_id, component__code=code
    )
    book = price_book(subscription.seller_id)
    ask_by = latest_request_on(current.renews_on)
    return ChangeTerms(
        plan=plan,
        subscription=subscription,
        current_plan=current.plan.name,
        commitment=current.commitment,
        renews_on=current.renews_on,
        ask_by=ask_by,
        is_late=on > ask_by,
        held=tuple(held.name for held in current.options),
        options=_options(current, book, subscription, plan, on=on),
        limits=tuple(
            LimitChange(what, getattr(current.plan, what), getattr(plan, what)) for what in LIMITS
        ),
        excess=excess(subscriptions.usage(organization, on), plan),
        monthly_cents=book.listed_price(plan.component_id, Commitment.MONTHLY, on).amount_cents,
        annual_cents=book.listed_price(plan.component_id, Commitment.ANNUAL, on).amount_cents,
    )


def _options(
    current: Standing, book: PriceBook, subscription: Subscription, plan: Plan, *, on: date
) -> tuple[OptionRow, ...]:
    """Return the options that are neither held nor included in the plan."""
    held = {held.component for held in current.options}
    on_sale = (
        Component.objects.filter(seller=subscription.seller_id, kind=Component.Kind.OPTION)
        .exclude(pk__in=held)
        .exclude(included_in=plan)
        .order_by("name")
    )
    prices = [
        (
            option,
            _price(book, option.pk, Commitment.MONTHLY, on),
            _price(book, option.pk, Commitment.ANNUAL, on),
        )
        for option in on_sale
    ]
    return tuple(
        OptionRow(option.code, option.name, monthly, annual)
        for option, monthly, annual in prices
        if monthly is not None and annual is not None
    )


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """The first document of a change as the engine would issue it, or the counts in its way."""

    drawing: Drawing | None
    excess: tuple[Excess, ...] = ()


def change_preview(subscription: Subscription, wish: Wish, *, on: date) -> ChangePreview:
    """Return what a wish would bill. Raises what the engine refuses (drawing.REFUSALS)."""
    order = drawing.order_of_wish(subscription, wish, on=on)
    try:
        return ChangePreview(drawing.draw(subscription, order, on=on))
    except OverLimits as over:
        figures = tuple(
            Excess(what, *over.figures[what]) for what in LIMITS if what in over.figures
        )
        return ChangePreview(None, figures)
