"""What can be wrong in a scenario is told by its step and its field, before anything is played."""

import copy
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from digiforma.scenario.reading import Installed, read
from digiforma.scenario.wrong import Wrong
from subscriptions.periods import Commitment

INSTALLED = Installed(sold=None, has_organization={"ravel"}.__contains__)
SUBSCRIBE = {
    "on": "2025-01-31",
    "do": "subscribe",
    "organization": "acme",
    "plan": "S",
    "commitment": "monthly",
}
CHANGE = {"do": "change_plan", "organization": "acme", "plan": "M", "when": "now"}
QUOTE = {**CHANGE, "do": "quote", "as": "devis", "valid_until": "2025-02-20"}
OPTION = {"do": "subscribe_option", "organization": "acme", "option": "SIGN"}
PRICE = {
    "do": "set_price",
    "organization": "acme",
    "plan": "S",
    "price": "40.00",
    "from": "2025-03-01",
    "to": "2025-03-31",
}
SCENARIO = {
    "name": "Une vie",
    "catalogue": {
        "plans": [
            {"code": "S", "trainers": 3, "administrators": 2, "learners": 200, "includes": []},
            {
                "code": "M",
                "trainers": None,
                "administrators": None,
                "learners": None,
                "includes": ["SIGN"],
            },
        ],
        "options": [{"code": "SIGN"}, {"code": "CERT", "self_service": False}],
        "price_lists": [
            {
                "effective_on": "2025-01-01",
                "plans": {"S": {"monthly": "54.00", "annual": "540.00"}},
                "options": {"SIGN": {"monthly": "15.00", "annual": "150.00"}},
            }
        ],
    },
    "last_numbers": {"F2025": 200},
    "steps": [SUBSCRIBE],
}


def with_step(**second: Any) -> bytes:
    """Return the scenario with a second step."""
    on = {} if "at" in second else {"on": "2025-02-10"}
    step = {name: value for name, value in (on | second).items() if value is not ...}
    return json.dumps(SCENARIO | {"steps": [SUBSCRIBE, step]}).encode()


def changed(path: str, value: Any) -> bytes:
    """Return the scenario with one member replaced, added, or taken away by `...`."""
    scenario = copy.deepcopy(SCENARIO)
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    inside = scenario
    for part in way:
        inside = inside[part]
    if value is ...:
        del inside[last]
    else:
        inside[last] = value
    return json.dumps(scenario).encode()


def refusal(raw: bytes) -> str:
    with pytest.raises(Wrong) as wrong:
        read(raw, INSTALLED)
    return str(wrong.value)


def test_a_scenario_is_read_into_days_cents_and_words():
    scenario = read(with_step(**PRICE), INSTALLED)

    assert (scenario.name, scenario.last_numbers) == ("Une vie", {"F2025": 200})
    assert [(step.number, step.on, step.do, step.given) for step in scenario.steps] == [
        (
            1,
            date(2025, 1, 31),
            "subscribe",
            {"organization": "acme", "plan": "S", "commitment": Commitment.MONTHLY},
        ),
        (
            2,
            date(2025, 2, 10),
            "set_price",
            {
                "organization": "acme",
                "plan": "S",
                "price": 4000,
                "from": date(2025, 3, 1),
                "to": date(2025, 3, 31),
            },
        ),
    ]
    assert scenario.sold.includes == {"S": [], "M": ["SIGN"]}
    assert [(text.code, text.self_service) for text in scenario.sold.texts] == [
        ("SIGN", True),
        ("CERT", False),
    ]
    assert scenario.sold.catalogue.tariffs[0].plans == {"S": (5400, 54000)}


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2025-03-30T01:30:00+01:00", date(2025, 3, 30)),
        ("2025-06-30T22:30Z", date(2025, 7, 1)),  # 00:30 in summer
        ("2025-12-31T22:59:59.999Z", date(2025, 12, 31)),
        ("2025-12-31T23:00:00Z", date(2026, 1, 1)),
        ("2026-01-01T05:00:00+09:00", date(2025, 12, 31)),
    ],
)
def test_an_instant_belongs_to_its_paris_day(at, day):
    scenario = read(with_step(**CHANGE, at=at), INSTALLED)

    assert scenario.steps[1].on == day


