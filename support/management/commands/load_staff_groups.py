from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from support.groups import load_groups


class Command(BaseCommand):
    help = "Crée les groupes de l’équipe et leurs droits ; peut être relancée sans effet."

    def handle(self, *args, **options):
        self.stdout.write(_("Groupes : %(names)s.") % {"names": ", ".join(load_groups())})
