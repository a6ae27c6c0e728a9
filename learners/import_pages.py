"""What the pages of an import read."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Length

from accounts.models import Organization
from learners import columns
from learners.models import EnrollmentImport, ImportState

PREVIOUS_SHOWN = 20
HEAVY = ("content", "bad_lines")


@dataclass(frozen=True, slots=True)
class ImportCard:
    """One import as its page shows it: which of the four steps it is at, what may be done."""

    deposited: EnrollmentImport

    @property
    def step(self) -> int:
        """3 once the columns are matched, 4 once confirmed, 5 once done."""
        match self.deposited.state:
            case ImportState.MATCHING:
                return 2
            case ImportState.WAITING:
                return 4
            case ImportState.DONE:
                return 5
        return 3

    @property
    def matched_count(self) -> int:
        return sum(map(bool, self.deposited.mapping or ()))

    @property
    def outcome(self) -> dict | None:
        return self.deposited.report.get("outcome")

    @property
    def changes_nothing(self) -> bool:
        """Every line of the file is known already."""
        return self.outcome is not None and not self.outcome["changes"]

    @property
    def may_confirm(self) -> bool:
        """The file holds something to import, and all of it could be read."""
        report = self.deposited.report
        is_told = self.deposited.state == ImportState.CHECKED and report["rows"]
        return bool(is_told and report["is_whole"] and not self.changes_nothing)

    @property
    def adds_some(self) -> bool:
        """New enrolments are foreseen, or what the file adds could not be told."""
        if self.deposited.state != ImportState.CHECKED or not self.deposited.report["rows"]:
            return False
        return self.outcome is None or self.outcome["created"] > 0

    @property
    def has_bad_lines(self) -> bool:
        return bool(self.deposited.bad_bytes)


def imports(organization: Organization) -> QuerySet[EnrollmentImport]:
    """Return the imports of an organization, without their files."""
    rows = EnrollmentImport.objects.for_organization(organization).defer(*HEAVY)
    return rows.annotate(bad_bytes=Length("bad_lines")).select_related("author", "confirmed_by")


def previous(organization: Organization) -> list[ImportCard]:
    """Return the last imports, newest first."""
    rows = imports(organization).order_by("-created_at", "-pk")[:PREVIOUS_SHOWN]
    return [ImportCard(row) for row in rows]


def matching(deposited: EnrollmentImport) -> list[str]:
    """Return the choices to begin with: those made already, or for such a file, or ours."""
    return deposited.mapping or _remembered(deposited) or columns.suggested(deposited.header)


def _remembered(deposited: EnrollmentImport) -> Sequence[str] | None:
    rows = EnrollmentImport.objects.for_organization(deposited.organization)
    same = rows.filter(header=deposited.header, mapping__isnull=False)
    return same.order_by("-pk").values_list("mapping", flat=True).first()
