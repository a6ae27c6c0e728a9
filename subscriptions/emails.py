"""The mails of the limit of learners: each once, with one button (R20)."""

from collections.abc import Iterable
from datetime import date

from accounts import selectors as people
from accounts.emails import post
from accounts.models import Organization, User
from accounts.roles import Role
from subscriptions.models import LimitAlert, Overrun
from subscriptions.thresholds import Level

ALERTS = {
    Level.NEAR: "limit_near",
    Level.CLOSE: "limit_near",
    Level.REACHED: "limit_reached",
    Level.OVER: "limit_passed",
}


def _tell(
    organization: Organization, template: str, to: Iterable[User], *, once: object, **context
) -> None:
    """Write one mail to each of these people; `once` tells two mails of one template apart."""
    for user in to:
        post(
            to=user.email,
            template=f"subscriptions/{template}",
            context={"reader": user, **context},
            dedupe_key=f"{template}-{once}-{user.pk}",
            organization=organization,
        )


def _in_charge(organization: Organization) -> Iterable[User]:
    return people.people(organization, Role.OWNER, Role.ADMINISTRATOR)


def alert_raised(alert: LimitAlert, overrun: Overrun | None) -> None:
    """seuil-80, seuil-90, seuil-100 and above: to the owner and the administrators."""
    _tell(
        alert.organization,
        ALERTS[Level(alert.level)],
        _in_charge(alert.organization),
        once=alert.pk,
        alert=alert,
        overrun=overrun,
        over_by=alert.count - alert.limit,
    )


def enrollments_closed(overrun: Overrun, *, count: int) -> None:
    """The grace is over: to the owner and the administrators."""
    _tell(
        overrun.organization,
        "enrollments_closed",
        _in_charge(overrun.organization),
        once=f"{overrun.pk}-{overrun.closes_on}",
        overrun=overrun,
        count=count,
    )


def back_under(overrun: Overrun, *, count: int, counted_on: date) -> None:
    """retour-sous-limite: to the owner."""
    _tell(
        overrun.organization,
        "back_under_limit",
        [people.owner(overrun.organization)],
        once=overrun.pk,
        overrun=overrun,
        count=count,
        counted_on=counted_on,
    )


def grace_extended(overrun: Overrun) -> None:
    """Staff put off the refusal of new enrolments: to the owner."""
    _tell(
        overrun.organization,
        "grace_extended",
        [people.owner(overrun.organization)],
        once=f"{overrun.pk}-{overrun.closes_on}",
        overrun=overrun,
    )
