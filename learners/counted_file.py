"""The list behind a count as a file: what proves the number, and nothing more of anybody."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from learners import safe_csv
from learners.differences import ChangedRow
from learners.proof import CountedRow
from learners.sights import Sight


def file_name(sight: Sight) -> str:
    """Return `apprenants-comptes-2026-11-23.csv`, with the version if it is not the first."""
    version = f"-v{sight.version}" if sight.version and sight.version > 1 else ""
    return f"apprenants-comptes-{sight.on}{version}.csv"


def counted_file(rows: Sequence[CountedRow]) -> bytes:
    """Return the list of a count: one line an enrolment."""
    return safe_csv.written(
        [_("Apprenant"), _("Code de la session"), _("Session"), _("Entre le"), _("Sort le")],
        map(_line, rows),
    )


def changed_file(rows: Sequence[ChangedRow]) -> bytes:
    """Return the list behind a figure of a difference: 1 for what came in, -1 for what went out."""
    return safe_csv.written(
        [
            _("Apprenant"),
            _("Code de la session"),
            _("Session"),
            _("Entre le"),
            _("Sort le"),
            _("Effet sur le nombre"),
        ],
        map(_changed, rows),
    )


def _changed(row: ChangedRow) -> list[str | int]:
    return [*_line(row), 1 if row.change.is_in else -1]


def _line(row: CountedRow | ChangedRow) -> list[str]:
    return [row.learner, row.code, row.title, _day(row.enters_on), _day(row.leaves_on)]


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
