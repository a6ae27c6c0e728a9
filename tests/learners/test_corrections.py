"""The lines left out come back as they were, and no spreadsheet computes them meanwhile."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from learners import corrections, safe_csv
from tests.proving import examples

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
HEADS = st.sampled_from(["", "=", "+", "-", "@", "'", "'=", " =", "\uff0d"])
CELL = st.builds(str.__add__, HEADS, TEXTS)


def parsed(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=safe_csv.SEPARATOR))


@settings(max_examples=examples(200, 5000), deadline=None)
@given(st.lists(CELL, min_size=3, max_size=3))
def test_a_bad_line_comes_back_as_it_was(cells):
    header, line = parsed(corrections.written(["a", "b", "c"], [(cells, "Non.")]))

    back = [corrections.restored(cell) for cell in line[:3]]

    assert (header, line[3]) == (["a", "b", "c", "problème"], "Non.")
    assert all(safe_csv.safe(cell) == cell or cell.startswith("'") for cell in line)
    assert [
        (was, now) for was, now in zip(cells, back, strict=True) if now != corrections.restored(was)
    ] == []


def test_a_file_that_comes_back_still_wrong_says_its_problem_once():
    header = ["a", "b", "problème"]

    rows = parsed(corrections.written(header, [(["1", "2", "Avant."], "Après.")]))

    assert rows == [["a", "b", "problème"], ["1", "2", "Après."]]


def test_lines_too_short_or_too_long_keep_all_their_cells():
    rejected = [(["1"], "Court."), (["1", "2", "3"], "Long."), ([], "Illisible.")]

    rows = parsed(corrections.written(["a", "b"], rejected))

    assert rows[1:] == [["1", "", "Court."], ["1", "2", "Long.", "3"], ["", "", "Illisible."]]
