"""All that « Mon abonnement » shows to one person, read in a handful of queries.

Four of them here, one or two for the options, and the request under way; the number is the same
whatever is held, issued or enrolled.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import Membership
from accounts.roles import ASKS_CHANGES, COMMITS_MONEY, SEES_INVOICES
from accounts.selectors import Seats
from digiforma.account_row import LastInvoice, account_row
from digiforma.plan_panel import TRIAL, PlanPanel, TrialPanel, plan_panel, trial_panel
from digiforma.usage_panel import PARIS, UsagePanel, usage_panel
from learners.rolling_year import DAYS_COUNTED
from learners.selectors import DayCount, history
from options.selectors import Offer, offers
from subscriptions.models import BillingIdentity, Subscription
from subscriptions.next_invoice import awaits_gate
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, standing
from support.selectors import RequestCard, open_request


@dataclass(frozen=True, slots=True)
class Overview:
    """The page; what a role may not see is None or empty here, so no template can show it."""

    owner: str
    is_owner: bool
    request: RequestCard | None
    usage: UsagePanel
    plan: PlanPanel | None  # None without a plan today
    trial: TrialPanel | None
    has_ended: bool
    taken: tuple[Offer, ...]
    available: tuple[Offer, ...]
    sees_invoices: bool
    invoices: tuple[LastInvoice, ...]
    identity: BillingIdentity | None


def overview(membership: Membership, *, at: datetime) -> Overview:
    """Return the page of one person at a moment. The role must be one that sees it."""
    today = at.astimezone(PARIS).date()
    organization = membership.organization
    account = account_row(organization, today)
    current = standing(organization, today)
    year, coming = _counts(membership, current, account.seats, today)
    offered = offers(membership, today, current)
    request = open_request(organization) if membership.role in ASKS_CHANGES else None
    has_request = request is not None and not request.is_expired
    trial = trial_panel(current, today) if current and current.status in TRIAL else None
    sees_invoices = membership.role in SEES_INVOICES and trial is None
    limit = current.plan.learners if current and current.plan else None
    return Overview(
        owner=account.owner,
        is_owner=membership.role in COMMITS_MONEY,
        request=request,
        usage=usage_panel(account.counted, year, learner_limit=limit, seats=account.seats, at=at),
        plan=_plan(current, coming, membership, has_request=has_request, today=today),
        trial=trial,
        has_ended=current is not None and current.status == Subscription.Status.CANCELLED,
        taken=tuple(offer for offer in offered if offer.is_taken),
        available=tuple(offer for offer in offered if not offer.is_taken),
        sees_invoices=sees_invoices,
        invoices=account.invoices if sees_invoices else (),
        identity=current.identity if sees_invoices and current else None,
    )


def _plan(
    current: Standing | None,
    coming: Usage | None,
    membership: Membership,
    *,
    has_request: bool,
    today: date,
) -> PlanPanel | None:
    if current is None or current.plan is None:
        return None
    return plan_panel(current, coming, role=membership.role, has_request=has_request, today=today)


def _counts(
    membership: Membership, current: Standing | None, seats: Seats, today: date
) -> tuple[list[DayCount], Usage | None]:
    """Return the year that ends today and, when a change of plan waits, what its day will count.

    Both from one query: the curve simply goes on to the échéance.
    """
    until = today
    if current and awaits_gate(current):
        until = max(today, current.renews_on)
    days = DAYS_COUNTED + (until - today) // timedelta(days=1)
    curve = history(membership.organization, until=until, days=days)
    year = curve[:DAYS_COUNTED]
    if not (current and awaits_gate(current)):
        return year, None
    return year, Usage(
        learners=curve[-1].count,
        trainers=seats.trainers,
        administrators=seats.administrators,
        learner_limit=current.plan.learners,
        trainer_limit=seats.trainer_limit,
        administrator_limit=seats.administrator_limit,
    )
