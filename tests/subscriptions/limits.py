"""An organization of 500 learners whose nights are counted as a test says."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import Organization, OutgoingMail
from learners.models import DailyCount, Learner, TrainingSession
from learners.services import enroll
from subscriptions import alerts
from subscriptions.models import LimitAlert, Overrun

START = date(2026, 3, 10)
PARIS = ZoneInfo("Europe/Paris")


def day(number: int) -> date:
    """Return a day of the story, counted from 0."""
    return START + timedelta(days=number)


def counts(organization: Organization, count: int, *, on: date, version: int = 1) -> None:
    """Store the count of a day, as the nightly count does."""
    DailyCount.objects.create(
        organization=organization,
        counted_on=on,
        version=version,
        count=count,
        recorded_at=datetime(on.year, on.month, on.day, 4, tzinfo=PARIS),
    )


def night(organization: Organization, count: int, *, on: date) -> None:
    """Store a count and let the job look at it."""
    counts(organization, count, on=on)
    warn(on)


def counted_live(organization: Organization, count: int) -> None:
    """Enrol so many in fact, beside the stored counts."""
    session = TrainingSession.objects.create(
        organization=organization, code="S1", title="", starts_on=day(0), ends_on=day(0)
    )
    for number in range(count):
        learner = Learner.objects.create(organization=organization, email=f"{number}@exemple.fr")
        enroll(organization=organization, session=session, learner=learner, on=day(0))


def warn(on: date) -> int:
    return alerts.warn(on=on, scope=transaction.atomic)


def nights(organization: Organization, *told: int) -> None:
    """Play nights with these counts, from the first day of the story on."""
    for number, count in enumerate(told):
        night(organization, count, on=day(number))


def raised() -> list[tuple]:
    """Return each alert as (day of the story, level, count, whether it was mailed)."""
    return [
        ((alert.counted_on - START).days, alert.level, alert.count, alert.is_mailed)
        for alert in LimitAlert.objects.order_by("pk")
    ]


def overruns() -> list[tuple]:
    """Return each overrun as (first day, closing day, end, why) in days of the story."""
    return [
        (
            (each.started_on - START).days,
            (each.closes_on - START).days,
            each.ended_on and (each.ended_on - START).days,
            each.ended_by,
        )
        for each in Overrun.objects.order_by("pk")
    ]


def mailed(recipient: str = "alice@exemple.fr") -> list[str]:
    """Return the subjects of what was written to somebody, in order."""
    mails = OutgoingMail.objects.filter(recipient=recipient).order_by("created_at")
    return [subject.replace("\u00a0", " ") for subject in mails.values_list("subject", flat=True)]
