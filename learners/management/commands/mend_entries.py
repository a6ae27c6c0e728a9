from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from learners import tallies


class Command(BaseCommand):
    help = "Rétablit les entrées de chaque jour d’après les inscriptions, s’il en manque."

    def handle(self, *args, **options):
        with staff_context():
            mended = tallies.mend()
        self.stdout.write(_("Jours rétablis : %(mended)d.") % {"mended": mended})
