"""Who may have written to us without signing in: the members who have that address."""

from dataclasses import dataclass

from accounts.models import Membership


@dataclass(frozen=True, slots=True)
class Sender:
    """A member whose address is the one given, in one of their organizations."""

    name: str
    role: str
    slug: str  # of the organization
    organization: str


def members_at(email: str) -> tuple[Sender, ...]:
    """Return the members who have an address, one for each organization. Staff scope."""
    found = (
        Membership.objects.filter(user__email=email.lower(), user__is_active=True, is_active=True)
        .select_related("user", "organization")
        .order_by("organization__name", "pk")
    )
    return tuple(
        Sender(
            name=member.user.full_name,
            role=member.get_role_display(),
            slug=member.organization.slug,
            organization=member.organization.name,
        )
        for member in found
    )
