"""What a refusal of the engine means, in words for the page."""

from django.utils.translation import gettext as _

from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.tariffs import NoPrice
from support.drawing import ChangeWaits


def refusal_text(refusal: Exception) -> str:
    """Return why the engine refuses a change, and what to do."""
    texts = {
        AlreadySubscribed: _(
            "C’est déjà votre formule et votre engagement : choisissez ce qui doit changer."
        ),
        ChangeWaits: _(
            "Un changement attend déjà votre échéance : choisissez « À l’échéance » "
            "pour le remplacer."
        ),
        NotActive: _(
            "Votre abonnement ne peut pas changer en ce moment. Écrivez au support, "
            "ou réglez la facture en attente."
        ),
        NotApplicable: _(
            "Une formule moins chère, comme le retour au mensuel, ne prend effet qu’à "
            "l’échéance : choisissez « À l’échéance »."
        ),
        NoPrice: _("Ce choix est sur devis : écrivez au support."),
    }
    return texts.get(type(refusal), _("Votre TVA reste à déterminer : écrivez au support."))
