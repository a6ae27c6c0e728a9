"""A file of enrolments read without a database: rows in order, or errors with line and column.

Nothing is repaired in silence: what is tolerated is a notice, what is not is a problem. The
columns are matched whatever their order, case and accents.
"""

import functools
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from learners import cells, contradictions
from learners.csv_text import (
    MAX_ROWS,
    SEPARATORS,
    FileRefused,
    Problem,
    decode,
    records,
    shown,
    too_large,
)
from learners.enrollment_row import EnrollmentRow, Notice

COLUMNS = {  # the column's French name, the field of EnrollmentRow
    "session": "session_code",
    "intitule": "title",
    "debut": "starts_on",
    "fin": "ends_on",
    "email": "email",
    "nom": "last_name",
    "prenom": "first_name",
    "statut": "status",
    "annule_le": "left_on",
}
MAX_REPORTED = 100
TEMPLATE = (
    "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\r\n"
    "S2026-0001;Prise de parole en public;12/01/2026;13/01/2026;"
    "camille.durand@exemple.fr;Durand;Camille;inscrit;\r\n"
    "S2026-0001;Prise de parole en public;12/01/2026;13/01/2026;"
    "noe.petit@exemple.fr;Petit;Noé;annulé;05/01/2026\r\n"
)


@dataclass(frozen=True)
class Reading:
    """What a file says: good rows, the first 100 problems and how many there are, notices."""

    rows: tuple[EnrollmentRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    bad_line_count: int = 0
    notices: tuple[Notice, ...] = ()
    line_count: int = 0
    encoding: str = ""
    separator: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.problem_count


class _Findings:
    """The problems of one file: all are counted, the first hundred are kept."""

    def __init__(self):
        self.kept: list[Problem] = []
        self.count = 0
        self.bad_lines: set[int] = set()

    def add(self, problem: Problem) -> None:
        self.count += 1
        self.bad_lines.add(problem.line)
        if len(self.kept) < MAX_REPORTED:
            self.kept.append(problem)


def read(content: bytes, *, today: date) -> Reading:
    """Return what the bytes of a CSV file say; dates may go up to two years after `today`.

    `rows` holds the lines without a problem, so that a page may offer to import them; whoever
    imports all or nothing asks `is_clean` first.
    """
    try:
        text, encoding = decode(content)
        separator = _separator(text)
        findings = _Findings()
        rows, line_count, blank_lines = _read_lines(text, separator, today, findings)
    except FileRefused as refusal:
        return Reading(problems=(refusal.problem,), problem_count=1, bad_line_count=1)
    sound, clashes, notices = contradictions.settle(rows)
    for problem in clashes:
        findings.add(problem)
    return Reading(
        rows=tuple(sound),
        problems=tuple(sorted(findings.kept, key=lambda problem: problem.line)),
        problem_count=findings.count,
        bad_line_count=len(findings.bad_lines),
        notices=(*_file_notices(encoding, blank_lines), *notices),
        line_count=line_count,
        encoding=encoding,
        separator=SEPARATORS[separator],
    )


def _file_notices(encoding: str, blank_lines: int) -> Iterator[Notice]:
    if encoding == "Windows-1252":
        yield Notice("windows_1252", _("Fichier lu comme Windows-1252."))
    if blank_lines:
        yield Notice("blank_lines", _("Lignes vides ignorées : %(n)d.") % {"n": blank_lines})


def _separator(text: str) -> str:
    """Return the separator under which the header holds the most columns that we know."""
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")

    def known(separator: str) -> int:
        return sum(_column(name.strip(' "\r\n')) in COLUMNS for name in header.split(separator))

    return max(SEPARATORS, key=known)


def _column(header: str) -> str:
    """Return a header without case, accents, spaces: « Annulé le » is annule_le."""
    letters = unicodedata.normalize("NFKD", header.strip()).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.replace(" ", "_")


def _read_lines(
    text: str, separator: str, today: date, findings: _Findings
) -> tuple[list[EnrollmentRow], int, int]:
    """Return the good rows, how many lines hold an enrolment, how many are blank."""
    lines = records(text, separator)
    header_line, header = next(
        ((line, found) for line, found in lines if any(map(str.strip, found))), (1, [])
    )
    columns = _known_columns(header, line=header_line)
    reader = _RowReader(columns, today=today, findings=findings)
    rows, line_count, blank_lines = [], 0, 0
    for line, found in _until_malformed(lines, findings):
        if not any(map(str.strip, found)):
            blank_lines += 1
            continue
        line_count += 1
        if line_count > MAX_ROWS:
            raise too_large()
        if row := reader.read(line, found):
            rows.append(row)
    if not line_count and not findings.count:
        raise FileRefused("csv_no_rows", _("Aucune ligne à importer."))
    return rows, line_count, blank_lines


def _until_malformed(
    lines: Iterable[tuple[int, list[str]]], findings: _Findings
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records; a bad quote ends them and is one problem beside those before it."""
    try:
        yield from lines
    except FileRefused as refusal:
        findings.add(refusal.problem)


def _known_columns(header: list[str], *, line: int) -> list[str]:
    """Return our name of each column of the file, in its order. Raises FileRefused."""
    if not header:
        raise FileRefused("csv_empty", _("Le fichier est vide."))
    names = [_column(cell) for cell in header]
    found = ", ".join(shown(cell.strip()) or "(sans nom)" for cell in header[:20])
    for code, message, columns in (
        (
            "csv_missing_column",
            _("Colonne « %(column)s » absente. Colonnes trouvées : %(found)s."),
            [column for column in COLUMNS if column not in names],
        ),
        (
            "csv_duplicate_column",
            _("Colonne « %(column)s » présente deux fois : gardez-en une."),
            [column for column in COLUMNS if names.count(column) > 1],
        ),
        (
            "csv_unknown_column",
            _("Colonne « %(column)s » inconnue : retirez-la. Rien n’en serait importé."),
            [cell.strip() for cell, name in zip(header, names, strict=True) if name not in COLUMNS],
        ),
    ):
        if columns:
            named = shown(columns[0])
            raise FileRefused(
                code, message % {"column": named, "found": found}, line=line, column=named
            )
    return names


class _RowReader:
    """Turn the cells of a line into a row, or into problems."""

    def __init__(self, columns: list[str], *, today: date, findings: _Findings):
        self.columns = columns
        self.findings = findings
        read_date = functools.lru_cache(4096)(functools.partial(cells.read_date, today=today))
        self.readers: dict[str, Callable] = {
            "session": cells.read_code,
            "intitule": cells.read_text,
            "debut": read_date,
            "fin": read_date,
            "email": cells.read_email,
            "nom": cells.read_text,
            "prenom": cells.read_text,
            "statut": cells.read_status,
            "annule_le": lambda text: read_date(text) if text.strip() else None,
        }

    def read(self, line: int, found: list[str]) -> EnrollmentRow | None:
        if len(found) != len(self.columns):
            message = _("%(found)d cellules au lieu de %(expected)d.")
            counts = {"found": len(found), "expected": len(self.columns)}
            self.findings.add(Problem("csv_cell_count", message % counts, line=line))
            return None
        texts = dict(zip(self.columns, found, strict=True))
        values = self._values(line, texts)
        if values is None:
            return None
        row = EnrollmentRow(line=line, **values)
        broken = _broken_rule(row)
        if broken:
            column, code, message = broken
            self.findings.add(Problem(code, message, line, column, shown(texts[column].strip())))
            return None
        return row

    def _values(self, line: int, texts: dict[str, str]) -> dict | None:
        values, is_sound = {}, True
        for column, field in COLUMNS.items():
            try:
                values[field] = self.readers[column](texts[column])
            except cells.CellRefused as refusal:
                is_sound = False
                value = shown(texts[column].strip())
                self.findings.add(Problem(refusal.code, refusal.message, line, column, value))
        return values if is_sound else None


def _broken_rule(row: EnrollmentRow) -> tuple[str, str, str] | None:
    """Return the column, code and message of a rule that good cells break together."""
    if row.ends_on < row.starts_on:
        return "fin", "ends_before_start", _("Le dernier jour précède le premier.")
    if row.status == "enrolled" and row.left_on:
        return (
            "annule_le",
            "left_on_unexpected",
            _("Date de trop pour un inscrit : videz-la, ou changez le statut."),
        )
    if row.status != "enrolled" and not row.left_on:
        return (
            "annule_le",
            "left_on_missing",
            _("Date manquante : écrivez le jour de l’annulation ou de l’abandon."),
        )
    return None
