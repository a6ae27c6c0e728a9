"""The shelf of scenarios: each names its rule, and its expected output was computed by hand.

`NAME.json` is what `play_scenario` reads, `NAME.expected.json` is what the rules say of it.
"""

import json
from pathlib import Path

import pytest

from accounts.tenancy import staff_context
from digiforma.scenario import playing, reading

SHELF = Path(__file__).resolve().parent.parent / "scenarios"
NAMES = sorted(
    path.stem for path in SHELF.glob("*.json") if not path.name.endswith(".expected.json")
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", NAMES)
def test_the_life_is_billed_as_the_rules_say(name):
    expected = json.loads((SHELF / f"{name}.expected.json").read_text())

    with staff_context():
        scenario = reading.read((SHELF / f"{name}.json").read_bytes(), playing.installed())
        told = playing.play(scenario)

    assert told == expected


def test_the_shelf_holds_a_life_for_each_rule():
    rules = {int(name[1:3]) for name in NAMES if name[0] == "r" and name[1:3].isdigit()}

    assert rules >= {*range(1, 14), 17, 18, 19, 22, 23}
    assert len(NAMES) >= 30
