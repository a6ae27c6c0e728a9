"""Read who belongs where."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership, Organization, SeatLimit, User
from accounts.roles import ADMINISTRATOR_SEATS, TRAINER_SEATS


def memberships(user: User) -> list[Membership]:
    """Return a person's active memberships with their organizations, by name."""
    return list(
        Membership.objects.filter(user=user, is_active=True)
        .select_related("organization")
        .order_by("organization__name")
    )


def owner(organization: Organization) -> User:
    """Return the one owner (possesseur) of an organization."""
    return User.objects.get(memberships__organization=organization, memberships__role="owner")


def people(organization: Organization, *roles) -> QuerySet[User]:
    """Return the active people who hold one of these roles."""
    return User.objects.filter(
        memberships__organization=organization,
        memberships__role__in=[str(role) for role in roles],
        memberships__is_active=True,
        is_active=True,
    ).order_by("last_name", "pk")


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats filled and offered (R20); a limit of None is unlimited."""

    trainers: int
    administrators: int
    trainer_limit: int | None
    administrator_limit: int | None


def seats(organization: Organization) -> Seats:
    """Return the seats filled by role against the limits its subscription wrote."""
    filled = Membership.objects.filter(organization=organization, is_active=True).aggregate(
        trainers=Count("pk", filter=Q(role__in=TRAINER_SEATS)),
        administrators=Count("pk", filter=Q(role__in=ADMINISTRATOR_SEATS)),
    )
    limit = SeatLimit.objects.for_organization(organization).first() or SeatLimit()
    return Seats(
        trainers=filled["trainers"],
        administrators=filled["administrators"],
        trainer_limit=limit.trainers,
        administrator_limit=limit.administrators,
    )
