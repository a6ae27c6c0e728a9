"""The mails of an import: to whoever confirmed it, when it ends."""

from accounts.emails import post
from learners.models import EnrollmentImport


def import_done(deposited: EnrollmentImport) -> None:
    """import-termine: what was written, with a link to the report."""
    _tell(deposited, "import_done")


def import_stopped(deposited: EnrollmentImport) -> None:
    """The import could not be done as it was confirmed: nothing was written, and why."""
    _tell(deposited, "import_stopped")


def _tell(deposited: EnrollmentImport, template: str) -> None:
    reader = deposited.confirmed_by or deposited.author
    post(
        to=reader.email,
        template=f"learners/{template}",
        context={"deposited": deposited, "report": deposited.report},
        dedupe_key=f"{template}-{deposited.pk}-{deposited.attempts}-{reader.pk}",
        organization=deposited.organization,
    )
