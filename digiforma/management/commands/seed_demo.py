"""`seed_demo`: play the demonstration's past, once."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from digiforma import demo_story
from subscriptions.catalog import SELLER_CODE
from subscriptions.models import Seller


class Command(BaseCommand):
    help = "Joue l’histoire des organismes de démonstration ; une seconde fois, ne change rien."

    def handle(self, *args, **options):
        if not Seller.objects.filter(code=SELLER_CODE).exists():
            raise CommandError(_("Mettez d’abord le catalogue en vente : manage.py load_catalog."))
        with staff_context():
            played = demo_story.play(today=timezone.localdate(), report=self.stderr.write)
        if options["verbosity"]:
            self.stdout.write(_("Démonstration : %(n)s organismes créés.") % {"n": played})
