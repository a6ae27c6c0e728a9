"""Count the rows that break what must always hold."""

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from subscriptions import invariants


class Command(BaseCommand):
    help = "Vérifie les invariants de la facturation et du comptage ; code 1 si l’un est rompu."

    def handle(self, *args, **options):
        with staff_context():
            broken = invariants.check(today=timezone.localdate(), at=timezone.now())
        for invariant, rows in broken.items():
            self.stderr.write(f"{invariant.name} : {rows} – {invariant.claim}")
        if broken:
            raise SystemExit(1)
        self.stdout.write(
            _("%(count)d invariants vérifiés, tous tenus.") % {"count": len(invariants.INVARIANTS)}
        )
