"""Put a catalogue on sale. A published list is never edited (R5): it is met again or refused."""

from django.db import transaction
from django.utils.translation import gettext as _

from subscriptions.catalog import Catalogue, PlanEntry, Tariff
from subscriptions.models import Component, Plan, Price, PriceList, Seller
from subscriptions.periods import Commitment

Components = dict[tuple[str, str], Component]
LIMITS = ("trainers", "administrators", "learners")


class CatalogueDiffers(Exception):
    """What is on sale under this code or this day is not what the catalogue says."""


@transaction.atomic
def load(*, seller_code: str, catalogue: Catalogue) -> Seller:
    """Put the whole catalogue of a seller on sale; a second time changes nothing.

    Raises CatalogueDiffers when a plan, a name or a published price has another value.
    """
    seller, _created = Seller.objects.get_or_create(code=seller_code)
    components = _components(seller, catalogue)
    _plans(components, catalogue.plans)
    for tariff in catalogue.tariffs:
        publish(seller=seller, tariff=tariff, components=components)
    return seller


@transaction.atomic
def publish(*, seller: Seller, tariff: Tariff, components: Components) -> PriceList:
    """Publish one dated list; the same list again changes nothing, another one is refused."""
    prices = _stated(tariff, components)
    price_list, created = PriceList.objects.get_or_create(
        seller=seller, effective_on=tariff.effective_on
    )
    if not created:
        _require_same(price_list, prices)
        return price_list
    Price.objects.bulk_create(
        Price(price_list=price_list, component=component, commitment=commitment, amount_cents=cents)
        for (component, commitment), cents in prices.items()
    )
    return price_list


def _components(seller: Seller, catalogue: Catalogue) -> Components:
    """Create the components that are missing; return all that the catalogue names."""
    names = {
        **{(Component.Kind.PLAN.value, entry.code): entry.name for entry in catalogue.plans},
        **{(Component.Kind.OPTION.value, entry.code): entry.name for entry in catalogue.options},
    }
    Component.objects.bulk_create(
        (
            Component(seller=seller, kind=kind, code=code, name=name)
            for (kind, code), name in names.items()
        ),
        ignore_conflicts=True,
    )
    known = {(each.kind, each.code): each for each in seller.components.all()}
    for key, name in names.items():
        if known[key].name != name:
            raise CatalogueDiffers(
                _("%(label)s est déjà en vente sous le nom « %(name)s ».")
                % {"label": known[key].label, "name": known[key].name}
            )
    return {key: known[key] for key in names}


def _plans(components: Components, entries: tuple[PlanEntry, ...]) -> None:
    """Create the plans that are missing, in the order of their size."""
    on_sale = [components["plan", entry.code] for entry in entries]
    Plan.objects.bulk_create(
        (
            Plan(component=component, rank=rank, **_limits(entry))
            for rank, (component, entry) in enumerate(zip(on_sale, entries, strict=True))
        ),
        ignore_conflicts=True,
    )
    known = {plan.component_id: plan for plan in Plan.objects.filter(component__in=on_sale)}
    for component, entry in zip(on_sale, entries, strict=True):
        if _limits(known[component.pk]) != _limits(entry):
            raise CatalogueDiffers(
                _("La formule %(name)s est déjà en vente avec d’autres limites.")
                % {"name": entry.name}
            )


def _limits(plan: Plan | PlanEntry) -> dict[str, int | None]:
    return {name: getattr(plan, name) for name in LIMITS}


def _stated(tariff: Tariff, components: Components) -> dict[tuple[Component, str], int]:
    """Return the cents that a tariff states, each component and commitment; None is on quote."""
    return {
        (components[kind, code], str(commitment)): cents
        for kind, prices in (("plan", tariff.plans), ("option", tariff.options))
        for code, both in prices.items()
        for commitment, cents in zip(Commitment, both, strict=True)
        if cents is not None
    }


def _require_same(price_list: PriceList, prices: dict[tuple[Component, str], int]) -> None:
    """Raise CatalogueDiffers, naming the first difference, unless the list says these prices."""
    published = {
        (price.component, price.commitment): price.amount_cents
        for price in price_list.prices.select_related("component")
    }
    for component, commitment in published.keys() | prices.keys():
        old, new = (known.get((component, commitment)) for known in (published, prices))
        if old != new:
            raise CatalogueDiffers(
                _(
                    "Les tarifs en vigueur au %(day)s sont déjà publiés avec un autre prix pour"
                    " %(name)s. Publiez une nouvelle liste, à une autre date."
                )
                % {"day": f"{price_list.effective_on:%d/%m/%Y}", "name": component.name}
            )
