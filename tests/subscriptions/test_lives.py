from datetime import date

import pytest
from django.db import transaction
from django.db.models import Max
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as some

from subscriptions.account_credit import balance
from subscriptions.models import Invoice
from subscriptions.periods import Commitment
from subscriptions.preview import draw, preview
from tests import world
from tests.proving import examples
from tests.subscriptions.lives import REFUSALS, Life, Step, anchors, catalogue, live, steps
from tests.subscriptions.watch import Watch, unsound

SHOWN = {"change", "override", "late", "commit", "take", "credit"}  # deeds that a page previews


@pytest.fixture
def seller(staff):
    return catalogue()


@settings(
    max_examples=examples(15, 300),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(anchors, some.sampled_from(Commitment), steps)
def test_each_life_is_billed_right_through_the_services(
    seller, opened_on: date, commitment: Commitment, story: list[Step]
):
    with transaction.atomic():
        life = begin(opened_on, commitment)
        watch = Watch(life.subscription)

        def do(life: Life, name: str, deed) -> None:
            note(f"{life.today} {name} {deed}")
            watch.look()
            as_previewed(name, deed)
            assert watch.look() == {}
            assert balance(life.organization) >= 0

        live(life, story, do)

        assert watch.look() == {}
        assert unsound(seller, today=life.today) == []
        assert rerun(life) == []
        transaction.set_rollback(True)


def begin(opened_on: date, commitment: Commitment) -> Life:
    organization = world.organization()
    subscription, _invoice = world.subscribed(organization, on=opened_on, commitment=commitment)
    return Life(organization, subscription, opened_on)


def as_previewed(name: str, deed) -> None:
    """Do a deed, or meet its refusal; what it issues is what its preview showed, to the cent."""
    last = Invoice.objects.aggregate(last=Max("pk"))["last"]
    try:
        with transaction.atomic():
            shown = preview(deed) if name in SHOWN else None
            deed()
    except REFUSALS:
        return
    if shown is not None:
        issued = Invoice.objects.filter(pk__gt=last).order_by("pk")
        assert shown == tuple(draw(each) for each in issued)


def rerun(life: Life) -> list[Invoice]:
    """Return what a second night of the same day issues."""
    last = Invoice.objects.aggregate(last=Max("pk"))["last"]
    life.night(life.today)
    return list(Invoice.objects.filter(pk__gt=last))
