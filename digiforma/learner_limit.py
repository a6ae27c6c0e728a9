"""The learners that the plan held now may count, for pages that know no plan."""

from functools import cache

from django.db.models import Subquery

from accounts.models import Organization
from accounts.roles import READS_LEARNERS
from subscriptions.models import Component, Item, Plan, Subscription
from subscriptions.standing import RENEWING


def learner_limit(request) -> dict:
    """Give templates the limit, or None; the query waits until a template asks."""
    membership = getattr(request, "membership", None)
    if membership is None or membership.role not in READS_LEARNERS:
        return {"learner_limit": None}
    return {"learner_limit": cache(lambda: limit_now(membership.organization))}


def limit_now(organization: Organization) -> int | None:
    """Return the limit of the last plan of a running subscription; one query. None: no limit."""
    running = Subscription.objects.filter(organization=organization, status__in=RENEWING)
    plans = Item.objects.filter(subscription__in=running, kind=Component.Kind.PLAN)
    last = plans.order_by("-starts_on", "-pk").values("component")[:1]
    return Plan.objects.filter(component=Subquery(last)).values_list("learners", flat=True).first()
