"""The plan of « Mon abonnement »: its price, its next invoice, what waits, what may be asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from accounts.roles import ASKS_CHANGES, COMMITS_MONEY, Role
from subscriptions.models import Subscription
from subscriptions.next_invoice import NextInvoice, applied, next_invoice
from subscriptions.periods import Commitment, latest_request_on
from subscriptions.selectors import Usage
from subscriptions.standing import Pending, Standing
from subscriptions.tariffs import NoPrice
from subscriptions.trials import DATA_KEPT_DAYS
from subscriptions.vat import VatUnresolved

MONTHS_IN_YEAR = 12
TRIAL = (Subscription.Status.TRIALING, Subscription.Status.EXPIRED)


class Doubt(StrEnum):
    """Why the next invoice cannot be told."""

    ON_QUOTE = "on_quote"
    VAT = "vat"


class Ask(StrEnum):
    """What the panel invites a person to do about the plan."""

    CHANGE = "change"
    LOOK = "look"  # the plans, without a word to say
    FOLLOW = "follow"  # a request is open already
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PlanPanel:
    """The right side of the sheet, of a subscription that has a plan."""

    status: str
    status_label: str
    code: str
    name: str
    price_cents: int | None  # None: on quote
    is_annual: bool
    per_month_cents: int | None  # of an annual price
    renews_on: date | None
    ends_on: date | None  # the last day, once cancelled
    next_invoice: NextInvoice | None
    doubt: Doubt | None
    pending: Pending | None
    pending_is_refused: bool  # the counts known for that day forbid it (R8)
    ask: Ask
    ask_by: date | None  # at best (R18)
    is_late_to_ask: bool
    annual_saving_cents: int | None

    @property
    def is_cancelled(self) -> bool:
        return self.ends_on is not None

    @property
    def may_ask(self) -> bool:
        return self.ask in (Ask.CHANGE, Ask.LOOK)


@dataclass(frozen=True, slots=True)
class TrialPanel:
    """The right side of the sheet during a trial and after one that no plan followed (R22)."""

    last_on: date
    days_left: int
    is_over: bool
    data_kept_until: date
    starts_on: date  # the first day paid, when a plan was chosen
    plan: str


def trial_panel(standing: Standing, today: date) -> TrialPanel:
    """Return the panel of a subscription that is a trial, or was one."""
    last_on = standing.trial_ends_on - timedelta(days=1)
    return TrialPanel(
        last_on=last_on,
        days_left=(last_on - today).days,
        is_over=standing.status == Subscription.Status.EXPIRED,
        data_kept_until=standing.trial_ends_on + timedelta(days=DATA_KEPT_DAYS),
        starts_on=standing.trial_ends_on,
        plan=standing.trial_plan.name if standing.trial_plan else "",
    )


def plan_panel(
    standing: Standing, usage: Usage | None, *, role: Role, has_request: bool, today: date
) -> PlanPanel:
    """Return the panel; `usage` is what the échéance will count, when a change of plan waits."""
    price = standing.running_price(standing.held[0])
    price_cents = price.amount_cents if price else None
    is_annual = standing.commitment == Commitment.ANNUAL
    invoice, doubt = _next_invoice(standing, usage)
    change = None if standing.is_cancelled else standing.pending
    ask = _ask(standing, role, has_request=has_request)
    ask_by = latest_request_on(standing.renews_on) if ask == Ask.CHANGE else None
    return PlanPanel(
        status=standing.status,
        status_label=Subscription.Status(standing.status).label,
        code=standing.plan.code,
        name=standing.plan.name,
        price_cents=price_cents,
        is_annual=is_annual,
        per_month_cents=round(price_cents / MONTHS_IN_YEAR) if is_annual and price_cents else None,
        renews_on=standing.renews_on,
        ends_on=standing.renews_on - timedelta(days=1) if standing.is_cancelled else None,
        next_invoice=invoice,
        doubt=doubt,
        pending=change,
        pending_is_refused=change is not None and applied(standing, usage) is None,
        ask=ask,
        ask_by=ask_by,
        is_late_to_ask=ask_by is not None and ask_by < today,
        annual_saving_cents=(
            annual_saving_cents(standing, today)
            if ask == Ask.CHANGE and role in COMMITS_MONEY
            else None
        ),
    )


def _next_invoice(
    standing: Standing, usage: Usage | None
) -> tuple[NextInvoice | None, Doubt | None]:
    try:
        return next_invoice(standing, usage), None
    except NoPrice:
        return None, Doubt.ON_QUOTE
    except VatUnresolved:
        return None, Doubt.VAT


def _ask(standing: Standing, role: Role, *, has_request: bool) -> Ask:
    if not standing.renews:
        return Ask.NOTHING
    if has_request:
        return Ask.FOLLOW
    return Ask.CHANGE if role in ASKS_CHANGES else Ask.LOOK


def annual_saving_cents(standing: Standing, on: date) -> int | None:
    """Return what a year costs less when it is bound annually, for all that is held (R4).

    None when it is annual already, another change waits, or something held lacks a price.
    """
    if standing.commitment == Commitment.ANNUAL or standing.pending:
        return None
    saved = 0
    for held in standing.held:
        monthly = standing.price(held.component, Commitment.MONTHLY, on)
        annual = standing.price(held.component, Commitment.ANNUAL, on)
        if not (monthly and annual):
            return None
        saved += MONTHS_IN_YEAR * monthly.amount_cents - annual.amount_cents
    return saved
