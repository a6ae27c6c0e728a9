"""A price list by hand: published once, never before the latest (R5)."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from subscriptions.catalog import Tariff
from subscriptions.models import Invoice, PriceList
from subscriptions.price_lists import EffectiveDayGoesBack, PriceMissing, publish_prices
from subscriptions.publishing import CatalogueDiffers, publish
from subscriptions.renewal import renew
from subscriptions.renewal_run import run
from tests import world
from tests.subscriptions.price_list import NEW_YEAR, TODAY, dearer, opened


def test_publish_prices_takes_effect_on_its_day_and_not_before(seller):
    publish_prices(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller, equipe=12900))
    _first, before = world.subscribed(world.organization(), on=date(2026, 12, 31))
    after = renew(subscription_id=before.subscription_id, on=date(2027, 1, 31))

    assert (before.net_cents, after.net_cents) == (11900, 12900)


def test_publish_prices_twice_is_one_list(seller):
    statement = {"effective_on": NEW_YEAR, "prices": dearer(seller, equipe=12900)}

    first = publish_prices(seller=seller, **statement)
    second = publish_prices(seller=seller, **statement)

    assert first == second
    assert PriceList.objects.count() == 3


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2024, 9, 23), EffectiveDayGoesBack),
        (date(2024, 9, 24), CatalogueDiffers),
    ],
)
def test_publish_prices_never_goes_back(seller, day, refusal):
    with pytest.raises(refusal):
        publish_prices(seller=seller, effective_on=day, prices=dearer(seller, equipe=12900))

    assert PriceList.objects.count() == 2


def test_publish_prices_forgets_nothing_that_is_on_sale(seller):
    prices = dearer(seller)
    del prices[world.plan("orga").component_id, "annual"]

    with pytest.raises(PriceMissing):
        publish_prices(seller=seller, effective_on=NEW_YEAR, prices=prices)


def test_a_loaded_list_that_forgets_a_price_takes_it_from_nobody(seller):
    """The rehearsal tells staff what has a price keeps one: a catalogue file can forget (R5)."""
    subscription = opened("Ravel", on=date(2026, 11, 9))
    components = {("plan", "orga"): world.plan("orga").component}
    tariff = Tariff(effective_on=NEW_YEAR, plans={"orga": (249_00, 2490_00)}, options={})

    publish(seller=seller, tariff=tariff, components=components)
    run(on=date(2027, 1, 9), scope=transaction.atomic, seller=seller)

    latest = Invoice.objects.filter(subscription=subscription).latest("pk")
    [line] = latest.lines.all()
    assert (line.starts_on, line.net_cents) == (date(2027, 1, 9), 119_00)
    assert line.price_list.effective_on == date(2024, 9, 24)


def test_a_published_list_is_never_edited_nor_deleted(seller):
    published = publish_prices(seller=seller, effective_on=NEW_YEAR, prices=dearer(seller))

    for deed in (
        lambda: published.prices.update(amount_cents=1),
        lambda: published.prices.all().delete(),
        lambda: PriceList.objects.filter(pk=published.pk).update(effective_on=TODAY),
        lambda: PriceList.objects.filter(pk=published.pk).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()
