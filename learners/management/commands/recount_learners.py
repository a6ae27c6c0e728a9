from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from learners import services
from learners.management import arguments


class Command(BaseCommand):
    help = "Enregistre le comptage de tous les organismes, pour aujourd’hui et les nuits manquées."

    def add_arguments(self, parser):
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="ce jour seulement")

    def handle(self, *args, **options):
        on = arguments.day(options["on"]) if options["on"] else None
        with staff_context():
            if on:
                written = services.recount_all(on=on)
            else:
                written = services.catch_up_counts(today=timezone.localdate())
        self.stdout.write(_("Comptages écrits : %(written)d.") % {"written": written})
