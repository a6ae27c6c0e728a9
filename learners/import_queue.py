"""What a worker does with files of enrolments: check the long ones, import the confirmed ones.

The row is the queue and its lock is the claim: a worker that dies leaves it as it was, two
workers do it once.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.db import transaction

from learners import corrections, emails, importing, services
from learners.gate import EnrollmentRefused
from learners.import_models import QUEUED
from learners.import_reports import report
from learners.models import EnrollmentImport, ImportState

MOST_ATTEMPTS = 5
FILES_KEPT = timedelta(days=7)

Told = Callable[[int, int], None]  # how many lines are done, of how many


def nothing(done: int, total: int) -> None:
    """Tell nobody."""


def queued() -> list[tuple[int, int]]:
    """Return the organization and the number of each file that waits, oldest first. Staff scope."""
    rows = EnrollmentImport.objects.filter(state__in=QUEUED).order_by("created_at", "pk")
    return list(rows.values_list("organization_id", "pk"))


@transaction.atomic
def begin(*, number: int, at: datetime) -> bool:
    """Note one more try, in a transaction of its own; return whether it is worth another.

    A file at which workers die or fail five times is given up.
    """
    deposited = _claimed(number)
    if deposited is None:
        return False
    deposited.attempts += 1
    if deposited.attempts <= MOST_ATTEMPTS:
        deposited.save(update_fields=["attempts"])
        return True
    deposited.state, deposited.closed_at = ImportState.FAILED, at
    deposited.save(update_fields=["state", "closed_at"])
    emails.import_stopped(deposited)
    return False


@transaction.atomic
def work(*, number: int, on: date, at: datetime, told: Told = nothing) -> bool:
    """Check or import a file, and note it, in one transaction; return whether it was there.

    Running it twice or in parallel is harmless: who finds the row locked, or done, leaves it.
    """
    deposited = _claimed(number)
    if deposited is None:
        return False
    if deposited.state == ImportState.CHECKING:
        check(deposited, on=on, at=at, told=told)
    else:
        _import(deposited, on=on, at=at, told=told)
    return True


def _claimed(number: int) -> EnrollmentImport | None:
    rows = EnrollmentImport.objects.select_related("organization", "author", "confirmed_by")
    rows = rows.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(pk=number, state__in=QUEUED).first()


def check(
    deposited: EnrollmentImport, *, on: date, at: datetime, told: Told = nothing
) -> EnrollmentImport:
    """Note what importing a locked file would do: the import itself, rolled back."""
    reading = _read(deposited, on=on, told=told)
    outcome, refusal = None, ""
    if reading.rows:
        try:
            outcome = services.preview_import(
                organization=deposited.organization, rows=reading.rows, on=on
            )
        except EnrollmentRefused as refused:
            refusal = str(refused)
    deposited.report = report(reading, outcome, on=on, refusal=refusal)
    deposited.line_count = reading.line_count or deposited.line_count
    deposited.bad_lines = None
    if reading.rejected:
        deposited.bad_lines = corrections.written(reading.header, reading.rejected)
    deposited.state, deposited.checked_at = ImportState.CHECKED, at
    deposited.save(update_fields=["report", "line_count", "bad_lines", "state", "checked_at"])
    return deposited


def _import(deposited: EnrollmentImport, *, on: date, at: datetime, told: Told) -> None:
    """Import a locked file; what the gate refuses since, or another day, is to confirm again."""
    reading = _read(deposited, on=on, told=told)
    if not reading.is_clean and not (deposited.skips_errors and reading.is_whole):
        _ask_again(deposited, on=on, at=at)
        return
    try:
        outcome = services.import_rows(
            organization=deposited.organization,
            rows=reading.rows,
            on=on,
            by=deposited.confirmed_by,
            told=lambda done: told(done, len(reading.rows)),
        )
    except EnrollmentRefused:
        _ask_again(deposited, on=on, at=at)
        return
    deposited.report = report(reading, outcome, on=on)
    deposited.state, deposited.closed_at = ImportState.DONE, at
    deposited.save(update_fields=["report", "state", "closed_at"])
    emails.import_done(deposited)


def _ask_again(deposited: EnrollmentImport, *, on: date, at: datetime) -> None:
    check(deposited, on=on, at=at)
    emails.import_stopped(deposited)


def _read(deposited: EnrollmentImport, *, on: date, told: Told) -> importing.Reading:
    total = deposited.line_count or 0
    return importing.read(
        bytes(deposited.content),
        today=on,
        name=deposited.file_name,
        mapping=deposited.mapping,
        told=lambda done: told(0 if deposited.state == ImportState.WAITING else done, total),
    )


@transaction.atomic
def empty_old_files(*, at: datetime) -> int:
    """Forget the files imported a week ago, abandon those that nobody confirmed. Staff scope.

    Running it twice is harmless: an empty file is passed by.
    """
    before = at - FILES_KEPT
    rows = EnrollmentImport.objects.filter(content__isnull=False)
    empty = {"content": None, "bad_lines": None, "sample": []}
    unconfirmed = rows.filter(
        state__in=(ImportState.MATCHING, ImportState.CHECKED), created_at__lt=before
    )
    abandoned = unconfirmed.update(state=ImportState.ABANDONED, closed_at=at, **empty)
    return abandoned + rows.filter(closed_at__lt=before).update(**empty)
