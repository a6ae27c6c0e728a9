"""The nightly billing job of a run, on the days of the story on which it has something to do."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Min, Q

from digiforma.scenario.stage import Stage
from digiforma.scenario.steps import Step
from subscriptions import renewal_run
from subscriptions.models import Subscription
from subscriptions.selectors import due, trials_ended


def run_daily(stage: Stage, step: Step) -> None:
    """Run the job for each day of the step; a day on which nothing is due is passed over."""
    day = _next_due(stage, step.on)
    while day <= step.until:
        renewal_run.run(on=day, scope=transaction.atomic, seller=stage.seller)
        day = _next_due(stage, day + timedelta(days=1))


def _next_due(stage: Stage, on: date) -> date:
    """Return the first day from `on` on which something of the run is due."""
    ours = Subscription.objects.filter(seller=stage.seller)
    first = ours.aggregate(
        period=Min("renews_on", filter=Q(pk__in=due(date.max).values("pk"))),
        trial=Min("trial_ends_on", filter=Q(pk__in=trials_ended(date.max).values("pk"))),
    )
    return max(on, min(day or date.max for day in first.values()))
