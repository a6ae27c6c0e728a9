"""The house checks itself: its sources, its doors, its jobs, its documents.

Templates stand in test_house_templates.py, tables and roles in test_house_tables.py.
"""

import ast
import os
import re
import runpy
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, get_resolver
from rest_framework.authentication import SessionAuthentication

from digiforma.celery import app as celery

HOUSE = settings.BASE_DIR
APPS = ("accounts", "learners", "subscriptions", "support", "options", "digiforma")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50
VAGUE = {"utils", "helpers", "common", "core", "exceptions", "signals", "misc", "base", "managers"}
MISSING_HOUR = 2  # 02:00 to 03:00, Paris: missing once a year, twice there once a year


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (HOUSE / folder).rglob("*.py"))


def is_written_by_hand(path: Path) -> bool:
    return "migrations" not in path.parts


def said(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


@cache
def trees() -> dict[str, ast.Module]:
    """Return the modules written by hand, read by Python, by their paths."""
    return {
        said(path): ast.parse(path.read_text())
        for path in sources(*APPS, "tests", "bench")
        if is_written_by_hand(path)
    }


def code() -> dict[str, ast.Module]:
    """Return those that are no test."""
    return {name: tree for name, tree in trees().items() if not name.startswith("tests/")}


def functions(trees: dict[str, ast.Module]) -> Iterator[tuple[str, ast.FunctionDef]]:
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name, node


# Settings


def test_every_name_that_settings_read_stands_in_the_example(monkeypatch):
    asked = set()

    class Surroundings(dict):
        def get(self, name, default=None):
            asked.add(name)
            return super().get(name, default)

    monkeypatch.setattr(os, "environ", Surroundings(os.environ))
    runpy.run_path(str(HOUSE / "digiforma/settings.py"))

    example = (HOUSE / ".env.example").read_text()
    shown = set(re.findall(r"^(?:# )?([A-Z_]+)=", example, re.MULTILINE))
    of_services = set(re.findall(r"\$\{([A-Z_]+)", (HOUSE / "docker-compose.yml").read_text()))
    of_mail = {name for name in shown if name.startswith("ANYMAIL_")}
    assert shown - of_services - of_mail == asked


# Sources


def test_no_module_is_too_long():
    lengths = {name: len((HOUSE / name).read_text().splitlines()) for name in code()}

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_too_long():
    lengths = {
        f"{name} {node.name}": node.end_lineno - node.lineno + 1
        for name, node in functions(trees())
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_no_import_is_relative():
    relative = [
        f"{name}:{node.lineno}"
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_every_module_is_named_for_what_it_knows():
    assert {name for name in code() if Path(name).stem in VAGUE} == set()


def test_every_deed_takes_keywords_only():
    positional = {
        f"{name} {node.name}"
        for name, tree in code().items()
        if Path(name).name == "services.py" and not name.startswith("digiforma/sandbox/")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.args.args
    }

    assert positional == {  # parts that two deeds share
        "subscriptions/services.py begin",
        "subscriptions/services.py opened",
        "support/services.py open_change",
    }


def test_nobody_vouches_for_unescaped_text():
    vouching = {name for name in code() if "mark_safe" in (HOUSE / name).read_text()}

    assert vouching == set()


def test_no_model_hides_a_deed_in_save():
    hidden = {
        f"{name} {node.name}"
        for name, node in functions(code())
        if node.name in {"save", "delete"} and "models" in Path(name).stem
    }

    assert hidden == set()


# Tables


@pytest.mark.django_db
def test_no_migration_is_missing(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


# Doors


def doors(patterns=None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern
        else:
            yield from doors(pattern.url_patterns, address)


def test_every_door_asks_for_its_csrf_token():
    """The API's views are exempt for Django and checked by their session authentication.

    The provider of mail has no session: its door asks for a secret.
    """
    exempt = {
        address: _authenticators(pattern.callback)
        for address, pattern in doors()
        if getattr(pattern.callback, "csrf_exempt", False)
    }

    unchecked = {address for address, by in exempt.items() if by != [SessionAuthentication]}
    assert unchecked == {"anymail/<slug:provider>/inbound/"}


def _authenticators(callback) -> list[type]:
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    return list(getattr(view, "authentication_classes", []))


def test_every_door_has_a_name():
    nameless = {
        address
        for address, pattern in doors()
        if not pattern.name and not address.startswith("admin/")
    }

    assert nameless == {"^api/"}  # whatever else is asked of the API


# Jobs


def test_every_scheduled_task_exists():
    celery.loader.import_default_modules()
    scheduled = {job["task"] for job in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled - set(celery.tasks) == set()


def test_nothing_is_scheduled_in_the_hour_that_summer_time_takes():
    in_that_hour = {
        name
        for name, job in settings.CELERY_BEAT_SCHEDULE.items()
        if isinstance(job["schedule"], crontab) and MISSING_HOUR in job["schedule"].hour
    }

    assert (in_that_hour, settings.CELERY_TIMEZONE) == (set(), "Europe/Paris")


# Documents

RULES = re.compile(r"^\*\*(R\d+) ", re.MULTILINE)
CITED = re.compile(r"\(([^()]*\bR\d+\b[^()]*)\)|#([^\n]*\bR\d+\b[^\n]*)")


def rules() -> list[str]:
    return RULES.findall((HOUSE / "docs/billing-rules.md").read_text())


def test_the_billing_rules_are_all_written_in_order():
    assert rules() == [f"R{number}" for number in range(1, 24)]


def test_every_billing_rule_that_is_cited_is_written():
    texts = [*sources(*APPS, "bench"), *(HOUSE / "templates").rglob("*.*")]
    cited = {
        (said(path), rule)
        for path in texts
        for groups in CITED.findall(path.read_text())
        for rule in re.findall(r"\bR\d+\b", " ".join(groups))
    }

    assert {(name, rule) for name, rule in cited if rule not in rules()} == set()
    assert len(cited) > 50


def test_every_fact_of_tenancy_is_told_with_a_test_that_exists():
    text = (HOUSE / "docs/tenancy.md").read_text()
    told = re.findall(r"^\| (L\d+) \|", text, re.MULTILINE)
    named = set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text))
    known = {(name, node.name) for name, node in functions(trees())}

    assert told == [f"L{number}" for number in range(1, 17)]
    assert {(file, test) for file, test in named if test and (file, test) not in known} == set()
    assert {file for file, _test in named if not (HOUSE / file).exists()} == set()
