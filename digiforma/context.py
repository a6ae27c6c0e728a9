"""What every page of an account shows around its own content."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Organization
from accounts.roles import SEES_SUBSCRIPTION
from digiforma.usage_panel import UsagePanel
from learners.models import DailyCount, EnrollmentGate
from subscriptions.models import Component, Item, Subscription
from subscriptions.standing import RENEWING


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The red banner: more learners than the plan holds, and what that entails (R20).

    The day is that of the refusal of new enrolments; None until the night has told of the overrun.
    """

    count: int
    limit: int
    closes_on: date | None
    on: date

    @property
    def over_by(self) -> int:
        return self.count - self.limit

    @property
    def is_closed(self) -> bool:
        return self.closes_on is not None and self.closes_on <= self.on


def account_notice(request) -> dict:
    """Give templates the banner, or None; the query waits until a template asks."""
    membership = getattr(request, "membership", None)
    if membership is None or membership.role not in SEES_SUBSCRIPTION:
        return {"account_notice": None}
    today = timezone.localdate()
    notice = SimpleLazyObject(lambda: over_limit(membership.organization, on=today))
    return {"account_notice": notice}


def over_limit(organization: Organization, *, on: date) -> OverLimit | None:
    """Return by how much the last stored count exceeds the plan held now; one query."""
    last_plan = Item.objects.filter(subscription=OuterRef("pk"), kind=Component.Kind.PLAN)
    last_count = DailyCount.objects.filter(organization=OuterRef("organization_id"))
    gate = EnrollmentGate.objects.filter(organization=OuterRef("organization_id"))
    row = (
        Subscription.objects.filter(organization=organization, status__in=RENEWING)
        .annotate(
            count=Subquery(last_count.order_by("-counted_on", "-version").values("count")[:1]),
            limit=Subquery(
                last_plan.order_by("-starts_on", "-pk").values("component__plan__learners")[:1]
            ),
            closes_on=Subquery(gate.values("closed_from")),
        )
        .filter(count__gt=F("limit"))
        .values("count", "limit", "closes_on")
        .first()
    )
    return OverLimit(**row, on=on) if row else None


def notice_of(usage: UsagePanel, *, closes_on: date | None, on: date) -> OverLimit | None:
    """Return the banner of a page that has counted already."""
    learners = usage.learners
    if not learners.over_by:
        return None
    return OverLimit(learners.count, learners.limit, closes_on=closes_on, on=on)
