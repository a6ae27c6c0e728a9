"""Which column is which, whatever people call them."""

import pytest

from learners.columns import COLUMNS, KNOWN, SYNONYMS, chosen, plain, suggested
from learners.csv_text import FileRefused


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Courriel", "email"),
        ("E-mail", "email"),
        ("Adresse e-mail", "email"),
        ("Date de début", "debut"),
        ("DATE  DE  FIN", "fin"),
        ("Prénom", "prenom"),
        ("Annulé le", "annule_le"),
        ("Date d’annulation", "annule_le"),
        ("Code session", "session"),
        ("Remarque", ""),
        ("role", ""),
        ("", ""),
    ],
)
def test_a_header_is_recognised_by_its_usual_names(header, column):
    assert suggested([header]) == [column]


def test_a_synonym_gives_way_to_the_name_itself():
    assert suggested(["titre", "intitule", "mail"]) == ["", "intitule", "email"]


def test_every_synonym_is_written_as_headers_are_compared_and_means_one_column():
    words = [word for words in SYNONYMS.values() for word in words.split()]

    assert [word for word in words if plain(word) != word] == []
    assert len(words) + len(COLUMNS) == len(KNOWN)


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ([*COLUMNS][:8], "csv_columns"),  # fewer than the file's columns
        ([*[*COLUMNS][:8], "role"], "csv_columns"),  # not one of ours
        (["", *[*COLUMNS][1:]], "csv_missing_column"),
        ([*[*COLUMNS][:8], "nom"], "csv_duplicate_column"),
    ],
)
def test_choices_that_cannot_be_are_refused(choices, code):
    with pytest.raises(FileRefused) as refused:
        chosen([*COLUMNS], choices)

    assert refused.value.problem.code == code


def test_only_the_day_of_leaving_may_lack():
    choices = [*[*COLUMNS][:8], ""]

    assert chosen([*COLUMNS], choices) == choices
