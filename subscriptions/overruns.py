"""More learners than the plan holds: support is told, once for each overrun (R20)."""

from datetime import date

from django.db import transaction

from accounts.models import Organization
from learners.selectors import history
from subscriptions import selectors
from subscriptions.models import SupportNotice

REARMED_AT_PERCENT = 95  # of the limit: an overrun above it is still the same one


@transaction.atomic
def tell_support(*, organization: Organization, on: date) -> SupportNotice | None:
    """Leave support a notice when the learners of a day pass the limit, 100 % being inside it.

    Twice is harmless: an overrun is told once, until the count has fallen well under the limit.
    """
    usage = selectors.usage(organization, on)
    limit = usage.learner_limit
    if limit is None or usage.learners <= limit or _is_told(organization, limit, on):
        return None
    notice, _created = SupportNotice.objects.get_or_create(
        organization=organization,
        kind=SupportNotice.Kind.OVER_LIMIT,
        raised_on=on,
        defaults={"details": {"count": usage.learners, "limit": limit}},
    )
    return notice


def _is_told(organization: Organization, limit: int, on: date) -> bool:
    """Tell whether support knows of an overrun that has not ended since."""
    notices = SupportNotice.objects.for_organization(organization)
    told = notices.filter(kind=SupportNotice.Kind.OVER_LIMIT, raised_on__lte=on)
    last = told.order_by("raised_on").values_list("raised_on", flat=True).last()
    if last is None:
        return False
    since = history(organization, until=on, days=(on - last).days + 1)
    return all(100 * day.count > REARMED_AT_PERCENT * limit for day in since)
