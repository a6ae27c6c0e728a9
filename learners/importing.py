"""A file of enrolments read without a database: rows in order, or errors with line and column.

Nothing is repaired in silence: what is tolerated is a notice, what is not is a problem. The
columns are matched whatever their order, case and accents, or as a person matched them.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from learners import cells, columns, contradictions, corrections
from learners.columns import COLUMNS
from learners.csv_text import MAX_ROWS, FileRefused, Problem, shown, too_large
from learners.enrollment_row import EnrollmentRow, Notice
from learners.table_file import Table, open_table

MAX_REPORTED = 100
TOLD_EVERY = 1_000  # lines
TEMPLATE = (
    "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\r\n"
    "S2026-0001;Prise de parole en public;12/01/2026;13/01/2026;"
    "camille.durand@exemple.fr;Durand;Camille;inscrit;\r\n"
    "S2026-0001;Prise de parole en public;12/01/2026;13/01/2026;"
    "noe.petit@exemple.fr;Petit;Noé;annulé;05/01/2026\r\n"
)


@dataclass(frozen=True)
class Reading:
    """What a file says: good rows, the first 100 problems and how many there are, notices.

    `rejected` holds each line that no row stands for, with what is wrong with it; `is_whole` is
    false when what follows the last line read could not be.
    """

    rows: tuple[EnrollmentRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    bad_line_count: int = 0
    notices: tuple[Notice, ...] = ()
    line_count: int = 0
    encoding: str = ""
    separator: str = ""
    header: tuple[str, ...] = ()
    rejected: tuple[tuple[list[str], str], ...] = ()
    is_whole: bool = True

    @property
    def is_clean(self) -> bool:
        return not self.problem_count


class _Findings:
    """The problems of one file: all are counted, the first hundred are kept."""

    def __init__(self):
        self.kept: list[Problem] = []
        self.count = 0
        self.said: dict[int, list[str]] = {}

    def add(self, problem: Problem) -> None:
        self.count += 1
        where = f"{problem.column} : " if problem.column else ""
        self.said.setdefault(problem.line, []).append(where + problem.message)
        if len(self.kept) < MAX_REPORTED:
            self.kept.append(problem)

    def drop(self, line: int) -> None:
        """Leave out a good line: another one contradicts it."""
        self.said.setdefault(line, [_("Écartée avec les lignes qui la contredisent.")])


@dataclass(slots=True)
class _Lines:
    """The lines of a file as they were read: those that make a row, and the cells of all."""

    rows: list[EnrollmentRow]
    cells: dict[int, list[str]]
    blank: int = 0
    is_whole: bool = True


def read(
    content: bytes,
    *,
    today: date,
    name: str = "",
    mapping: Sequence[str] | None = None,
    told: Callable[[int], None] = lambda lines: None,
) -> Reading:
    """Return what the bytes of a file say; dates may go up to two years after `today`.

    `name` ends in .xlsx for a workbook. `mapping` tells our column for each of the file's, or ""
    for one that is not read; without it the columns are ours and no other. `told` hears how many
    lines are read. `rows` holds the lines without a problem, so that a page may offer to import
    them; whoever imports all or nothing asks `is_clean` first.
    """
    try:
        table = open_table(content, name=name)
        if mapping is None:
            matched = columns.strict(table.header, line=table.header_line)
        else:
            matched = columns.chosen(table.header, mapping)
        findings = _Findings()
        lines = _read_lines(table, _RowReader(matched, today=today, findings=findings), told)
    except FileRefused as refusal:
        return Reading(problems=(refusal.problem,), problem_count=1, bad_line_count=1)
    theirs = {}
    if mapping is not None:
        theirs = {ours: name for ours, name in zip(matched, table.header, strict=True) if ours}
    return _settled(table, lines, findings, theirs)


def _settled(table: Table, lines: _Lines, findings: _Findings, theirs: dict[str, str]) -> Reading:
    """Return the reading once the lines agree; problems name the file's own columns."""
    sound, clashes, notices = contradictions.settle(lines.rows)
    for problem in clashes:
        findings.add(problem)
    kept = {row.key for row in sound}
    for row in lines.rows:
        if row.key not in kept:
            findings.drop(row.line)
    problems = (
        replace(problem, column=shown(theirs.get(problem.column, problem.column)))
        for problem in sorted(findings.kept, key=lambda problem: problem.line)
    )
    return Reading(
        rows=tuple(sound),
        problems=tuple(problems),
        problem_count=findings.count,
        bad_line_count=len(findings.said),
        notices=(*_file_notices(table, lines.blank), *notices),
        line_count=len(lines.cells),
        encoding=table.encoding,
        separator=table.separator,
        header=tuple(table.header),
        rejected=tuple(
            (lines.cells.get(line, []), " ".join(said))
            for line, said in sorted(findings.said.items())
        ),
        is_whole=lines.is_whole,
    )


def _file_notices(table: Table, blank_lines: int) -> Iterator[Notice]:
    yield from table.notices
    if blank_lines:
        yield Notice("blank_lines", _("Lignes vides ignorées : %(n)d.") % {"n": blank_lines})


def _read_lines(table: Table, reader: "_RowReader", told: Callable[[int], None]) -> _Lines:
    lines = _Lines(rows=[], cells={})
    is_asleep = corrections.is_ours(table.header)
    for line, found in _until_malformed(table.records, reader.findings, lines):
        if not any(map(str.strip, found)):
            lines.blank += 1
            continue
        if len(lines.cells) == MAX_ROWS:
            raise too_large()
        texts = [corrections.restored(cell) for cell in found] if is_asleep else found
        lines.cells[line] = texts
        if row := reader.read(line, texts):
            lines.rows.append(row)
        if len(lines.cells) % TOLD_EVERY == 0:
            told(len(lines.cells))
    if not lines.cells and not reader.findings.count:
        raise FileRefused("csv_no_rows", _("Aucune ligne à importer."))
    return lines


def _until_malformed(
    records: Iterable[tuple[int, list[str]]], findings: _Findings, lines: _Lines
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records; a bad quote ends them and is one problem beside those before it."""
    try:
        yield from records
    except FileRefused as refusal:
        if refusal.problem.code != "csv_malformed":
            raise
        lines.is_whole = False
        findings.add(refusal.problem)


class _RowReader:
    """Turn the cells of a line into a row, or into problems."""

    def __init__(self, matched: list[str], *, today: date, findings: _Findings):
        self.matched = matched
        self.findings = findings
        self.blank = dict.fromkeys(columns.OPTIONAL, "")
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
        if len(found) != len(self.matched):
            message = _("%(found)d cellules au lieu de %(expected)d.")
            counts = {"found": len(found), "expected": len(self.matched)}
            self.findings.add(Problem("csv_cell_count", message % counts, line=line))
            return None
        texts = self.blank | dict(zip(self.matched, found, strict=True))
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
