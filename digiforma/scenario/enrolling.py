"""Make the rolling-year count of a day what a scenario says, by enrolments as an import tells them.

One session of that day takes as many learners as are missing. For a smaller count, the latest
enrolments that count are corrected: cancelled on the eve of their session (R14).
"""

from datetime import date, timedelta

from accounts.models import Organization
from digiforma.scenario.stage import Stage
from digiforma.scenario.steps import Step
from learners.enrollment_row import EnrollmentRow
from learners.models import Enrollment, Status
from learners.rolling_year import first_day_counted
from learners.selectors import count_on
from learners.services import import_rows
from subscriptions import overruns


def set_learners(stage: Stage, step: Step) -> None:
    organization = stage.organization(step.given["organization"])
    missing = step.given["count"] - count_on(organization, on=step.on)
    rows = _enrolled(organization, step.on, missing) or _cancelled(organization, step.on, -missing)
    import_rows(organization=organization, rows=rows, on=step.on, by=None)
    overruns.tell_support(organization=organization, on=step.on)


def _enrolled(organization: Organization, on: date, count: int) -> list[EnrollmentRow]:
    """Return so many new enrolments in the session of a day."""
    code = f"scenario-{on}"
    known = Enrollment.objects.for_organization(organization).filter(session__code=code).count()
    return [
        EnrollmentRow(
            line=number,
            session_code=code,
            title="Session",
            starts_on=on,
            ends_on=on,
            email=f"learner-{number}@scenario.invalid",
            last_name="",
            first_name="",
            status=Status.ENROLLED,
            left_on=None,
        )
        for number in range(known, known + count)
    ]


def _cancelled(organization: Organization, on: date, count: int) -> list[EnrollmentRow]:
    """Return the latest so many enrolments that count on a day, cancelled in time."""
    counting = (
        Enrollment.objects.for_organization(organization)
        .filter(counted=True, counts_on__range=(first_day_counted(on), on))
        .select_related("session", "learner")
        .order_by("-counts_on", "-pk")
    )
    return [
        EnrollmentRow(
            line=number,
            session_code=enrollment.session.code,
            title=enrollment.session.title,
            starts_on=enrollment.session.starts_on,
            ends_on=enrollment.session.ends_on,
            email=enrollment.learner.email,
            last_name=enrollment.learner.last_name,
            first_name=enrollment.learner.first_name,
            status=Status.CANCELLED,
            left_on=enrollment.counts_on - timedelta(days=1),
        )
        for number, enrollment in enumerate(counting[: max(count, 0)])
    ]
