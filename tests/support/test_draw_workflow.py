"""The page on requests says what the table says, and nothing else."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from support.management.commands import draw_workflow
from support.management.commands.draw_workflow import (
    PAGE,
    STATES,
    WHO,
    drawn,
    kinds_by_table,
    label,
)
from support.workflow import RULES, Kind, State, states_of

ARROW = re.compile(r"^    (\w+) --> (\w+): (.+)$", re.MULTILINE)


def test_the_page_is_not_behind_the_table():
    assert PAGE.read_text() == drawn(), "run: python manage.py draw_workflow"


def test_each_kind_is_drawn_once():
    assert sorted(kind for kinds in kinds_by_table() for kind in kinds) == sorted(Kind)


@pytest.mark.parametrize("kinds", kinds_by_table(), ids=lambda kinds: kinds[0])
def test_a_drawing_shows_each_step_of_its_kinds_and_no_other(kinds):
    arrows = {
        (source, target, text)
        for source, target, texts in ARROW.findall(draw_workflow.section(kinds))
        for text in texts.split(" / ")
    }

    for kind in kinds:
        may_have = set(states_of(kind))
        assert arrows == {
            (source, rule.target, label(rule.move))
            for rule in RULES
            if kind in rule.kinds
            for source in rule.sources & may_have
            if source in reached(arrows)
        }


def reached(arrows) -> set[str]:
    return {State.NEW} | {target for _source, target, _text in arrows}


def test_states_are_told_in_our_words_and_not_in_those_of_django():
    with translation.override("fr"):
        assert [str(STATES[state]) for state in State][-3:] == ["Retirée", "Expirée", "Close"]


def test_a_line_says_who_from_where_to_where():
    decline = (
        f"| Décliner le devis | {STATES[State.QUOTED]} | {STATES[State.NEW]} | {WHO['owner']} |"
    )

    assert decline == "| Décliner le devis | Devis envoyé | Nouvelle | possesseur |"
    assert decline in drawn().splitlines()


def test_a_page_behind_is_refused_and_drawn_again(tmp_path, monkeypatch):
    page = tmp_path / "requests.md"
    page.write_text(drawn().replace("possesseur", "tout le monde"))
    monkeypatch.setattr(draw_workflow, "PAGE", page)

    with pytest.raises(CommandError, match="draw_workflow"):
        call_command("draw_workflow", "--check")
    call_command("draw_workflow")
    call_command("draw_workflow", "--check")

    assert page.read_text() == PAGE.read_text()
