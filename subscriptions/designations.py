"""What a line says on the document, in French."""

from django.utils.translation import gettext as _

from subscriptions.lines import CREDIT, PERIOD, Line
from subscriptions.periods import Commitment


def designation(name: str, line: Line) -> str:
    """Return what a line bills, by the name of its component."""
    if line.kind == PERIOD:
        words = (
            _("%(name)s, abonnement annuel")
            if line.commitment == Commitment.ANNUAL
            else _("%(name)s, abonnement mensuel")
        )
    elif line.kind == CREDIT:
        words = _("%(name)s, part non utilisée")
    else:
        words = _("%(name)s, jusqu’à l’échéance")
    return words % {"name": name}
