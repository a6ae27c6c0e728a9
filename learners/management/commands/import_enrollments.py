from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import tenant_context
from learners import importing, services
from learners.csv_text import MAX_BYTES, Problem
from learners.gate import EnrollmentRefused
from learners.management import arguments


class Command(BaseCommand):
    help = (
        "Importe un fichier d’inscriptions, CSV ou .xlsx : toutes ses lignes, ou aucune à la "
        "moindre erreur."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="vérifie sans rien écrire")

    def handle(self, *args, **options):
        today = timezone.localdate()
        organization = arguments.organization(options["organization"])
        reading = self.read(Path(options["file"]), today)
        told = {"organization": organization, "rows": reading.rows, "on": today}
        try:
            with tenant_context(organization.pk):
                if options["dry_run"]:
                    outcome = services.preview_import(**told)
                else:
                    outcome = services.import_rows(**told, by=None)
        except EnrollmentRefused as refused:
            why = {"reason": refused, "code": refused.code}
            text = _("Rien n’a été importé. %(reason)s [%(code)s]") % why
            raise CommandError(text) from refused
        self.stdout.write(summary(outcome, organization, is_dry_run=options["dry_run"]))

    def read(self, path: Path, today) -> importing.Reading:
        """Return a reading without a problem. Raises CommandError after telling the problems."""
        try:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
        except OSError as error:
            told = {"file": path, "reason": error.strerror}
            raise CommandError(_("Fichier illisible : %(file)s (%(reason)s).") % told) from error
        self.stderr.write(_("Lecture de %(file)s…") % {"file": path.name})
        reading = importing.read(content, today=today, name=path.name)
        for notice in reading.notices:
            self.stderr.write(notice.message)
        for problem in reading.problems:
            self.stderr.write(sentence(problem))
        if not reading.is_clean:
            total = {"total": reading.problem_count}
            raise CommandError(_("Rien n’a été importé. Erreurs : %(total)d.") % total)
        self.stderr.write(_("Écriture de %(lines)d lignes…") % {"lines": len(reading.rows)})
        return reading


def sentence(problem: Problem) -> str:
    """Return a problem as one line: where, which value, its code, what to do."""
    place = []
    if problem.line is not None:
        place.append(_("ligne %(line)d") % {"line": problem.line})
    if problem.column:
        place.append(_("colonne %(column)s") % {"column": problem.column})
    where = ", ".join(place) or _("fichier")
    value = f" « {problem.value} »" if problem.value else ""
    return f"{where}{value} : {problem.message} [{problem.code}]"


def summary(outcome: services.ImportOutcome, organization, *, is_dry_run: bool) -> str:
    """Return what an import did, or would do."""
    head = _("Essai : rien n’a été écrit.") if is_dry_run else _("Import terminé.")
    body = _(
        "Organisme : %(organization)s.\n"
        "Inscriptions créées : %(created)d, mises à jour : %(updated)d, "
        "inchangées : %(unchanged)d.\n"
        "Sessions créées : %(sessions_created)d, mises à jour : %(sessions_updated)d. "
        "Apprenants créés : %(learners_created)d, mis à jour : %(learners_updated)d.\n"
        "Apprenants comptés aujourd’hui : %(count_before)d avant, %(count_after)d après."
    )
    return f"{head}\n{body % {**vars(outcome), 'organization': organization}}"
