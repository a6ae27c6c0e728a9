"""Sessions as the tests of pages open them, on 23 November 2026, and what is read back."""

from datetime import date, timedelta

from accounts.tenancy import tenant_context
from learners import services, sessions
from learners.models import Enrollment, Learner

TODAY = date(2026, 11, 23)
NOW = "2026-11-23T10:00:00+01:00"
DAY = timedelta(days=1)


def opened(organization, *, code="S1", starts_on=TODAY - 7 * DAY, lasts=14, people=("zoe",)):
    """Open a session where some people are enrolled."""
    with tenant_context(organization.pk):
        session = sessions.create_session(
            organization=organization,
            code=code,
            title=f"Prise de parole {code}",
            starts_on=starts_on,
            ends_on=starts_on + lasts * DAY,
            by=None,
        )
        for name in people:
            learner, _created = Learner.objects.get_or_create(
                organization=organization,
                email=f"{name}@exemple.fr",
                defaults={"first_name": name.title(), "last_name": "Été"},
            )
            services.enroll(organization=organization, session=session, learner=learner, on=TODAY)
    return session


def rows(organization, **chosen) -> list[tuple]:
    """Return (session, learner's first name, status, left on, counted)."""
    with tenant_context(organization.pk):
        return list(
            Enrollment.objects.filter(**chosen)
            .order_by("session__code", "learner__first_name")
            .values_list("session__code", "learner__first_name", "status", "left_on", "counted")
        )


def keys(organization) -> dict[str, int]:
    with tenant_context(organization.pk):
        return dict(Enrollment.objects.values_list("learner__first_name", "pk"))


def plain(response) -> str:
    return response.text.replace("\u00a0", " ")
