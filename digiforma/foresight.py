"""What is foreseen of an account: its year to come, the peaks of one day, the plan that fits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from accounts.models import Organization
from digiforma.account_row import AccountRow, account_row
from digiforma.usage_panel import PARIS, UsagePanel, usage_panel
from learners.forecast import Day, Known, Overrun, curve, month_ends
from learners.foreseen import known_now
from learners.models import TrainingSession
from learners.outlook import outlook
from learners.rolling_year import DAYS_COUNTED, first_day_counted
from learners.selectors import DayCount
from subscriptions.advice import Advice, advice, fitting
from subscriptions.models import Subscription
from subscriptions.selectors import Usage
from subscriptions.standing import Standing, standing

MONTHS_FIRST = 6  # shown at once, the later ones on demand


@dataclass(frozen=True, slots=True)
class Month:
    """The end of a month to come; `over_by` is 0 within the limit."""

    day: Day
    over_by: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """A session whose learners leave the count on a day."""

    title: str
    starts_on: date
    learners: int


@dataclass(frozen=True, slots=True)
class Peak:
    """A day above the limit whose morrow is within it, and the sessions that leave that morrow."""

    overrun: Overrun
    leaving: tuple[Leaving, ...]

    @property
    def leaves(self) -> int:
        return sum(session.learners for session in self.leaving)

    @property
    def only(self) -> Leaving | None:
        """The session, when it is the only one."""
        return self.leaving[0] if len(self.leaving) == 1 else None


@dataclass(frozen=True, slots=True)
class TrialFit:
    """The plan that would suit whoever tries, and how many learners are expected at most."""

    learners: int
    plan: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """The section « Ce qui est prévu »; nothing but `usage` while the history is too short."""

    usage: UsagePanel
    closes_on: date | None  # from when new enrolments are refused, above the limit (R20)
    plan: str
    is_foreseen: bool  # a plan or a trial runs
    months: tuple[Month, ...]
    later_months: tuple[Month, ...]
    peaks: tuple[Peak, ...]
    refused_from: date | None  # new enrolments, after the grace of the overrun to come (R20)
    advice: Advice | None


def foresight(organization: Organization, *, at: datetime) -> Foresight:
    """Return what an account's page of learners foresees at a moment, in four or five queries."""
    today = at.astimezone(PARIS).date()
    account = account_row(organization, today)
    current = standing(organization, today)
    seen = known_now(organization, on=account.counted.on if account.counted else today)
    usage = foreseen_usage(current, seen, account, at=at)
    months = _months(usage)
    return Foresight(
        usage=usage,
        closes_on=account.closes_on,
        plan=current.plan.name if current and current.plan else "",
        is_foreseen=current is not None and (current.plan is not None or _is_trying(current)),
        months=months[:MONTHS_FIRST],
        later_months=months[MONTHS_FIRST:],
        peaks=_peaks(organization, usage),
        refused_from=_refused_from(usage),
        advice=advised(current, usage, on=today),
    )


def foreseen_usage(
    current: Standing | None, seen: Known, account: AccountRow, *, at: datetime
) -> UsagePanel:
    """Return the panel of an account: the year that ends today, the one to come of a plan or trial.

    `seen` is what is known on the day of the last count, today if there is none.
    """
    today = at.astimezone(PARIS).date()
    plan = current.plan if current else None
    limit = plan.learners if plan else None
    return usage_panel(
        account.counted,
        [DayCount(*day) for day in curve(seen.entries, first_day_counted(today), today)],
        outlook=outlook(seen, limit) if plan or _is_trying(current) else None,
        learner_limit=limit,
        seats=account.seats,
        at=at,
    )


def advised(current: Standing | None, usage: UsagePanel, *, on: date) -> Advice | None:
    """Return the plan to take instead of the one that renews; None when another change waits."""
    if usage.outlook is None or not current.renews or current.pending:
        return None
    return advice(current, _expected(usage), on=on)


def trial_fit(current: Standing | None, usage: UsagePanel) -> TrialFit | None:
    """Return the plan that would fit during a trial; None once one is chosen (R22)."""
    if usage.outlook is None or not _is_trying(current) or current.trial_plan:
        return None
    expected = _expected(usage)
    plan = fitting(current, expected)
    return plan and TrialFit(learners=expected.learners, plan=plan.name)


def _is_trying(current: Standing | None) -> bool:
    return current is not None and current.status == Subscription.Status.TRIALING


def _expected(usage: UsagePanel) -> Usage:
    """Return what a plan must hold: the learners of the highest day to come, the seats filled."""
    return Usage(
        learners=max(usage.outlook.highest.total, usage.learners.count),
        trainers=usage.trainers.count,
        administrators=usage.administrators.count,
        learner_limit=usage.learners.limit,
        trainer_limit=usage.trainers.limit,
        administrator_limit=usage.administrators.limit,
    )


def _months(usage: UsagePanel) -> tuple[Month, ...]:
    if usage.outlook is None:
        return ()
    limit = usage.outlook.limit
    return tuple(
        Month(day, over_by=0 if limit is None else max(day.total - limit, 0))
        for day in month_ends(usage.outlook.days)
    )


def _refused_from(usage: UsagePanel) -> date | None:
    """Return the day on which the grace of the first overrun to outlast it would be over."""
    coming, grace = usage.outlook, settings.ENROLLMENT_GRACE_DAYS
    if coming is None:
        return None
    lasting = (each for each in coming.overruns if each.is_refused(grace))
    first = next((each for each in lasting if each.starts_on > coming.on), None)
    return first and first.starts_on + timedelta(days=grace)


def _peaks(organization: Organization, usage: UsagePanel) -> tuple[Peak, ...]:
    """Return the peaks with the sessions that leave the count the day after; one query for all."""
    overruns = usage.outlook.peaks if usage.outlook else ()
    if not overruns:
        return ()
    begun = {each.ends_before - timedelta(days=DAYS_COUNTED): each for each in overruns}
    leaving = list(_sessions(organization, begun))
    return tuple(
        Peak(overrun, tuple(each for each in leaving if each.starts_on == day))
        for day, overrun in begun.items()
    )


def _sessions(organization: Organization, days: Iterable[date]) -> Iterable[Leaving]:
    counted = Count("enrollments", filter=Q(enrollments__counted=True))
    rows = (
        TrainingSession.objects.for_organization(organization)
        .filter(starts_on__in=list(days))
        .annotate(learners=counted)
        .filter(learners__gt=0)
        .order_by("-learners", "pk")
    )
    return (Leaving(row.title, row.starts_on, row.learners) for row in rows)
