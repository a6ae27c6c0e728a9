"""`demo_logins [--json]`: who may sign in to the demonstration, always the same."""

import json

from django.core.management.base import BaseCommand

from digiforma.demo import PASSWORD, logins


class Command(BaseCommand):
    help = "Donne les comptes de la démonstration."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="pour les programmes")

    def handle(self, *args, **options):
        write = self.stdout.write
        if options["json"]:
            write(json.dumps([_entry(login) for login in logins()], ensure_ascii=False))
            return
        for login in logins():
            write(f"{login.role:<14} {login.email:<40} {PASSWORD}  {login.organization or ''}")


def _entry(login) -> dict:
    return {
        "email": login.email,
        "password": PASSWORD,
        "role": str(login.role),
        "organization": login.organization,
        "totp_secret": None,
    }
