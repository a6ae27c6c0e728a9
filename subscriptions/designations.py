"""What a line says on the document, in French."""

from functools import cache

from django.utils.translation import gettext as _

from subscriptions.lines import CREDIT, PERIOD
from subscriptions.periods import Commitment


@cache
def designation(name: str, kind: str, commitment: Commitment) -> str:
    """Return what a line of this kind bills, by the name of its component.

    Documents are French and no other language: the sentence may be kept.
    """
    if kind == PERIOD:
        words = (
            _("%(name)s, abonnement annuel")
            if commitment == Commitment.ANNUAL
            else _("%(name)s, abonnement mensuel")
        )
    elif kind == CREDIT:
        words = _("%(name)s, part non utilisée")
    else:
        words = _("%(name)s, jusqu’à l’échéance")
    return words % {"name": name}
