"""Who is interested in an option, since when: whoever asked first, then who clicked after them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.models import ROLE_LABELS, Membership, Organization, User
from accounts.roles import ASKS_CHANGES, SEES_SUBSCRIPTION, Role
from support.models import OPEN, Request, RequestEvent
from support.workflow import Kind


@dataclass(frozen=True, slots=True)
class Interested:
    """A member who would like an option; the role is the one of now."""

    user: User
    role: Role
    on: date

    @classmethod
    def of(cls, membership: Membership, on: date) -> "Interested":
        return cls(membership.user, Role(membership.role), on)

    @property
    def name(self) -> str:
        return self.user.full_name

    @property
    def role_label(self) -> str:
        """« administrateur », to follow a name."""
        return str(dict(ROLE_LABELS)[self.role.value]).lower()

    @property
    def follows_changes(self) -> bool:
        """Whether they see a plan change of their organization."""
        return self.role in ASKS_CHANGES


def interested(request: Request) -> tuple[Interested, ...]:
    """Return the members still there who showed interest in a request's option, in order."""
    return tuple(map(_read, _clicks(RequestEvent.objects.filter(request=request))))


def interested_by_option(organization: Organization) -> dict[int, tuple[Interested, ...]]:
    """Return who is interested in each option that an open request is about; one query."""
    clicks = _clicks(
        RequestEvent.objects.for_organization(organization).filter(
            request__kind=Kind.OPTION_INTEREST, request__state__in=OPEN
        )
    )
    found = defaultdict(list)
    for click in clicks:
        found[click.request.option_id].append(_read(click))
    return {option: tuple(people) for option, people in found.items()}


def _clicks(events: QuerySet[RequestEvent]) -> QuerySet[RequestEvent]:
    """Return the first click of each member who is still there."""
    access = Membership.objects.filter(
        organization=OuterRef("organization"), user=OuterRef("actor"), is_active=True
    )
    return (
        events.filter(Q(from_state="") | Q(deed=RequestEvent.Deed.INTERESTED))
        .annotate(role=Subquery(access.values("role")[:1]))
        .filter(role__in=SEES_SUBSCRIPTION)
        .select_related("actor", "request")
        .order_by("pk")
    )


def _read(click: RequestEvent) -> Interested:
    return Interested(click.actor, Role(click.role), click.happened_on)
