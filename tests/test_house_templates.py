"""The house checks its templates: used, translated, without a style, a script or a sum inside."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib import admin
from django.template.base import Lexer, TokenType
from django.template.utils import get_app_template_dirs

from tests.test_house import APPS, HOUSE, doors, sources

FOLDER = HOUSE / "templates"
TEMPLATES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
NAMES = [path.relative_to(FOLDER).as_posix() for path in TEMPLATES]
ASKED_BY_NAME = {  # by Django's handlers, and by allauth
    "403.html",
    "403_csrf.html",
    "404.html",
    "429.html",
    "500.html",
    "emails/accounts/password_reset_key",
}
ADMIN_PAGES = ("change_list.html", "change_form.html", "delete_confirmation.html")
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = ("alt", "aria-label", "data-label", "placeholder", "title")
NOT_FRENCH = {  # names and signs, the same in every language
    "Digiforma",
    "desk",  # a class of the body
    "conversation",  # an anchor
}
FORBIDDEN = {
    "an inline style": r"<style|\sstyle=",
    "an inline script": r"\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:",
    "unescaped text": r"\|\s*(safe|safeseq)\b|{%\s*autoescape off",
    "arithmetic": r"\|\s*(add|divisibleby)\b|{%\s*widthratio",
    "untranslated markup": r"{%\s*(trans|blocktrans)\b",
}


def read(name: str) -> str:
    return (FOLDER / name).read_text()


def found(search: Callable, names: list[str] = NAMES) -> dict[str, object]:
    """Return what a search finds in which templates."""
    return {name: result for name in names if (result := search(read(name)))}


# Used

ALL_TEXT = "\n".join(
    [path.read_text() for path in sources(*APPS)] + [path.read_text() for path in TEMPLATES]
)


def is_named(name: str) -> bool:
    """Tell whether code or another template names a template.

    A mail is named by its stem, and so is one of a folder that code writes as `folder/{…}`.
    """
    folder, _, last = name.removeprefix("emails/").rpartition("/")
    stem = re.sub(r"(\.subject)?\.(txt|html)$", "", last)
    if name.startswith("emails/") and f'"{folder}/{stem}"' in ALL_TEXT:
        return True
    is_family = name.startswith("emails/") or f'"{folder}/{{' in ALL_TEXT
    return f'"{name}"' in ALL_TEXT or (is_family and f'"{stem}"' in ALL_TEXT)


def is_asked_for(name: str) -> bool:
    """Tell whether Django, its admin or a package asks for a template of this name."""
    stem = re.sub(r"(\.subject)?\.(txt|html)$", "", name)
    if {name, stem} & ASKED_BY_NAME or any(
        (Path(folder) / name).exists() for folder in get_app_template_dirs("templates")
    ):
        return True
    registered = {
        f"admin/{model._meta.label_lower}/".replace(".", "/") for model in admin.site._registry
    }
    return name.startswith(tuple(registered)) and name.endswith(ADMIN_PAGES)


def test_every_template_is_used():
    assert [name for name in NAMES if not is_named(name) and not is_asked_for(name)] == []


def test_every_mail_has_its_three_parts():
    mails = {
        re.sub(r"(\.subject)?\.(txt|html)$", "", name)
        for name in NAMES
        if name.startswith("emails/") and name != "emails/base.html"
    }
    wanted = {f"{mail}{part}" for mail in mails for part in (".subject.txt", ".txt", ".html")}

    assert wanted - set(NAMES) == set()


def test_every_partial_begins_with_an_underscore_and_every_page_does_not():
    included = set(re.findall(r'{% include "([^"]+)"', ALL_TEXT))

    assert {name for name in included if not Path(name).name.startswith("_")} == set()


# Clean


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    html = [name for name in NAMES if name.endswith(".html")]

    assert found(lambda text: re.findall(FORBIDDEN[what], text), html) == {}


def test_every_plain_text_is_written_without_html_escapes():
    plain = [name for name in NAMES if name.endswith(".txt")]

    def escaped(text: str) -> bool:
        writes_a_value = re.search(r"{{|{% blocktranslate [^%]*(with|count)", text)
        return bool(writes_a_value) and "{% autoescape off %}" not in text

    assert found(escaped, plain) == {}


def test_no_plain_text_writes_a_date_as_html():
    raised = re.compile(r"\|(date_fr|day_month|day_month_short)\b")

    assert found(lambda text: raised.findall(text), [n for n in NAMES if n.endswith(".txt")]) == {}


def test_every_address_that_templates_name_exists():
    known = {pattern.name for _address, pattern in doors()}
    named = {
        address.removeprefix("admin:")
        for name in NAMES
        for address in re.findall(r"{%\s*url\s+[\"']([^\"']+)[\"']", read(name))
    }

    assert named - known == set()


# French


def spoken(source: str, *, is_html: bool = True) -> set[str]:
    """Return what a template says without {% translate %}."""
    plain, translating = [], False
    for token in Lexer(source).tokenize():
        command = token.contents.split()[0] if token.contents.split() else ""
        if token.token_type == TokenType.BLOCK:
            if command.removeprefix("end") in {"blocktranslate", "comment"}:
                translating = not command.startswith("end")
        elif token.token_type == TokenType.TEXT and not translating:
            plain.append(token.contents)
    said = _read_out("".join(plain)) if is_html else plain
    return {text.strip() for text in said if WORD.search(text)}


def _read_out(html: str) -> list[str]:
    reader = _Reader()
    reader.feed(html)
    return reader.said


class _Reader(HTMLParser):
    """Keep what a person reads or hears of a page."""

    def __init__(self):
        super().__init__()
        self.said, self.silent = [], False

    def handle_starttag(self, tag, attrs):
        self.silent = tag in {"script", "style", "code"}
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag):
        self.silent = False

    def handle_data(self, data):
        if not self.silent:
            self.said.append(data)


def test_every_word_of_a_template_stands_in_translate():
    untranslated = {
        name: words
        for name in NAMES
        for words in [_words(spoken(read(name), is_html=name.endswith(".html"))) - NOT_FRENCH]
        if words
    }

    assert untranslated == {}


def _words(sentences: set[str]) -> set[str]:
    return {word for text in sentences for word in WORD.findall(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Bonjour</p>", {"Bonjour"}),
        ('<p>{% translate "Bonjour" %} {{ name }}</p>', set()),
        ("<p>{% blocktranslate %}Bonjour{% endblocktranslate %}, oui</p>", {", oui"}),
        ('<a title="Fermer" class="btn">…</a>', {"Fermer"}),
        ("{% comment %}For whom{% endcomment %}{# and why #}", set()),
        ('<p{% if a %} class="b"{% endif %}>–</p>', set()),
    ],
)
def test_spoken_finds_what_is_not_translated(text, expected):
    assert spoken(text) == expected


def test_no_template_congratulates_itself():
    assert found(lambda text: "avec succès" in text.lower()) == {}


def test_every_text_has_french_typography():
    """No typewriter’s apostrophe or quotes in a French sentence: ’ and « » instead."""

    def mistyped(text: str) -> list[str]:
        sentences = re.findall(r'translate "([^"]*)"', text) + re.findall(
            r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.DOTALL
        )
        return [sentence for sentence in sentences if re.search(r"\w'\w|“|”", sentence)]

    assert found(mistyped) == {}
