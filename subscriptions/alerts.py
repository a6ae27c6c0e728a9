"""What each night holds against the limits: thresholds told once, overruns, the end of a grace.

The stored counts are the queue and the watch remembers the last one seen. Twice, late, in parallel
or killed is harmless: an organization is locked while it is looked at, its alerts and mails stand
or fall with what was seen, and missed nights are seen in their order.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

from django.db import OperationalError, transaction

from accounts.models import Organization
from accounts.tenancy import staff_context
from subscriptions import emails, overruns
from subscriptions.models import LimitAlert, LimitWatch, Overrun
from subscriptions.sightings import Sighting, sightings
from subscriptions.thresholds import Level, is_over, told_after

logger = logging.getLogger(__name__)
BATCH = 5_000
Scope = Callable[[], AbstractContextManager]


def warn(*, on: date, scope: Scope = staff_context) -> int:
    """Look at every organization that has a new count; return how many had something to tell.

    Each stands in a transaction of its own, opened by `scope`: one that fails is logged and left
    for the next night. Those of whom nothing is to be told are marked as seen together.
    """
    with scope():
        eventful = _mark_the_others(sightings(until=on), on=on)
    for organization_id in eventful:
        try:
            with scope(), transaction.atomic():
                _look(Organization.objects.get(pk=organization_id), on=on)
        except OperationalError:
            raise
        except Exception:
            logger.exception("the limit of organization %d was not looked at", organization_id)
    return len(eventful)


def _mark_the_others(found: dict[int, list[Sighting]], *, on: date) -> list[int]:
    """Mark as seen what tells nothing; return the organizations of the rest."""
    watches = {watch.organization_id: watch for watch in LimitWatch.objects.all()}
    running = {each.organization_id: each for each in Overrun.objects.filter(ended_on=None)}
    eventful = {key for key, each in running.items() if _is_closing(each, on)}
    quiet = []
    for key, seen in found.items():
        watch = watches.get(key) or LimitWatch(organization_id=key, limit=seen[0].limit)
        if all(_tells_nothing(each, watch, running.get(key)) for each in seen):
            quiet.append(_marked(watch, seen[-1]))
        else:
            eventful.add(key)
    LimitWatch.objects.bulk_create(
        quiet,
        BATCH,
        update_conflicts=True,
        unique_fields=["organization"],
        update_fields=["seen_on", "seen_version"],
    )
    return sorted(eventful)


def _is_closing(overrun: Overrun, on: date) -> bool:
    return overrun.closes_on <= on and overrun.closing_told_on is None


def _tells_nothing(seen: Sighting, watch: LimitWatch, overrun: Overrun | None) -> bool:
    """Say whether a count leaves everything as it stands."""
    if seen.limit != watch.limit or is_over(seen.count, seen.limit) != (overrun is not None):
        return False
    return _told(watch.level, seen) == watch.level


def _told(level: int, seen: Sighting) -> Level:
    """Return what is told once a count was seen; of no limit nothing is."""
    if seen.limit is None:
        return Level.QUIET
    return told_after(Level(level), count=seen.count, limit=seen.limit)


def _marked(watch: LimitWatch, seen: Sighting) -> LimitWatch:
    return LimitWatch(
        organization_id=watch.organization_id,
        level=watch.level,
        limit=seen.limit,
        seen_on=seen.counted_on,
        seen_version=seen.version,
    )


def _look(organization: Organization, *, on: date) -> None:
    """See the new counts of one organization in their order, and tell what they crossed."""
    watch = _locked_watch(organization, on)
    crossed = []
    for seen in sightings(until=on, organization_id=organization.pk).get(organization.pk, []):
        if seen.limit != watch.limit:
            watch.level, watch.limit = Level.QUIET, seen.limit
        before, watch.level = watch.level, _told(watch.level, seen)
        if watch.level > before:
            crossed.append((watch.level, seen))
        overruns.follow_count(organization, seen)
        watch.seen_on, watch.seen_version = seen.counted_on, seen.version
    watch.save(update_fields=["level", "limit", "seen_on", "seen_version"])
    _tell(organization, crossed, told=watch.level, on=on)
    overruns.announce_closing(organization, on=on)


def _locked_watch(organization: Organization, on: date) -> LimitWatch:
    """Return the watch, locked; a new one has seen nothing of the day."""
    new = LimitWatch(organization=organization, seen_on=on, seen_version=0)
    LimitWatch.objects.bulk_create([new], ignore_conflicts=True)
    watches = LimitWatch.objects.for_organization(organization)
    return watches.select_for_update(of=("self",)).get()


def _tell(
    organization: Organization, crossed: list[tuple[Level, Sighting]], *, told: Level, on: date
) -> None:
    """Keep an alert for each crossing and write of the last one that was not undone since."""
    standing = [each for each in crossed if each[0] <= told]
    for level, seen in crossed:
        alert = LimitAlert.objects.create(
            organization=organization,
            level=level,
            counted_on=seen.counted_on,
            version=seen.version,
            count=seen.count,
            limit=seen.limit,
            raised_on=on,
            is_mailed=(level, seen) in standing[-1:],
        )
        if not alert.is_mailed:
            continue
        emails.alert_raised(alert, overruns.running(organization))
        if level == Level.OVER:
            overruns.leave_notice(organization, count=seen.count, limit=seen.limit, on=on)
