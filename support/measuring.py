"""The desk's measure of each day, written for customers to read."""

from datetime import date, timedelta

from django.db.models import Max

from support import measures
from support.models import DeskMeasure

ONE_DAY = timedelta(days=1)


def record_measures(*, on: date) -> int:
    """Write the measure of a day and of the days missed before it; return how many.

    Twice, late or in parallel is harmless: a day has one row, that the last to come writes over.
    """
    rows = [_measure(day) for day in _days(on)]
    DeskMeasure.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["measured_on"],
        update_fields=["weeks", "replies", "reply_minutes", "completions", "completion_minutes"],
    )
    return len(rows)


def _days(on: date) -> list[date]:
    """Return the day and those since the last measure, no further back than a measure looks."""
    last = DeskMeasure.objects.filter(measured_on__lt=on).aggregate(day=Max("measured_on"))["day"]
    first = on if last is None else max(last + ONE_DAY, on - measures.WEEKS * measures.WEEK)
    return [first + ONE_DAY * number for number in range((on - first).days + 1)]


def _measure(day: date) -> DeskMeasure:
    """Return what is known in the morning of a day: the weeks before it."""
    told = measures.delays(since=day - measures.WEEKS * measures.WEEK, before=day)
    return DeskMeasure(
        measured_on=day,
        weeks=measures.WEEKS,
        replies=told.reply.count,
        reply_minutes=told.reply.median,
        completions=told.completion.count,
        completion_minutes=told.completion.median,
    )