@pytest.mark.parametrize(
    ("percent", "expected"), [(20, "20"), ("12.5", "12.5"), (12.5, "12.5"), (100, "100")]
)
def test_a_percentage_is_a_number_or_a_text(percent, expected):
    discount = {"do": "add_discount", "organization": "acme", "percent": percent, "periods": 1}

    assert read(with_step(**discount), INSTALLED).steps[1].given["percent"] == Decimal(expected)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        pytest.param(b"{", "ce n’est pas du JSON, ligne 1, colonne 2", id="cut short"),
        pytest.param(b"", "ce n’est pas du JSON, ligne 1, colonne 1", id="empty"),
        pytest.param(b"\xff{}", "le fichier n’est pas en UTF-8", id="another encoding"),
        pytest.param(b"[" * 100_000, "ce JSON contient", id="too deep"),
        pytest.param(b'{"name": NaN}', "ce JSON contient", id="not a number"),
        pytest.param(b"[]", "un objet est attendu, pas []", id="a list"),
        pytest.param(b'{"name": "a", "name": "b", "steps": []}', "name: ", id="a key twice"),
        pytest.param(changed("name", ...), "name: ce champ manque", id="no name"),
        pytest.param(changed("steps", ...), "steps: ce champ manque", id="no steps"),
        pytest.param(changed("steps", {}), "steps: une liste", id="steps as an object"),
        pytest.param(changed("colour", "red"), "colour: champ inconnu", id="unknown member"),
        pytest.param(changed("catalogue", ...), "catalogue: aucun", id="nothing installed"),
        pytest.param(changed("catalogue.plans", ...), "catalogue.plans: ", id="no plans"),
        pytest.param(changed("catalogue.plans.0.code", 3), "catalogue.plans[0].code: ", id="code"),
        pytest.param(
            changed("catalogue.plans.1.code", "S"), "catalogue.plans: chaque", id="a code twice"
        ),
        pytest.param(
            changed("catalogue.plans.0.learners", -1), "catalogue.plans[0].learners: ", id="limit"
        ),
        pytest.param(
            changed("catalogue.plans.0.learners", value=True),
            "catalogue.plans[0].learners: ",
            id="true",
        ),
        pytest.param(
            changed("catalogue.plans.0.includes", ["X"]),
            "catalogue.plans[0].includes[0]: une option",
            id="includes what is not sold",
        ),
        pytest.param(
            changed("catalogue.price_lists.0.plans.X", {"monthly": "1.00"}),
            "catalogue.price_lists[0].plans.X: un code",
            id="a price of nothing",
        ),
        pytest.param(
            changed("catalogue.price_lists.0.plans.S.monthly", "54.000"),
            "catalogue.price_lists[0].plans.S.monthly: un montant",
            id="three decimals",
        ),
        pytest.param(
            changed("catalogue.price_lists.0.plans.S.weekly", "1.00"),
            "catalogue.price_lists[0].plans.S.weekly: champ inconnu",
            id="another commitment",
        ),
        pytest.param(changed("last_numbers", {"X2025": 1}), "last_numbers.X2025: ", id="series"),
        pytest.param(changed("last_numbers", {"F2025": -1}), "last_numbers.F2025: ", id="last"),
    ],
)
def test_what_is_wrong_around_the_steps_is_told_by_its_path(raw, place):
    assert refusal(raw).startswith(place)


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({"do": ...}, "do: ce champ manque"),
        ({"do": "renew"}, "do: un mot parmi subscribe, "),
        ({**CHANGE, "on": ...}, "on: soit on, soit at"),
        ({**CHANGE, "at": "2025-02-10T10:00:00Z", "on": "2025-02-10"}, "on: soit on, soit at"),
        ({**CHANGE, "at": "2025-02-10T10:00:00"}, "at: un instant"),
        ({**CHANGE, "at": "2025-02-30T10:00:00Z"}, "at: un instant qui existe"),
        ({**CHANGE, "at": "2025-01-30T22:00:00Z"}, "at: les jours ne reculent pas"),
        ({**CHANGE, "on": "2025-01-30"}, "on: les jours ne reculent pas"),
        ({**CHANGE, "on": "2025-02-29"}, "on: un jour qui existe"),
        ({**CHANGE, "on": "20250210"}, "on: un jour comme 2025-01-31"),
        ({**CHANGE, "on": 20250210}, "on: un jour comme 2025-01-31"),
        ({**CHANGE, "on": "9999-12-31"}, "on: un jour de 2000 à 2200"),
        ({**CHANGE, "organization": ...}, "organization: ce champ manque"),
        ({**CHANGE, "organization": ""}, "organization: un texte"),
        ({**CHANGE, "organization": "a\0b"}, "organization: un texte"),
        ({**CHANGE, "organization": "@unknown"}, "organization: le slug"),
        ({**CHANGE, "plan": "XL"}, 'plan: une formule du catalogue est attendue, pas "XL"'),
        ({**CHANGE, "plan": ["M"]}, "plan: une formule"),
        ({**CHANGE, "plan": ...}, "plan: une formule ou un engagement"),
        ({**CHANGE, "when": "later"}, "when: un mot parmi now, term"),
        ({**CHANGE, "commitment": "weekly"}, "commitment: un mot parmi monthly, annual"),
        ({**CHANGE, "staff": 1}, "staff: true ou false"),
        ({**CHANGE, "options": "SIGN"}, "options: une liste"),
        ({**CHANGE, "options": ["SIGN", "SIGN"]}, "options: chaque entrée"),
        ({**CHANGE, "options": ["CERT", "X"]}, "options[1]: une option"),
        ({**CHANGE, "effective_on": "2025-02-11"}, "effective_on: une date d’effet"),
        ({**CHANGE, "colour": "red"}, "colour: champ inconnu"),
        ({**OPTION, "option": ...}, "option: soit option, soit options"),
        ({**OPTION, "options": ["SIGN"]}, "option: soit option, soit options"),
        ({**OPTION, "option": ..., "options": []}, "options: une option au moins"),
        ({**OPTION, "by": "trainer"}, "by: un mot parmi owner"),
        ({**PRICE, "price": 40}, "price: un montant"),
        ({**PRICE, "price": 40.5}, "price: un montant"),
        ({**PRICE, "price": "-40.00"}, "price: un montant"),
        ({**PRICE, "price": "40"}, "price: un montant"),
        ({**PRICE, "price": "40,00"}, "price: un montant"),
        ({**PRICE, "to": "2025-02-28"}, "to: le dernier jour"),
        ({"do": "run_daily", "until": "2025-02-09"}, "until: le dernier jour"),
        ({"do": "run_daily", "organization": "acme"}, "organization: champ inconnu"),
        ({"do": "start_trial", "organization": "b", "days": 0}, "days: un nombre entier de 1"),
        ({"do": "start_trial", "organization": "b", "days": "14"}, "days: un nombre entier"),
        (
            {"do": "start_trial", "organization": "b", "days": 14, "plan": "S"},
            "commitment: ce champ manque",
        ),
        (
            {"do": "set_learners", "organization": "acme", "count": 1.5},
            "count: un nombre entier de 0",
        ),
        (
            {"do": "add_discount", "organization": "acme", "percent": 101, "periods": 1},
            "percent: un pourcentage",
        ),
        (
            {"do": "set_place", "organization": "acme", "country": "France"},
            "country: un texte comme FR",
        ),
        ({"do": "pay", "document": "F2025-1", "amount": "1.00"}, "document: un texte comme F2025"),
        ({"do": "pay", "document": "F2025-000001", "amount": "0.00"}, "amount: un montant"),
        ({"do": "accept_quote", "quote": "devis"}, "quote: le nom d’un devis fait plus haut"),
        ({**QUOTE, "valid_until": "2025-02-09"}, "valid_until: le dernier jour"),
        ({**QUOTE, "valid_until": ...}, "valid_until: ce champ manque"),
        (
            {"do": "publish_prices", "price_list": {"effective_on": "2025-03-01", "plans": []}},
            "price_list.plans: un objet",
        ),
    ],
)
def test_what_is_wrong_in_a_step_is_told_by_its_number_and_its_field(step, place):
    assert refusal(with_step(**step)).startswith(f"step 2: {place}")


def test_a_key_given_twice_in_a_step_is_told():
    raw = with_step(**CHANGE).replace(b'"plan": "M"', b'"plan": "M", "plan": "S"')

    assert refusal(raw) == "step 2: plan: cette clé est donnée deux fois"


def test_a_step_that_is_no_object_is_told():
    assert refusal(changed("steps", ["run_daily"])).startswith("step 1: un objet est attendu")


def test_days_never_go_back_before_the_last_day_of_a_run():
    run = {"on": "2025-02-10", "until": "2025-02-20", "do": "run_daily"}
    steps = [SUBSCRIBE, run, {**CHANGE, "on": "2025-02-19"}]

    wrong = refusal(json.dumps(SCENARIO | {"steps": steps}).encode())

    assert wrong == "step 3: on: les jours ne reculent pas d’une étape à l’autre"
