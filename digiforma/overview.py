"""All that « Mon abonnement » shows to one person, read in a handful of queries.

Five of them here, one or two for the options, and the request under way; the number is the same
whatever is held, issued or enrolled.
"""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Membership
from accounts.roles import ASKS_CHANGES, COMMITS_MONEY, SEES_INVOICES
from accounts.selectors import Seats
from digiforma.account_row import LastInvoice, account_row
from digiforma.foresight import TrialFit, advised, foreseen_usage, trial_fit
from digiforma.plan_panel import TRIAL, PlanPanel, TrialPanel, plan_panel, trial_panel
from digiforma.usage_panel import PARIS, UsagePanel
from learners.forecast import Known, curve
from learners.foreseen import known_now
from options.selectors import Offer, offers
from subscriptions.advice import Advice
from subscriptions.models import BillingIdentity, Subscription
from subscriptions.next_invoice import awaits_gate
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, standing
from support.announcements import Promise
from support.selectors import RequestCard, open_request


@dataclass(frozen=True, slots=True)
class Overview:
    """The page; what a role may not see is None or empty here, so no template can show it."""

    owner: str
    is_owner: bool
    request: RequestCard | None
    usage: UsagePanel
    closes_on: date | None  # from when new enrolments are refused, above the limit (R20)
    plan: PlanPanel | None  # None without a plan today
    advice: Advice | None
    trial_fit: TrialFit | None
    trial: TrialPanel | None
    has_ended: bool
    taken: tuple[Offer, ...]
    available: tuple[Offer, ...]
    undoable: frozenset[str]  # the options subscribed to within the last 24 hours
    sees_invoices: bool
    invoices: tuple[LastInvoice, ...]
    identity: BillingIdentity | None
    promise: Promise


def overview(membership: Membership, *, at: datetime) -> Overview:
    """Return the page of one person at a moment. The role must be one that sees it."""
    today = at.astimezone(PARIS).date()
    organization = membership.organization
    account = account_row(organization, today)
    current = standing(organization, today)
    seen = known_now(organization, on=account.counted.on if account.counted else today)
    offered = offers(membership, today, current)
    request = open_request(organization) if membership.role in ASKS_CHANGES else None
    has_request = request is not None and not request.is_expired
    trial = trial_panel(current, today) if current and current.status in TRIAL else None
    sees_invoices = membership.role in SEES_INVOICES and trial is None
    coming = _coming(current, seen, account.seats)
    plan = _plan(current, coming, membership, has_request=has_request, today=today)
    usage = foreseen_usage(current, seen, account, at=at)
    return Overview(
        owner=account.owner,
        is_owner=membership.role in COMMITS_MONEY,
        request=request,
        usage=usage,
        closes_on=account.closes_on,
        plan=plan,
        advice=advised(current, usage, on=today) if plan and plan.may_ask else None,
        trial_fit=trial_fit(current, usage),
        trial=trial,
        has_ended=current is not None and current.status == Subscription.Status.CANCELLED,
        taken=tuple(offer for offer in offered if offer.is_taken),
        available=tuple(offer for offer in offered if not offer.is_taken),
        undoable=frozenset(offer.slug for offer in offered if offer.may_undo(at)),
        sees_invoices=sees_invoices,
        invoices=account.invoices if sees_invoices else (),
        identity=current.identity if sees_invoices and current else None,
        promise=account.promise,
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


def _coming(current: Standing | None, seen: Known, seats: Seats) -> Usage | None:
    """Return what the échéance will count, when a change of plan waits for it (R8)."""
    if current is None or not awaits_gate(current):
        return None
    day = max(seen.on, current.renews_on)
    [(_on, learners)] = curve(seen.entries, day, day)
    return Usage(
        learners=learners,
        trainers=seats.trainers,
        administrators=seats.administrators,
        learner_limit=current.plan.learners,
        trainer_limit=seats.trainer_limit,
        administrator_limit=seats.administrator_limit,
    )
