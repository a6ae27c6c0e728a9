from django.core.management.base import BaseCommand

from digiforma.sandbox import supervisor


class Command(BaseCommand):
    help = "Run the whole product: services, database, demonstration, web, worker and beat."
    requires_system_checks = []

    def handle(self, **_):
        supervisor.run()
