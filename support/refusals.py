"""What a refusal of the engine means, in words for the page."""

from django.utils.translation import gettext as _

from subscriptions.billing import Parked
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.plan_changes import OverLimit
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support.conversation import AlreadyReminded
from support.drawing import ChangeWaits, OverLimits
from support.handover import NotAgreed
from support.moves import AlreadyAsked
from support.quotes import ExpiredQuote, ReductionTooLarge, StaleQuote
from support.workflow import IllegalMove


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
        OverLimits: _(
            "Vos nombres dépassent les limites de cette formule : elle ne peut pas prendre "
            "effet à l’échéance."
        ),
        Parked: _("Nous vérifions le montant de ce changement : écrivez au support."),
        VatUnresolved: _(
            "Nous déterminons votre TVA : le support est prévenu et vous répondra. "
            "Rien n’est facturé d’ici là."
        ),
    }
    return texts.get(type(refusal), _("Ce changement ne peut pas se faire : écrivez au support."))


def stale_text(stale: StaleQuote) -> str:
    """Return why a quote no longer holds; a VAT in doubt is the one cause worth its own words."""
    if isinstance(stale.__cause__, VatUnresolved):
        return refusal_text(stale.__cause__)
    return _("Votre abonnement a changé depuis ce devis : demandez-en un nouveau.")


def desk_refusal_text(refusal: Exception) -> str:
    """Return why a move of the desk was refused, and what to do."""
    if isinstance(refusal, OverLimits):
        return _over_limits_text(refusal)
    if isinstance(refusal, ReductionTooLarge):
        return _too_large_text(refusal)
    texts = {
        AlreadyAsked: _("Le client a déjà une autre demande ouverte : %s."),
        AlreadyReminded: _("Le client a déjà été relancé aujourd’hui : recommencez demain."),
        AlreadySubscribed: _("Rien ne changerait : c’est déjà ce que le client a."),
        ChangeWaits: _(
            "Un autre changement attend l’échéance, le %s : chiffrez « à l’échéance » "
            "pour le remplacer."
        ),
        ExpiredQuote: _("Ce devis a expiré : chiffrez à nouveau."),
        IllegalMove: _("La demande a changé entre-temps : voici où elle en est."),
        NoPrice: _("Pas de prix au tarif pour ce choix : il est sur devis."),
        Parked: _(
            "La facture de l’échéance passe les bornes de sûreté : vérifiez les prix convenus. %s"
        ),
        NotActive: _("L’abonnement n’est pas en état de changer (paiement en retard, terminé)."),
        NotAgreed: _("Le possesseur n’a pas encore accepté le devis."),
        NotApplicable: _(
            "Une formule moins chère, comme le retour au mensuel, ne prend effet qu’à l’échéance, "
            "et un changement daté d’une période à venir attend qu’elle commence."
        ),
        OverLimit: _("Les comptes du client dépassent les limites de cette formule."),
        StaleQuote: _("L’abonnement ou ses prix ont changé depuis le devis : chiffrez à nouveau."),
        VatUnresolved: _(
            "La TVA du client reste à déterminer : complétez ses coordonnées. "
            "Une tâche l’attend dans la file."
        ),
    }
    text = texts[type(refusal)]
    return text % refusal if "%s" in text else text


def _too_large_text(refusal: ReductionTooLarge) -> str:
    names = ", ".join(refusal.managers)
    who = _("un responsable (%(names)s)") % {"names": names} if names else _("un responsable")
    return _("Au-delà de %(limit)d %%, seul %(who)s accorde la remise.") % {
        "limit": refusal.limit,
        "who": who,
    }


def _over_limits_text(refusal: OverLimits) -> str:
    words = {
        "learners": _("apprenants"),
        "trainers": _("intervenants"),
        "administrators": _("administrateurs"),
    }
    figures = ", ".join(
        _("%(count)d %(what)s pour %(limit)d")
        % {"count": count, "what": words[what], "limit": limit}
        for what, (count, limit) in refusal.figures.items()
    )
    return _("Le changement serait refusé à l’échéance (R8) : %(figures)s.") % {"figures": figures}
