"""More learners than the plan holds: support told once, a grace, then the gate closes (R20).

The gate is a row that learners obeys, written with its day as soon as an overrun begins: no job
has to come in time for it to close. It is soft, and only new enrolments pass through it.
"""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from learners.models import DailyCount, EnrollmentGate
from learners.selectors import count_on, history
from subscriptions import emails, selectors
from subscriptions.models import LimitAlert, LimitWatch, Overrun, SupportNotice
from subscriptions.sightings import Sighting
from subscriptions.thresholds import Level, is_over

REARMED_AT_PERCENT = 95  # of the limit: an overrun above it is still the same one


class NoOverrun(Exception):
    """No more learners are counted than the plan holds: there is no grace to extend."""


class NotLater(Exception):
    """The day given would shorten the grace, or is gone by."""


@transaction.atomic
def tell_support(*, organization: Organization, on: date) -> SupportNotice | None:
    """Leave support a notice when the learners of a day pass the limit, 100 % being inside it.

    Twice is harmless: an overrun is told once, until the count has fallen well under the limit.
    """
    usage = selectors.usage(organization, on)
    limit = usage.learner_limit
    if not is_over(usage.learners, limit) or _is_told(organization, limit, on):
        return None
    return leave_notice(organization, count=usage.learners, limit=limit, on=on)


def leave_notice(organization: Organization, *, count: int, limit: int, on: date) -> SupportNotice:
    """Tell support of an overrun with its figures; once a day is enough."""
    notice, _created = SupportNotice.objects.get_or_create(
        organization=organization,
        kind=SupportNotice.Kind.OVER_LIMIT,
        raised_on=on,
        defaults={"details": {"count": count, "limit": limit}},
    )
    return notice


def _is_told(organization: Organization, limit: int, on: date) -> bool:
    """Tell whether support knows of an overrun that has not ended since."""
    notices = SupportNotice.objects.for_organization(organization)
    told = notices.filter(kind=SupportNotice.Kind.OVER_LIMIT, raised_on__lte=on)
    last = told.order_by("raised_on").values_list("raised_on", flat=True).last()
    if last is None:
        return False
    since = history(organization, until=on, days=(on - last).days + 1)
    return all(100 * day.count > REARMED_AT_PERCENT * limit for day in since)


def running(organization: Organization) -> Overrun | None:
    """Return the overrun that has not ended."""
    return Overrun.objects.for_organization(organization).filter(ended_on=None).first()


def follow_count(organization: Organization, seen: Sighting) -> None:
    """Begin, keep or end the overrun by a stored count. The caller holds the watch's lock."""
    overrun = running(organization)
    if overrun and overrun.limit != seen.limit:
        _end(overrun, on=seen.counted_on, by=Overrun.Ending.PLAN)
    elif overrun and not is_over(seen.count, seen.limit):
        _end(overrun, on=seen.counted_on, by=Overrun.Ending.COUNT)
        if _was_told(overrun):
            emails.back_under(overrun, count=seen.count, counted_on=seen.counted_on)
    elif overrun:
        return
    if is_over(seen.count, seen.limit):
        _begin(organization, count=seen.count, limit=seen.limit, on=seen.counted_on)


@transaction.atomic
def follow_plan(*, organization: Organization, limit: int | None, on: date) -> None:
    """Measure an organization by another plan's learners at once; None is unlimited.

    The overrun of the former limit ends and its gate is lifted. What is still too much begins
    another one, with a grace of its own.
    """
    if running(organization) is None:
        return
    LimitWatch.objects.for_organization(organization).select_for_update(of=("self",)).first()
    overrun = running(organization)
    if overrun is None or overrun.limit == limit:
        return
    _end(overrun, on=on, by=Overrun.Ending.PLAN)
    counts = DailyCount.objects.for_organization(organization).order_by("-counted_on", "-version")
    last = counts.values_list("count", flat=True).first() or 0
    if is_over(last, limit):
        _begin(organization, count=last, limit=limit, on=on)


def announce_closing(organization: Organization, *, on: date) -> None:
    """Write once to those in charge that the grace is over, while the count still is above."""
    overrun = running(organization)
    if overrun is None or overrun.closes_on > on or overrun.closing_told_on:
        return
    count = count_on(organization, on=on)
    if not is_over(count, overrun.limit):
        return
    overrun.closing_told_on = on
    overrun.save(update_fields=["closing_told_on"])
    record(organization=organization, actor=None, action="enrollments closed", count=count)
    emails.enrollments_closed(overrun, count=count)


@transaction.atomic
def extend_grace(
    *, organization: Organization, until: date, on: date, reason: str, actor: User
) -> Overrun:
    """Put off to another day the refusal of new enrolments, which opens a closed gate.

    Raises NoOverrun, NotLater.
    """
    LimitWatch.objects.for_organization(organization).select_for_update(of=("self",)).first()
    overrun = running(organization)
    if overrun is None:
        raise NoOverrun(organization.slug)
    if until <= max(on, overrun.closes_on):
        raise NotLater(str(overrun.closes_on))
    told = {"until": str(until), "before": str(overrun.closes_on), "reason": reason}
    overrun.closes_on, overrun.closing_told_on = until, None
    overrun.save(update_fields=["closes_on", "closing_told_on"])
    _close_gate_from(overrun)
    record(organization=organization, actor=actor, action="grace extended", **told)
    emails.grace_extended(overrun)
    return overrun


def _begin(organization: Organization, *, count: int, limit: int, on: date) -> None:
    overrun = Overrun.objects.create(
        organization=organization,
        limit=limit,
        count=count,
        started_on=on,
        closes_on=on + timedelta(days=settings.ENROLLMENT_GRACE_DAYS),
    )
    _close_gate_from(overrun)
    told = {"count": count, "limit": limit, "closes_on": str(overrun.closes_on)}
    record(organization=organization, actor=None, action="limit passed", **told)


def _close_gate_from(overrun: Overrun) -> None:
    EnrollmentGate.objects.update_or_create(
        organization=overrun.organization,
        defaults={"closed_from": overrun.closes_on, "limit": overrun.limit},
    )


def _end(overrun: Overrun, *, on: date, by: str) -> None:
    overrun.ended_on, overrun.ended_by = max(on, overrun.started_on), by
    overrun.save(update_fields=["ended_on", "ended_by"])
    EnrollmentGate.objects.for_organization(overrun.organization).delete()
    record(organization=overrun.organization, actor=None, action="overrun ended", by=str(by))


def _was_told(overrun: Overrun) -> bool:
    """Tell whether anybody was written to of an overrun: its end is worth a mail then."""
    alerts = LimitAlert.objects.for_organization(overrun.organization).filter(
        level=Level.OVER,
        is_mailed=True,
        limit=overrun.limit,
        counted_on__gte=overrun.started_on,
    )
    return overrun.closing_told_on is not None or alerts.exists()
