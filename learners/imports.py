"""What a person does with a file of enrolments: deposit, match, confirm, abandon.

What takes long is left to `import_queue`: the row in the right state is the queue.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from learners import columns, gate, import_queue
from learners.csv_text import shown
from learners.models import EnrollmentImport, ImportState
from learners.table_file import glimpse

CHECKED_AT_ONCE = 2_000  # lines, half a second: more, or a workbook, is a worker's


class NotThere(Exception):
    """The file is not, or no longer, where this can be done to it."""


class NothingToImport(Exception):
    """No line of the file can be imported."""


class ErrorsNotAccepted(Exception):
    """Some lines are in error, and nobody said to leave them out."""


@transaction.atomic
def deposit(
    *, organization: Organization, by: User, file_name: str, content: bytes
) -> EnrollmentImport:
    """Keep a file whose columns are to be matched; nothing is imported.

    Raises FileRefused when it cannot be read at all.
    """
    seen = glimpse(content, name=file_name)
    deposited = EnrollmentImport.objects.create(
        organization=organization,
        author=by,
        file_name=_short(file_name),
        content=content,
        header=seen.header,
        sample=[shown(cell.strip()) for cell in seen.sample],
        line_count=seen.line_count,
        encoding=seen.encoding,
        separator=seen.separator,
    )
    record(organization=organization, actor=by, action="import deposited", number=deposited.pk)
    return deposited


def _short(file_name: str) -> str:
    """Return a name that fits and keeps its end, by which the file is read."""
    stem, dot, end = file_name.rpartition(".")
    return f"{shown(stem)}{dot}{shown(end)[-10:]}"


@transaction.atomic
def match(
    *, deposited: EnrollmentImport, choices: Sequence[str], on: date, at: datetime
) -> EnrollmentImport:
    """Say which column is which, and have the file checked: at once if it is short.

    Raises NotThere, and FileRefused when a column lacks or comes twice.
    """
    deposited = _locked(deposited, ImportState.MATCHING, ImportState.CHECKED)
    deposited.mapping = columns.chosen(deposited.header, choices)
    deposited.state, deposited.attempts = ImportState.CHECKING, 0
    deposited.save(update_fields=["mapping", "state", "attempts"])
    if deposited.line_count and deposited.line_count <= CHECKED_AT_ONCE:
        import_queue.check(deposited, on=on, at=at)
    return deposited


@transaction.atomic
def confirm(
    *, deposited: EnrollmentImport, by: User, skips_errors: bool, on: date
) -> EnrollmentImport:
    """Have the good lines imported by a worker.

    Raises NotThere, NothingToImport, ErrorsNotAccepted, and EnrollmentRefused when the gate is
    closed and the check foresaw new enrolments (R20).
    """
    gate_closed = gate.refusal(deposited.organization, on=on)
    deposited = _locked(deposited, ImportState.CHECKED)
    report = deposited.report
    if not report["rows"]:
        raise NothingToImport
    if report["bad_line_count"] and not (skips_errors and report["is_whole"]):
        raise ErrorsNotAccepted
    if gate_closed and (report["outcome"] is None or report["outcome"]["created"]):
        raise gate_closed
    deposited.state, deposited.attempts = ImportState.WAITING, 0
    deposited.skips_errors, deposited.confirmed_by = skips_errors, by
    deposited.save(update_fields=["state", "attempts", "skips_errors", "confirmed_by"])
    organization = deposited.organization
    record(organization=organization, actor=by, action="import confirmed", number=deposited.pk)
    return deposited


@transaction.atomic
def abandon(*, deposited: EnrollmentImport, by: User, at: datetime) -> EnrollmentImport:
    """Give a file up before it is imported, and forget it at once. Raises NotThere."""
    deposited = _locked(deposited, ImportState.MATCHING, ImportState.CHECKED)
    deposited.state, deposited.closed_at = ImportState.ABANDONED, at
    deposited.content, deposited.bad_lines, deposited.sample = None, None, []
    deposited.save(update_fields=["state", "closed_at", "content", "bad_lines", "sample"])
    organization = deposited.organization
    record(organization=organization, actor=by, action="import abandoned", number=deposited.pk)
    return deposited


def _locked(deposited: EnrollmentImport, *states: ImportState) -> EnrollmentImport:
    """Lock a file in one of these states; one that a worker holds is in none of them."""
    rows = EnrollmentImport.objects.select_related("organization")
    found = rows.filter(pk=deposited.pk, state__in=states).select_for_update(of=("self",)).first()
    if found is None:
        raise NotThere
    return found
