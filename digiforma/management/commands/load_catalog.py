"""`load_catalog`: put the demonstration catalogue on sale."""

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from options import publishing
from options.catalog import OPTIONS
from subscriptions.catalog import DEMONSTRATION, SELLER_CODE
from subscriptions.publishing import CatalogueDiffers


class Command(BaseCommand):
    help = "Met en vente le catalogue de démonstration ; une seconde fois, ne change rien."

    def handle(self, *args, **options):
        try:
            publishing.load(seller_code=SELLER_CODE, catalogue=DEMONSTRATION, texts=OPTIONS)
        except CatalogueDiffers as difference:
            raise CommandError(str(difference)) from difference
        if options["verbosity"]:
            told = {
                "plans": len(DEMONSTRATION.plans),
                "options": len(OPTIONS),
                "tariffs": len(DEMONSTRATION.tariffs),
            }
            self.stdout.write(
                _("En vente : %(plans)s formules, %(options)s options, %(tariffs)s tarifs.") % told
            )
