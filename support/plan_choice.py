"""What a customer reads of a change before asking for it: what it brings, what it bills."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Organization
from subscriptions import selectors as subscriptions
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


def listed_cents(book: PriceBook, component: int, commitment: Commitment, on: date) -> int | None:
    """Return a listed price in force on a day, HT; None when it is on quote."""
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
class HeldOption:
    """An option held today; one that the plan includes is no longer billed beside it."""

    name: str
    is_included: bool


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
    held: tuple[HeldOption, ...]
    options: tuple[OptionRow, ...]
    limits: tuple[LimitChange, ...]
    excess: tuple[Excess, ...]
    tariff_on: date
    monthly_cents: int
    annual_cents: int

    @property
    def keeps_plan(self) -> bool:
        return self.plan.name == self.current_plan


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
    included = set(plan.includes.values_list("pk", flat=True))
    return ChangeTerms(
        plan=plan,
        subscription=subscription,
        current_plan=current.plan.name,
        commitment=current.commitment,
        renews_on=current.renews_on,
        ask_by=ask_by,
        is_late=on > ask_by,
        held=tuple(
            HeldOption(held.name, is_included=held.component in included)
            for held in current.options
        ),
        options=_options(current, book, subscription, plan, on=on),
        limits=tuple(
            LimitChange(what, getattr(current.plan, what), getattr(plan, what)) for what in LIMITS
        ),
        excess=excess(subscriptions.usage(organization, on), plan),
        tariff_on=book.in_force_since(on),
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
            listed_cents(book, option.pk, Commitment.MONTHLY, on),
            listed_cents(book, option.pk, Commitment.ANNUAL, on),
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
