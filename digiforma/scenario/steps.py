"""The kinds of steps, with the fields of each (docs/scenarios.md): the contract as one table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from digiforma.scenario import values
from digiforma.scenario.catalogue import Sold, price_list
from digiforma.scenario.values import Read
from digiforma.scenario.wrong import Wrong

Given = dict[str, Any]
Check = Callable[[Given, date], None]
Fields = dict[str, Read]
REASON = {"reason": values.optional(values.line(values.LONGEST_REASON))}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done on a day; `number` counts from 1."""

    number: int
    on: date
    do: str
    given: Given

    @property
    def until(self) -> date:
        """The last day of the step."""
        return self.given.get("until") or self.on

    def wrong(self, name: str, why: str) -> Wrong:
        """Return the refusal of one of its fields, found while it was played."""
        return Wrong(why, "steps", self.number - 1, name)


def _passes(_given: Given, _on: date) -> None:
    """Ask nothing more of a step than its fields."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of step takes, and what its fields must be to one another."""

    required: dict[str, Read]
    optional: dict[str, Read] = field(default_factory=dict)
    check: Check = _passes


def kinds(sold: Sold, organization: Read) -> dict[str, Kind]:
    """Return every kind of step, for what is on sale and who may be named."""
    plan = values.among(sold.plans, _("une formule du catalogue est attendue"))
    option = values.among(sold.options, _("une option du catalogue est attendue"))
    of = {"organization": organization}
    return (
        _of_subscriptions(of, plan, option)
        | _of_options(of, option)
        | _of_quotes(of, plan, option)
        | _of_money(of, plan)
        | {
            "set_learners": Kind(of | {"count": values.whole(0)}),
            "publish_prices": Kind({"price_list": price_list(sold.plans, sold.options)}),
            "run_daily": Kind({}, {"until": values.played_day}, _until_later),
        }
    )


def _of_subscriptions(of: Fields, plan: Read, option: Read) -> dict[str, Kind]:
    terms = {"plan": plan, "commitment": values.commitment}
    some_options = {"options": values.distinct(option)}
    when = {"when": values.one_of("now", "term")}
    by_staff = {"staff": values.truth, "effective_on": values.played_day}
    return {
        "subscribe": Kind(of | terms, some_options),
        "start_trial": Kind(of | {"days": values.whole(1, 3660)}, terms, _both_terms),
        "convert_trial": Kind(of),
        "change_plan": Kind(
            of | when, terms | some_options | REASON | by_staff, _changes_something
        ),
        "cancel": Kind(of, REASON),
        "undo_pending": Kind(of),
    }


def _of_options(of: Fields, option: Read) -> dict[str, Kind]:
    by = {"by": values.one_of("owner", "administrator", "sales"), "key": values.name}
    ordered = {"options": values.distinct(option), "option": option}
    return {
        "subscribe_option": Kind(of, ordered | by, _one_order),
        "end_option": Kind(of | {"option": option}),
    }


def _of_quotes(of: Fields, plan: Read, option: Read) -> dict[str, Kind]:
    wished = {
        "plan": plan,
        "commitment": values.commitment,
        "options": values.distinct(option),
        "effective_on": values.played_day,
    }
    quote = {"quote": values.name}
    named = {
        "when": values.one_of("now", "term"),
        "as": values.name,
        "valid_until": values.played_day,
    }
    return {
        "quote": Kind(of | named, wished, _quotes_something),
        "accept_quote": Kind(quote),
        "apply_quote": Kind(quote),
    }


def _of_money(of: Fields, plan: Read) -> dict[str, Kind]:
    agreed = {"plan": plan, "price": values.cents, "from": values.day, "to": values.day}
    discount = {"percent": values.percent, "periods": values.whole(1, 1200)}
    place = {
        "postal_code": values.optional(values.line(12)),
        "vat_number": values.optional(values.line(20)),
        "vat_checked": values.truth,
    }
    document = {"document": values.number}
    return {
        "set_price": Kind(of | agreed, REASON, _days_in_order),
        "add_discount": Kind(of | discount, REASON),
        "set_place": Kind(of | {"country": values.country}, place),
        "credit_days": Kind(of | {"days": values.whole(1, 3660)}, REASON),
        "cancel_document": Kind(document, REASON),
        "pay": Kind(document | {"amount": values.positive_cents}),
    }


def _both_terms(given: Given, _on: date) -> None:
    """A trial has a plan and a commitment for after, or neither."""
    for name, other in (("plan", "commitment"), ("commitment", "plan")):
        if other in given and name not in given:
            raise Wrong(_("ce champ manque à côté de %(other)s") % {"other": other}, name)


def _changes_something(given: Given, on: date) -> None:
    _quotes_something(given, on)
    if given.get("effective_on", on) > on:
        raise Wrong(_("une date d’effet n’est pas après le jour de l’étape"), "effective_on")


def _quotes_something(given: Given, on: date) -> None:
    if given.get("valid_until", on) < on:
        raise Wrong(_("le dernier jour de validité est avant celui de l’étape"), "valid_until")
    if "plan" not in given and "commitment" not in given:
        raise Wrong(_("une formule ou un engagement est attendu"), "plan")


def _one_order(given: Given, _on: date) -> None:
    if ("option" in given) == ("options" in given):
        raise Wrong(_("soit option, soit options est attendu"), "option")
    if given.get("options") == []:
        raise Wrong(_("une option au moins est attendue"), "options")


def _days_in_order(given: Given, _on: date) -> None:
    if given["to"] < given["from"]:
        raise Wrong(_("le dernier jour est avant le premier"), "to")


def _until_later(given: Given, on: date) -> None:
    if given.get("until", on) < on:
        raise Wrong(_("le dernier jour est avant celui de l’étape"), "until")
