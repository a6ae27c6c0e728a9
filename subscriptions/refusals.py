"""What a refusal of the engine means, and what set a subscription aside, in words for staff."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscriptions.billing import Parked
from subscriptions.chain import IssueDateGoesBack
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.orders import AlreadyDecided, Changed, SamePerson
from subscriptions.overruns import NoOverrun, NotLater
from subscriptions.plan_changes import OverLimit
from subscriptions.releases import NotParked
from subscriptions.services import ExceedsBalance
from subscriptions.staff_deeds import UNBILLABLE, AlreadyRecorded
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved

REFUSALS = (
    AlreadySubscribed,
    NotActive,
    NotApplicable,
    OverLimit,
    NoOverrun,
    NotLater,
    NotParked,
    ExceedsBalance,
    AlreadyRecorded,
    AlreadyDecided,
    SamePerson,
    Changed,
    *UNBILLABLE,
)

NOT_APPLICABLE = {
    "at term only": gettext_lazy(
        "Une formule moins chère, comme le retour au mensuel, attend l’échéance. "
        "Un responsable peut passer outre."
    ),
    "changed since": gettext_lazy(
        "L’abonnement a changé depuis : annulez d’abord le document le plus récent."
    ),
    "a later period is billed": gettext_lazy(
        "Une période suivante est déjà facturée : annulez d’abord sa facture."
    ),
    "cancelled before": gettext_lazy("Ce document est déjà annulé, ou c’est un avoir."),
    "days not billed": gettext_lazy(
        "Aucun jour de cette période n’est encore facturé, ou il y en a moins."
    ),
    "credits exceed what was billed": gettext_lazy(
        "Cet avoir dépasserait ce qui a été facturé pour la période."
    ),
    "nothing waits": gettext_lazy("Rien n’attend l’échéance."),
}
BOUNDS = gettext_lazy("Les bornes arrêtent la facture suivante : %(reason)s.")
NO_PRICE = gettext_lazy("Aucun tarif en vigueur n’a ce prix : convenez d’abord d’un prix.")
NO_VAT_BY_PLACE = gettext_lazy(
    "Son code postal ou son pays ne dit pas quelle TVA s’applique : vérifiez l’adresse avec lui, "
    "puis corrigez ses coordonnées de facturation."
)
NO_VAT_BY_NUMBER = gettext_lazy(
    "Le client est dans un autre pays de l’Union sans numéro de TVA vérifié : demandez-le, "
    "puis corrigez ses coordonnées de facturation."
)
UNFORESEEN = gettext_lazy(
    "Une erreur imprévue a arrêté sa facture. Transmettez-la à l’équipe technique, puis libérez "
    "l’abonnement : %(error)s"
)


def refusal_text(refusal: Exception) -> str:
    """Return why the engine refuses, and what to do."""
    if isinstance(refusal, NotApplicable):
        return str(NOT_APPLICABLE.get(str(refusal), _("Cela ne peut pas prendre effet ainsi.")))
    if isinstance(refusal, Parked):
        return BOUNDS % {"reason": refusal.reason}
    texts = {
        AlreadySubscribed: _("C’est déjà sa formule et son engagement : rien ne changerait."),
        NotActive: _("L’abonnement n’est pas dans un état qui le permet, ou il est mis de côté."),
        OverLimit: _("Ce qui est compté aujourd’hui ne tient pas dans cette formule."),
        NoOverrun: _("La limite d’apprenants n’est pas dépassée : il n’y a pas de délai."),
        NotLater: _("Le délai va déjà jusque-là : choisissez un jour plus tard."),
        NotParked: _("L’abonnement n’est plus mis de côté."),
        ExceedsBalance: _("C’est plus que le reste à payer de cette facture."),
        AlreadyRecorded: _("Ce virement est déjà enregistré sur cette facture."),
        AlreadyDecided: _("Un collègue a déjà décidé."),
        SamePerson: _("Vous avez demandé cet avoir : un autre responsable l’approuve."),
        Changed: _("Le calcul a changé depuis l’aperçu : voici le nouveau."),
        NoPrice: str(NO_PRICE),
        VatUnresolved: _(
            "La TVA de ce client reste à déterminer : complétez ses coordonnées. "
            "Une tâche l’attend dans la file des demandes."
        ),
        IssueDateGoesBack: _("Un document plus récent est déjà émis : réessayez demain."),
    }
    return texts[type(refusal)]


def aside_text(parked_because: str) -> str:
    """Return why a subscription is set aside, and what to do; "" when it is not (R23)."""
    if not parked_because:
        return ""
    name, _colon, why = parked_because.partition(" : ")
    if name == Parked.__name__:
        return BOUNDS % {"reason": why}
    if name == NoPrice.__name__:
        return str(NO_PRICE)
    if name == VatUnresolved.__name__:
        return str(NO_VAT_BY_PLACE if why.startswith("unknown") else NO_VAT_BY_NUMBER)
    return UNFORESEEN % {"error": parked_because}
