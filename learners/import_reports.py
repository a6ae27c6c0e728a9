"""What an import is told to do or to have done, as plain values that a row can hold."""

from dataclasses import asdict
from datetime import date

from learners.enrollment_row import spread
from learners.importing import Reading
from learners.services import ImportOutcome

SPOKEN_OF_APART = {"windows_1252"}  # the page says the encoding anyway


def report(reading: Reading, outcome: ImportOutcome | None, *, on: date, refusal: str = "") -> dict:
    """Return the report of a check or of an import; `refusal` says why nothing new may enter."""
    return {
        "outcome": _told(outcome) if outcome else None,
        "rows": len(reading.rows),
        "spread": asdict(spread(reading.rows, on=on)),
        "problems": [asdict(problem) for problem in reading.problems],
        "problem_count": reading.problem_count,
        "bad_line_count": reading.bad_line_count,
        "is_whole": reading.is_whole,
        "notices": [
            notice.message for notice in reading.notices if notice.code not in SPOKEN_OF_APART
        ],
        "refusal": refusal,
    }


def _told(outcome: ImportOutcome) -> dict:
    return {
        **asdict(outcome),
        "written": outcome.created + outcome.updated,
        "changes": outcome.changes,
    }
