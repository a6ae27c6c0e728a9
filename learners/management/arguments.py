"""What the commands of this app are told: an organization, a day."""

import re
from datetime import date

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.models import Organization
from accounts.tenancy import staff_context


def organization(slug: str) -> Organization:
    """Return the organization of a slug. Raises CommandError."""
    with staff_context():
        found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(_("Aucun organisme n’a l’identifiant « %(slug)s ».") % {"slug": slug})
    return found


def day(text: str) -> date:
    """Return a day written AAAA-MM-JJ. Raises CommandError."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise CommandError(_("« %(text)s » n’est pas un jour AAAA-MM-JJ qui existe.") % {"text": text})
