"""The lines left out of an import, as a file to correct and deposit again.

Same columns, then one more that says the problem; it is not imported. The apostrophes that keep
formulas asleep are taken off when the file comes back.
"""

from collections.abc import Iterable, Sequence

from learners import columns, safe_csv

PROBLEM = "problème"


def written(header: Sequence[str], rejected: Iterable[tuple[list[str], str]]) -> bytes:
    """Return the file; the cells that a line has in excess follow its problem."""
    header = [safe_csv.safe(name) for name in header]
    own = header[:-1] if is_ours(header) else header
    width = len(own)
    rows = (
        [*cells[:width], *[""] * (width - len(cells)), problem, *cells[len(header) :]]
        for cells, problem in rejected
    )
    return safe_csv.written([*own, PROBLEM], rows)


def is_ours(header: Sequence[str]) -> bool:
    """Tell whether a file is one of these, come back."""
    return bool(header) and columns.plain(header[-1]) == columns.plain(PROBLEM)


def restored(cell: str) -> str:
    """Return a cell as it stood before `written` put it to sleep."""
    asleep = cell.startswith("'") and safe_csv.safe(cell[1:]) == cell
    return cell[1:] if asleep else cell
