"""Publish a dated price list by hand: after the last one, complete, once (R5)."""

from datetime import date

from django.contrib.admin.models import ADDITION, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from subscriptions.models import Component, Price, PriceList, Seller
from subscriptions.publishing import CatalogueDiffers

Statement = dict[tuple[int, str], int]  # (component's id, commitment) to cents HT of a period


class EffectiveDayGoesBack(Exception):
    """The list would take effect before the latest one."""

    def __init__(self, latest_on: date):
        self.latest_on = latest_on
        super().__init__(latest_on)


class PriceMissing(Exception):
    """What has a price today would have none in the new list; it would keep the former one."""


def latest(seller: Seller) -> PriceList | None:
    """Return the list that takes effect last, published or in force."""
    return PriceList.objects.filter(seller=seller).order_by("-effective_on").first()


def stated(price_list: PriceList | None) -> Statement:
    """Return the prices of a list."""
    if price_list is None:
        return {}
    rows = price_list.prices.values_list("component_id", "commitment", "amount_cents")
    return {(component, commitment): cents for component, commitment, cents in rows}


def on_sale(seller: Seller) -> list[Component]:
    """Return what a list may price: plans from the smallest, then options."""
    rows = Component.objects.filter(seller=seller).select_related("plan")
    return sorted(rows, key=lambda each: (each.kind != Component.Kind.PLAN, _rank(each), each.name))


def _rank(component: Component) -> int:
    return component.plan.rank if component.kind == Component.Kind.PLAN else 0


@transaction.atomic
def publish_prices(
    *, seller: Seller, effective_on: date, prices: Statement, actor: User | None = None
) -> PriceList:
    """Publish a list, for good; the same list again changes nothing.

    It touches no running period: each subscription meets it at its next commitment period. Who
    published it stands in the list's history: the journal is of one organization, a list of none.
    Raises EffectiveDayGoesBack, PriceMissing, CatalogueDiffers for another list of the same day.
    """
    Seller.objects.select_for_update(of=("self",)).get(pk=seller.pk)
    last = latest(seller)
    if last and effective_on < last.effective_on:
        raise EffectiveDayGoesBack(last.effective_on)
    if last and effective_on == last.effective_on:
        if stated(last) != prices:
            raise CatalogueDiffers(str(last))
        return last
    if stated(last).keys() - prices.keys():
        raise PriceMissing(effective_on)
    published = PriceList.objects.create(seller=seller, effective_on=effective_on)
    Price.objects.bulk_create(
        Price(
            price_list=published,
            component_id=component,
            commitment=commitment,
            amount_cents=amount_cents,
        )
        for (component, commitment), amount_cents in prices.items()
    )
    if actor:
        _tell(published, actor)
    return published


def _tell(published: PriceList, actor: User) -> None:
    LogEntry.objects.log_actions(
        actor.pk,
        [published],
        ADDITION,
        _("Tarif publié, en vigueur au %(day)s.") % {"day": f"{published.effective_on:%d/%m/%Y}"},
        single_object=True,
    )
