"""Deeds of announcing: the busy seasons, which customers read beside the delay."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from accounts.models import User
from support.models import BusySeason
from support.moves import require
from support.workflow import CARE

ONE_DAY = timedelta(days=1)


class SeasonIsOver(Exception):
    """The days are gone by: what was announced of them is not rewritten."""


class SeasonsOverlap(Exception):
    """Another season takes some of these days; it is the argument, or None if it just came."""


@transaction.atomic
def announce(
    *, first_on: date, last_on: date, working_days: int, actor: User, on: date
) -> BusySeason:
    """Announce a busy season, both days included. Raises NotAllowed, and as `_keep`."""
    require(actor, CARE)
    if last_on < on:
        raise SeasonIsOver(last_on)
    season = BusySeason(announced_by=actor)
    return _keep(season, first_on=first_on, last_on=last_on, working_days=working_days)


@transaction.atomic
def correct(*, season_id: int, actor: User, on: date, **announced) -> BusySeason:
    """Change a season that is not over; a last day of yesterday ends it at once.

    Raises NotAllowed, BusySeason.DoesNotExist, and as `_keep`.
    """
    require(actor, CARE)
    season = BusySeason.objects.select_for_update().get(pk=season_id)
    if season.last_on < on or announced["last_on"] < on - ONE_DAY:
        raise SeasonIsOver(season.last_on)
    return _keep(season, **announced)


def _keep(season: BusySeason, *, first_on: date, last_on: date, working_days: int) -> BusySeason:
    """Write a season. Raises SeasonIsOver, SeasonsOverlap."""
    others = BusySeason.objects.exclude(pk=season.pk).select_related("announced_by")
    other = others.filter(first_on__lte=last_on, last_on__gte=first_on).order_by("first_on").first()
    if other:
        raise SeasonsOverlap(other)
    season.first_on, season.last_on, season.working_days = first_on, last_on, working_days
    try:
        with transaction.atomic():
            season.save()
    except IntegrityError as error:  # somebody announced these days in between
        raise SeasonsOverlap(None) from error
    return season
