"""What every page of an account shows around its own content."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery
from django.utils.functional import SimpleLazyObject

from accounts.models import Organization
from accounts.roles import SEES_SUBSCRIPTION
from digiforma.usage_panel import UsagePanel
from learners.models import DailyCount
from subscriptions.models import Component, Item, Subscription
from subscriptions.standing import RENEWING


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The red banner: more learners than the plan holds (R20)."""

    count: int
    limit: int

    @property
    def over_by(self) -> int:
        return self.count - self.limit


def account_notice(request) -> dict:
    """Give templates the banner, or None; the query waits until a template asks."""
    membership = getattr(request, "membership", None)
    if membership is None or membership.role not in SEES_SUBSCRIPTION:
        return {"account_notice": None}
    return {"account_notice": SimpleLazyObject(lambda: over_limit(membership.organization))}


def over_limit(organization: Organization) -> OverLimit | None:
    """Return by how much the last stored count exceeds the plan held now; one query."""
    last_plan = Item.objects.filter(subscription=OuterRef("pk"), kind=Component.Kind.PLAN)
    last_count = DailyCount.objects.filter(organization=OuterRef("organization_id"))
    row = (
        Subscription.objects.filter(organization=organization, status__in=RENEWING)
        .annotate(
            count=Subquery(last_count.order_by("-counted_on", "-version").values("count")[:1]),
            limit=Subquery(
                last_plan.order_by("-starts_on", "-pk").values("component__plan__learners")[:1]
            ),
        )
        .filter(count__gt=F("limit"))
        .values("count", "limit")
        .first()
    )
    return OverLimit(**row) if row else None


def notice_of(usage: UsagePanel) -> OverLimit | None:
    """Return the banner of a page that has counted already."""
    learners = usage.learners
    return OverLimit(learners.count, learners.limit) if learners.over_by else None
