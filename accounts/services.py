"""Deeds on people and organizations."""

from django.db import transaction
from django.utils.translation import ngettext

from accounts.models import AuditEvent, Membership, Organization, SeatLimit, User
from accounts.roles import TRAINER_SEATS, Role
from accounts.selectors import seats


class NoSeatLeft(Exception):
    """The plan's seats for this role are all filled (R20)."""

    def __init__(self, limit: int):
        self.limit = limit
        text = ngettext(
            "La seule place de la formule est prise.",
            "Les %(limit)s places de la formule sont prises.",
            limit,
        )
        super().__init__(text % {"limit": limit})


@transaction.atomic
def create_organization(*, name: str, slug: str, owner: User) -> Organization:
    """Create a tenant and its owner. Runs in a staff scope, as no tenant exists yet."""
    organization = Organization.objects.create(name=name, slug=slug)
    Membership.objects.create(organization=organization, user=owner, role=Role.OWNER)
    record(organization=organization, actor=owner, action="organization created")
    return organization


@transaction.atomic
def add_member(*, organization: Organization, user: User, role: Role) -> Membership:
    """Give a person an access, within the seats of the plan (R20). Raises NoSeatLeft."""
    SeatLimit.objects.for_organization(organization).select_for_update(of=("self",)).first()
    filled = seats(organization)
    if role in TRAINER_SEATS:
        used, limit = filled.trainers, filled.trainer_limit
    else:
        used, limit = filled.administrators, filled.administrator_limit
    if limit is not None and used >= limit:
        raise NoSeatLeft(limit)
    return Membership.objects.create(organization=organization, user=user, role=role)


def limit_seats(
    *, organization: Organization, trainers: int | None, administrators: int | None
) -> None:
    """Write the seats that an organization's subscription offers; None is unlimited."""
    SeatLimit.objects.update_or_create(
        organization=organization,
        defaults={"trainers": trainers, "administrators": administrators},
    )


def record(*, organization: Organization, actor: User | None, action: str, **details) -> None:
    """Write one line of the journal, in the transaction of the deed it tells."""
    AuditEvent.objects.create(
        organization=organization, actor=actor, action=action, details=details
    )
