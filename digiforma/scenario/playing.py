"""Play a scenario in a transaction that is rolled back: nothing is sent, charged or kept."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accounts.models import Organization
from digiforma.scenario import catalogue, deeds, enrolling, nights, quoting, telling
from digiforma.scenario.deeds import Deed
from digiforma.scenario.reading import Installed, Scenario
from digiforma.scenario.stage import Refusal, Stage, put_up
from digiforma.scenario.steps import Step
from digiforma.scenario.telling import Told
from digiforma.scenario.wrong import Wrong
from subscriptions import places
from subscriptions.billing import Parked
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.models import Seller
from subscriptions.plan_changes import OverLimit
from subscriptions.services import ExceedsBalance
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support.drawing import ChangeWaits, OverLimits
from support.quotes import ExpiredQuote, StaleQuote
from support.workflow import IllegalMove

REASONS: dict[type[Exception], str] = {
    AlreadySubscribed: "already_subscribed",
    OverLimit: "over_limit",
    OverLimits: "over_limit",
    StaleQuote: "stale_quote",
    ExpiredQuote: "expired_quote",
    VatUnresolved: "vat_unresolved",
    NotApplicable: "not_applicable",
    NotActive: "not_applicable",
    NoPrice: "not_applicable",
    ChangeWaits: "not_applicable",
    ExceedsBalance: "not_applicable",
    IllegalMove: "not_applicable",
    Parked: "not_applicable",
}
DEEDS: dict[str, Deed] = {
    **deeds.DEEDS,
    "set_learners": enrolling.set_learners,
    "run_daily": nights.run_daily,
    "quote": quoting.quote,
    "accept_quote": quoting.accept_quote,
    "apply_quote": quoting.apply_quote,
}


def installed() -> Installed:
    """Return what a scenario may refer to in the database. Staff scope."""
    try:
        sold = catalogue.installed()
    except Seller.DoesNotExist:
        sold = None
    slugs = Organization.objects.all()
    return Installed(sold, has_organization=lambda slug: slugs.filter(slug=slug).exists())


def play(scenario: Scenario, *, progress: Callable[[Step], None] = lambda step: None) -> Told:
    """Play every step by its service and return what came of it; nothing of it stays.

    Staff scope. The deferred constraints are checked before the rollback. Raises Wrong for what
    only shows when played: a document that was never issued.
    """
    with _quiet(), transaction.atomic():
        stage = put_up(scenario.sold, scenario.last_numbers)
        for step in scenario.steps:
            _do(stage, step)
            progress(step)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        told = telling.outcome(stage)
        transaction.set_rollback(True)
    return told


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the billing journal still: a subscription parked in a rehearsal is no alarm."""
    billing = logging.getLogger("subscriptions")
    before = billing.level
    billing.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        billing.setLevel(before)


def _do(stage: Stage, step: Step) -> None:
    """Do one step; a refusal is noted and leaves nothing behind."""
    stage.today = step.until
    organization = _organization(stage, step)
    try:
        with transaction.atomic():
            DEEDS[step.do](stage, step)
    except tuple(REASONS) as refusal:
        stage.refusals.append(Refusal(step.number, step.on, REASONS[type(refusal)]))
        if isinstance(refusal, VatUnresolved) and organization:
            places.ask_support(organization=organization, why=refusal, on=step.on)


def _organization(stage: Stage, step: Step) -> Organization | None:
    """Return the organization that a step names, put up before the step so that it stays."""
    name = step.given.get("organization")
    try:
        return stage.organization(name) if name else None
    except Wrong as wrong:
        raise step.wrong("organization", wrong.why) from None
