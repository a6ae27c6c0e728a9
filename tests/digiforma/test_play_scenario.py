"""The command: every file or none, on standard output one line a file, of the real rows nothing."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps

from accounts.tenancy import staff_context
from digiforma.management.commands.play_scenario import Command
from tests import world

pytestmark = pytest.mark.django_db

SHELF = Path(__file__).resolve().parent.parent / "scenarios"
EXAMPLE = SHELF / "r06-prorata-in-a-shortened-period.json"
OTHER = SHELF / "r11-late-run.json"


@pytest.fixture
def play(capfd, monkeypatch):
    """Run the command as the shell does; return its code, its output and what it said."""
    # The connection holds the test's transaction: a command may not close it.
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run(*files) -> tuple[int, str, str]:
        code = 0
        try:
            Command().run_from_argv(["manage.py", "play_scenario", *map(str, files)])
        except SystemExit as stopped:
            code = stopped.code
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def written(tmp_path):
    """Return what writes a scenario into a file of its own."""

    def write(name: str, scenario: dict | str) -> Path:
        path = tmp_path / name
        path.write_text(scenario if isinstance(scenario, str) else json.dumps(scenario))
        return path

    return write


def expected(path: Path) -> dict:
    return json.loads(path.with_suffix(".expected.json").read_text())


def rows() -> dict[str, int]:
    """Return how many rows each table holds."""
    with staff_context():
        return {model.__name__: model._default_manager.count() for model in apps.get_models()}


def test_each_file_gives_one_line_in_the_order_of_the_files(play):
    code, output, said = play(OTHER, EXAMPLE)

    assert [json.loads(line) for line in output.splitlines()] == [
        expected(OTHER),
        expected(EXAMPLE),
    ]
    assert (code, said) == (0, "")


def test_nothing_of_a_run_stays(play):
    before = rows()

    play(*(SHELF / f"{name}.json" for name in ("r19-prices-frozen", "r08-gate-at-the-limit")))

    assert rows() == before


@pytest.mark.parametrize(
    ("step", "place"),
    [
        ({"do": "subscribe", "organization": "b", "plan": "S"}, "step 4: commitment: ce champ"),
        ({"do": "run_daily", "until": "2025-03-01"}, "step 4: until: le dernier jour"),
        (
            {"do": "pay", "document": "F2025-000209", "amount": "1.00"},
            "step 4: document: le numéro d’un document émis",
        ),
        (
            {
                "do": "publish_prices",
                "price_list": {"effective_on": "2024-01-01", "plans": {"S": {"monthly": "1.00"}}},
            },
            "step 4: price_list: Les tarifs en vigueur au 01/01/2024 sont déjà publiés",
        ),
    ],
)
def test_bad_input_says_file_step_and_field_on_one_line(play, written, step, place):
    bad = json.loads(EXAMPLE.read_text())
    bad["steps"].append({"on": "2025-04-01", **step})
    path = written("bad.json", bad)

    code, output, said = play(EXAMPLE, path)

    assert (code, output) == (2, "")
    assert said.startswith(f"CommandError: {path}: {place}")
    assert said.count("\n") == 1


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "x"}'])
def test_a_file_that_is_no_scenario_is_told(play, written, content):
    path = written("bad.json", content)

    code, output, said = play(path)

    assert (code, output, said.count("\n")) == (2, "", 1)
    assert str(path) in said


def test_a_file_that_is_not_there_is_told(play, tmp_path):
    code, output, said = play(EXAMPLE, tmp_path / "none.json")

    assert (code, output, said.count("\n")) == (2, "", 1)
    assert "none.json: le fichier ne se lit pas" in said


def test_without_a_catalogue_the_installed_one_is_sold(play, written):
    with staff_context():
        world.put_on_sale()
    steps = [
        {
            "on": "2026-11-30",
            "do": "subscribe",
            "organization": "acme",
            "plan": "equipe",
            "commitment": "annual",
        },
        {
            "on": "2026-12-01",
            "do": "subscribe_option",
            "organization": "acme",
            "option": "micro-certification",
        },
    ]

    code, output, _said = play(written("acme.json", {"name": "Équipe", "steps": steps}))

    told = json.loads(output)
    assert code == 0
    assert [document["net"] for document in told["documents"]] == ["1190.00"]
    assert [task["kind"] for task in told["support"]] == ["option_interest"]


def test_without_any_catalogue_one_is_asked_for(play, written):
    path = written("bad.json", {"name": "Rien à vendre", "steps": []})

    code, output, said = play(path)

    assert (code, output) == (2, "")
    assert f"{path}: catalogue: aucun catalogue n’est installé" in said


def test_an_unknown_installed_organization_is_told(play, written):
    with staff_context():
        world.put_on_sale()
        world.subscribed(world.organization(), on=date(2026, 10, 31))
    steps = [
        {"on": "2026-11-30", "do": "cancel", "organization": name} for name in ("@ravel", "@nobody")
    ]

    code, output, said = play(written("bad.json", {"name": "Deux", "steps": steps}))

    assert (code, output) == (2, "")
    assert "step 2: organization: le slug d’un organisme installé" in said
