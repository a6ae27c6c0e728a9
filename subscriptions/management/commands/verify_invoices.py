"""Check that no issued document was changed, removed or slipped in."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from subscriptions.models import Invoice
from subscriptions.verification import tampered


class Command(BaseCommand):
    help = "Relit toutes les factures et leur chaîne d’empreintes ; code 1 si l’une a été altérée."

    def handle(self, *args, **options):
        with staff_context():
            problems = list(tampered())
            documents = Invoice.objects.count()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise SystemExit(1)
        self.stdout.write(_("%(count)d documents vérifiés, aucun altéré.") % {"count": documents})
