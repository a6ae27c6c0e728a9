import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.plain_text import UNSEEN, has_link, is_only_links, one_line, seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bonjour", "Bonjour"),
        ("un\r\ndeux\rtrois\nquatre", "un\ndeux\ntrois\nquatre"),
        ("a\tb", "a\tb"),
        ("bon\u200bjour\ufeff", "bonjour"),
        ("\u202egnihtemos\u2066", "gnihtemos"),
        ("\x00\x07\x1b[31mrouge", "[31mrouge"),
        ("👩\u200d🏫 l’été", "👩\u200d🏫 l’été"),  # what joins two signs into one stays
    ],
)
def test_seen_leaves_out_what_nobody_sees(typed, kept):
    assert seen(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Claire \t Ravel ", "Claire Ravel"),
        ("Claire\r\nBcc: tous@exemple.fr", "Claire Bcc: tous@exemple.fr"),
        ("\u200b", ""),
    ],
)
def test_one_line_is_one_line(typed, kept):
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("typed", "links", "alone"),
    [
        ("Combien pour 600 apprenants ?", False, False),
        ("https://a.example", True, True),
        ("HTTP://A.EXAMPLE www.b.example", True, True),
        ("Voir www.a.example !", True, True),
        ("spam@a.example", True, True),
        ("Répondez à claire@exemple.fr pour notre devis", True, False),
        ("Votre page https://a.example parle de nous ?", True, False),
        ("", False, False),
        ("Un tarif ?", False, False),  # short is not wrong
        ("12.5 % et 3@4", False, False),
    ],
)
def test_links_alone_say_nothing(typed, links, alone):
    assert (has_link(typed), is_only_links(typed)) == (links, alone)


@given(st.text())
def test_reading_twice_changes_nothing(typed):
    once = seen(typed)

    assert seen(once) == once
    assert UNSEEN.search(once) is None
    assert one_line(one_line(typed)) == one_line(typed)
    assert "\n" not in one_line(typed)
