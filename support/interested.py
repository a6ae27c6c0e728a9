"""Who is interested in an option, since when: whoever asked first, then who clicked after them."""

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

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
    clicks = _clicks(RequestEvent.objects.filter(request=request)).select_related("actor")
    return tuple(Interested(click.actor, Role(click.role), click.happened_on) for click in clicks)


def interested_in(organization: Organization) -> ArraySubquery:
    """Return who shows interest in the component of the row around it, for `read`."""
    clicks = _clicks(
        RequestEvent.objects.for_organization(organization).filter(
            request__kind=Kind.OPTION_INTEREST,
            request__state__in=OPEN,
            request__option=OuterRef("component"),
        )
    )
    told = JSONObject(
        pk="actor",
        first_name="actor__first_name",
        last_name="actor__last_name",
        email="actor__email",
        role="role",
        on="happened_on",
    )
    return ArraySubquery(clicks.values(json=told))


def read(clicks: list[dict]) -> tuple[Interested, ...]:
    """Return what `interested_in` found."""
    return tuple(
        Interested(
            user=User(**{name: click[name] for name in ("pk", "first_name", "last_name", "email")}),
            role=Role(click["role"]),
            on=date.fromisoformat(click["on"]),
        )
        for click in clicks
    )


def _clicks(events: QuerySet[RequestEvent]) -> QuerySet[RequestEvent]:
    """Return the first click of each member who is still there."""
    access = Membership.objects.filter(
        organization=OuterRef("organization"), user=OuterRef("actor"), is_active=True
    )
    return (
        events.filter(Q(from_state="") | Q(deed=RequestEvent.Deed.INTERESTED))
        .annotate(role=Subquery(access.values("role")[:1]))
        .filter(role__in=SEES_SUBSCRIPTION)
        .order_by("pk")
    )
