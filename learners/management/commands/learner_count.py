from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.tenancy import tenant_context
from learners import selectors
from learners.management import arguments


class Command(BaseCommand):
    help = "Affiche les apprenants comptés un jour donné, passé ou futur (365 jours glissants)."

    def add_arguments(self, parser):
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--on", metavar="AAAA-MM-JJ", help="aujourd’hui par défaut")

    def handle(self, *args, **options):
        on = arguments.day(options["on"]) if options["on"] else timezone.localdate()
        organization = arguments.organization(options["organization"])
        with tenant_context(organization.pk):
            count = selectors.count_on(organization, on=on)
        self.stdout.write(str(count))
