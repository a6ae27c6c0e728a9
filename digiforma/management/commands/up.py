from django.conf import settings
from django.core.management.base import BaseCommand

from digiforma.sandbox import supervisor


class Command(BaseCommand):
    help = "Run the whole product: services, database, demonstration, web, worker and beat."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--empty", action="store_true", help="without the demonstration; so in production"
        )

    def handle(self, *, empty, **_):
        supervisor.run(demonstration=not (empty or settings.PRODUCTION))
