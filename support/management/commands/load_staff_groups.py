from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.tenancy import staff_context
from support.canned_replies import load_ready_answers
from support.groups import load_groups


class Command(BaseCommand):
    help = "Crée les groupes de l’équipe et les réponses types ; peut être relancée sans effet."

    def handle(self, *args, **options):
        self.stdout.write(_("Groupes : %(names)s.") % {"names": ", ".join(load_groups())})
        with staff_context():
            load_ready_answers()
