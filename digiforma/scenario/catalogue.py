"""What is on sale in a run: the catalogue of the scenario, or a copy of the installed one."""

from collections import defaultdict
from collections.abc import Callable, Container, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from digiforma.scenario import values
from digiforma.scenario.values import Read, mapping, member, members
from digiforma.scenario.wrong import unexpected
from options import publishing
from options.catalog import OptionText
from options.models import Option
from subscriptions.catalog import SELLER_CODE, Catalogue, OptionEntry, PlanEntry, Tariff
from subscriptions.models import Component, Plan, Price, Seller
from subscriptions.periods import Commitment


@dataclass(frozen=True, slots=True)
class Sold:
    """A catalogue with the words of its options, and what each plan includes."""

    catalogue: Catalogue
    texts: tuple[OptionText, ...]
    includes: dict[str, list[str]]

    @property
    def plans(self) -> set[str]:
        return {entry.code for entry in self.catalogue.plans}

    @property
    def options(self) -> set[str]:
        return {entry.code for entry in self.catalogue.options}


def read(value: Any) -> Sold:
    """Read the catalogue of a scenario. Raises Wrong."""
    given = members(
        value,
        {"plans": lambda plans: plans, "price_lists": lambda lists: lists},
        {"options": _each_once(_option, lambda text: text.code)},
    )
    texts = tuple(given.get("options", ()))
    options = {text.code for text in texts}
    plans = member("plans", given["plans"], _each_once(_plan(options), lambda plan: plan[0].code))
    tariff = price_list({entry.code for entry, _includes in plans}, options)
    tariffs = _each_once(tariff, lambda each: each.effective_on)
    return Sold(
        catalogue=Catalogue(
            plans=tuple(entry for entry, _includes in plans),
            options=tuple(OptionEntry(text.code, text.code) for text in texts),
            tariffs=tuple(member("price_lists", given["price_lists"], tariffs)),
        ),
        texts=texts,
        includes={entry.code: includes for entry, includes in plans},
    )


def _each_once(entry: Read, key: Callable[[Any], Hashable]) -> Read:
    """Return what reads a list of entries that differ by a key."""

    def read_all(value: Any) -> list:
        found = values.entries(entry)(value)
        keys = [key(each) for each in found]
        if len(set(keys)) < len(keys):
            raise unexpected(_("chaque entrée une seule fois est attendue"), keys)
        return found

    return read_all


def _plan(options: Container[str]) -> Read:
    """Return what reads a plan and the codes of the options it includes."""
    option = values.among(options, _("une option du catalogue est attendue"))

    def read_plan(value: Any) -> tuple[PlanEntry, list[str]]:
        given = members(
            value,
            {
                "code": values.code,
                "trainers": values.limit,
                "administrators": values.limit,
                "learners": values.limit,
            },
            {"includes": values.distinct(option)},
        )
        includes = given.pop("includes", [])
        return PlanEntry(name=given["code"], **given), includes

    return read_plan


def _option(value: Any) -> OptionText:
    given = members(value, {"code": values.code}, {"self_service": values.truth})
    return OptionText(given["code"], given.get("self_service", True), benefit="", opens="")


def price_list(plans: Container[str], options: Container[str]) -> Read:
    """Return what reads a dated list of prices for what is on sale."""

    def read_list(value: Any) -> Tariff:
        given = members(
            value,
            {"effective_on": values.day},
            {"plans": _prices(plans), "options": _prices(options)},
        )
        return Tariff(given["effective_on"], given.get("plans", {}), given.get("options", {}))

    return read_list


def _prices(codes: Container[str]) -> Read:
    """Return what reads the prices of some codes; a commitment without one is on quote."""
    known = values.among(codes, _("un code du catalogue est attendu"))

    def read_prices(value: Any) -> dict[str, tuple[int | None, int | None]]:
        prices = {}
        for name, both in mapping(value).items():
            member(name, name, known)
            given = member(name, both, lambda both: members(both, {}, BOTH))
            prices[name] = (given.get("monthly"), given.get("annual"))
        return prices

    return read_prices


def _price(value: Any) -> int | None:
    """A price in cents; null is on quote."""
    return None if value is None else values.cents(value)


BOTH = {str(commitment): _price for commitment in Commitment}


def installed() -> Sold:
    """Return what the house sells now. Raises Seller.DoesNotExist before anything is on sale."""
    seller = Seller.objects.get(code=SELLER_CODE)
    plans = Plan.objects.filter(component__seller=seller).select_related("component")
    offers = Option.objects.filter(component__seller=seller).select_related("component")
    return Sold(
        catalogue=Catalogue(
            plans=tuple(_plan_entry(plan) for plan in plans.order_by("rank")),
            options=tuple(
                OptionEntry(component.code, component.name)
                for component in seller.components.filter(kind=Component.Kind.OPTION).order_by("pk")
            ),
            tariffs=tuple(_tariffs(seller)),
        ),
        texts=tuple(
            OptionText(offer.slug, offer.self_service, offer.benefit, offer.opens)
            for offer in offers.order_by("position")
        ),
        includes={
            plan.code: [component.code for component in plan.includes.all()]
            for plan in plans.prefetch_related("includes")
        },
    )


def _plan_entry(plan: Plan) -> PlanEntry:
    return PlanEntry(plan.code, plan.name, plan.trainers, plan.administrators, plan.learners)


def _tariffs(seller: Seller) -> list[Tariff]:
    """Return every published list as it was published."""
    stated: dict[date, dict] = defaultdict(lambda: {"plan": {}, "option": {}})
    rows = Price.objects.filter(price_list__seller=seller).values_list(
        "price_list__effective_on",
        "component__kind",
        "component__code",
        "commitment",
        "amount_cents",
    )
    for effective_on, kind, code, commitment, cents in rows:
        stated[effective_on][kind].setdefault(code, {})[commitment] = cents
    return [
        Tariff(day, _pairs(stated[day]["plan"]), _pairs(stated[day]["option"]))
        for day in sorted(stated)
    ]


def _pairs(prices: dict[str, dict[str, int]]) -> dict[str, tuple[int | None, int | None]]:
    return {code: (both.get("monthly"), both.get("annual")) for code, both in prices.items()}


def put_on_sale(sold: Sold, *, seller_code: str) -> Seller:
    """Put a catalogue on sale under a seller of the run's own."""
    seller = publishing.load(seller_code=seller_code, catalogue=sold.catalogue, texts=sold.texts)
    components = {
        component.code: component
        for component in seller.components.filter(kind=Component.Kind.OPTION)
    }
    for plan in Plan.objects.filter(component__seller=seller).select_related("component"):
        plan.includes.set(components[code] for code in sold.includes[plan.code])
    return seller
