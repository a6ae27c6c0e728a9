"""The stored counts that were not held against the limit yet, each with the limit of its day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import connection

from subscriptions.models import Component, Subscription

# One look into an index for each organization; of a day counted twice, the last count is seen.
# Somebody new is seen from that day's count on: what was counted before is history.
SIGHTINGS_SQL = """
    SELECT organization.id, seen.counted_on, seen.version, seen.count, held.learners
      FROM accounts_organization AS organization
      LEFT JOIN subscriptions_limitwatch AS watch ON watch.organization_id = organization.id
     CROSS JOIN LATERAL (
           SELECT DISTINCT ON (counted_on) counted_on, version, count
             FROM learners_dailycount
            WHERE organization_id = organization.id AND counted_on <= %(until)s
              AND (counted_on, version)
                  > (coalesce(watch.seen_on, %(until)s), coalesce(watch.seen_version, 0))
            ORDER BY counted_on, version DESC) AS seen
      LEFT JOIN LATERAL (
           SELECT plan.learners
             FROM subscriptions_item AS item
             JOIN subscriptions_subscription AS subscription
               ON subscription.id = item.subscription_id AND subscription.status = ANY(%(statuses)s)
             JOIN subscriptions_plan AS plan ON plan.component_id = item.component_id
            WHERE item.organization_id = organization.id AND item.kind = %(kind)s
              AND item.starts_on <= seen.counted_on
              AND coalesce(item.ends_before > seen.counted_on, true)) AS held ON true
     WHERE %(organization)s::bigint IS NULL OR organization.id = %(organization)s
     ORDER BY organization.id, seen.counted_on
"""
LIMITED = [Subscription.Status.ACTIVE.value, Subscription.Status.PAST_DUE.value]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A stored count and the learners of the plan on its day; a limit of None is unlimited."""

    counted_on: date
    version: int
    count: int
    limit: int | None


def sightings(*, until: date, organization_id: int | None = None) -> dict[int, list[Sighting]]:
    """Return what is new of each organization, or of one, oldest first. Staff scope."""
    values = {
        "until": until,
        "statuses": LIMITED,
        "kind": Component.Kind.PLAN.value,
        "organization": organization_id,
    }
    found = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SIGHTINGS_SQL, values)
        for organization, *seen in cursor.fetchall():
            found[organization].append(Sighting(*seen))
    return dict(found)
