"""Take a scenario's file apart: everything that can be wrong in it is told before it is played."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from digiforma.scenario import catalogue, values
from digiforma.scenario.catalogue import Sold
from digiforma.scenario.steps import Kind, Step, kinds
from digiforma.scenario.values import Members, Read, mapping, member, members
from digiforma.scenario.wrong import Wrong, unexpected


@dataclass(frozen=True, slots=True)
class Installed:
    """What the real database holds that a scenario may refer to."""

    sold: Sold | None
    has_organization: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A life to be played, all its words known."""

    name: str
    sold: Sold
    last_numbers: dict[str, int]
    steps: tuple[Step, ...]


def read(raw: bytes, installed: Installed) -> Scenario:
    """Return the scenario that a file holds. Raises Wrong."""
    given = members(
        _loaded(raw),
        {"name": values.text, "steps": _list},
        {"catalogue": catalogue.read, "last_numbers": _last_numbers},
    )
    sold = given.get("catalogue", installed.sold)
    if sold is None:
        raise Wrong(_("aucun catalogue n’est installé, en donner un"), "catalogue")
    table = kinds(sold, _organization(installed))
    return Scenario(
        name=given["name"],
        sold=sold,
        last_numbers=given.get("last_numbers", {}),
        steps=member("steps", given["steps"], lambda steps: _steps(steps, table)),
    )


def _loaded(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
        return json.loads(text, object_pairs_hook=Members, parse_constant=_constant)
    except UnicodeDecodeError:
        raise Wrong(_("le fichier n’est pas en UTF-8")) from None
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise Wrong(_("ce n’est pas du JSON, ligne %(line)d, colonne %(column)d") % place) from None
    except (ValueError, RecursionError):
        raise Wrong(_("ce JSON contient un nombre sans fin ou trop de niveaux")) from None


def _constant(name: str) -> None:
    raise ValueError(name)


def _list(value: Any) -> list:
    if not isinstance(value, list):
        raise unexpected(_("une liste est attendue"), value)
    return value


def _last_numbers(value: Any) -> dict[str, int]:
    for name in mapping(value):
        member(name, name, values.series)
    most = 999_999
    return {name: member(name, last, values.whole(0, most)) for name, last in value.items()}


def _organization(installed: Installed) -> Read:
    """Return what reads a name local to the run, or @slug of an installed organization."""

    def read_organization(value: Any) -> str:
        name = values.name(value)
        if name.startswith("@") and not installed.has_organization(name[1:]):
            raise unexpected(_("le slug d’un organisme installé est attendu après @"), name)
        return name

    return read_organization


def _steps(given: list, table: dict[str, Kind]) -> tuple[Step, ...]:
    """Read the steps in order: days never go back, a quote is made before it is used."""
    steps: list[Step] = []
    quotes: set[str] = set()
    for at, value in enumerate(given):
        step = member(at, value, lambda value, at=at: _step(value, at + 1, table))
        if steps and step.on < steps[-1].until:
            name = "on" if "on" in value else "at"
            raise Wrong(_("les jours ne reculent pas d’une étape à l’autre"), at, name)
        if step.given.get("quote", "") not in quotes | {""}:
            sentence = _("le nom d’un devis fait plus haut est attendu")
            raise unexpected(sentence, step.given["quote"]).inside(at, "quote")
        quotes |= {step.given["as"]} if "as" in step.given else set()
        steps.append(step)
    return tuple(steps)


def _step(value: Any, number: int, table: dict[str, Kind]) -> Step:
    given = mapping(value)
    if "do" not in given:
        raise Wrong(_("ce champ manque"), "do")
    do = member("do", given["do"], values.one_of(*table))
    kind = table[do]
    on = _day(given)
    fields = members(
        given,
        kind.required,
        kind.optional | {"do": values.text, "on": values.day, "at": values.instant},
    )
    fields = {name: fields[name] for name in fields if name not in {"do", "on", "at"}}
    kind.check(fields, on)
    return Step(number=number, on=on, do=do, given=fields)


def _day(given: Members) -> date:
    """Return the Paris day of a step, by `on` or by `at`."""
    if ("on" in given) == ("at" in given):
        raise Wrong(_("soit on, soit at est attendu"), "on")
    if "on" in given:
        return member("on", given["on"], values.played_day)
    return member("at", given["at"], values.instant)
