"""Bill what is due today; as a dry run, tell what any day would bill and write nothing."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from learners.management.arguments import day
from subscriptions import renewal_run
from subscriptions.models import Invoice


class Command(BaseCommand):
    help = "Émet les factures des périodes commencées ; --dry-run montre sans rien écrire."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="ne rien écrire")
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="un autre jour, à blanc seulement")

    def handle(self, *args, dry_run, on, **options):
        today = timezone.localdate()
        asked = day(on) if on else today
        if asked != today and not dry_run:
            raise CommandError(
                _("Une facture porte la date du jour : ajoutez --dry-run pour un autre jour.")
            )
        if dry_run:
            self._rehearse(asked)
            return
        self._say(renewal_run.run(on=asked, progress=self._progress))

    def _rehearse(self, on):
        """Run for real in one transaction, print what it issued, roll it back."""
        with staff_context():
            already = set(Invoice.objects.filter(issued_on=on).values_list("pk", flat=True))
            outcome = renewal_run.run(on=on, scope=transaction.atomic, progress=self._progress)
            new = Invoice.objects.filter(issued_on=on).exclude(pk__in=already)
            for invoice in new.select_related("organization").order_by("pk"):
                self.stdout.write(
                    f"{invoice.organization.slug}\t{invoice.net_cents / 100:.2f} HT\t"
                    f"{invoice.gross_cents / 100:.2f} TTC"
                )
            transaction.set_rollback(True)
        self._say(outcome)

    def _progress(self, outcome):
        self.stderr.write(_("%(issued)d factures émises…") % {"issued": outcome.issued})

    def _say(self, outcome):
        self.stdout.write(
            _("%(issued)d factures émises, %(ended)d abonnements terminés, %(parked)d mis de côté.")
            % {
                "issued": outcome.issued,
                "ended": outcome.ended,
                "parked": len(outcome.parked),
            }
        )
        for subscription, reason in outcome.parked.items():
            self.stderr.write(
                _("Abonnement %(id)d mis de côté : %(reason)s")
                % {"id": subscription, "reason": reason}
            )
