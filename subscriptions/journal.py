"""What was done on an account, told in French from the journal's stable verbs."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Organization

TOLD = {
    "organization created": _("compte ouvert"),
    "trial started": _("essai ouvert"),
    "plan chosen": _("formule choisie pour la fin de l’essai"),
    "trial converted": _("essai devenu abonnement"),
    "trial expired": _("essai terminé sans formule"),
    "subscribed": _("abonnement ouvert"),
    "subscription changed": _("abonnement changé"),
    "subscription ended": _("abonnement terminé"),
    "subscription released": _("abonnement libéré"),
    "options taken": _("options souscrites"),
    "option ended": _("option arrêtée à l’échéance"),
    "option kept": _("option gardée"),
    "option undone": _("souscription à une option annulée"),
    "option interest noted": _("intérêt pour une option"),
    "plan_change ordered at term": _("changement de formule demandé pour l’échéance"),
    "commitment_change ordered at term": _("changement d’engagement demandé pour l’échéance"),
    "cancellation ordered at term": _("résiliation demandée pour l’échéance"),
    "plan_change withdrawn": _("changement de formule retiré"),
    "commitment_change withdrawn": _("changement d’engagement retiré"),
    "cancellation withdrawn": _("résiliation retirée"),
    "plan change asked": _("changement de formule demandé au support"),
    "plan change applied": _("changement de formule appliqué"),
    "quote accepted": _("devis accepté"),
    "price agreed": _("prix convenu"),
    "discount added": _("remise accordée"),
    "days credited": _("jours crédités"),
    "document cancelled": _("document annulé"),
    "payment recorded": _("virement enregistré"),
    "place changed": _("adresse de facturation changée"),
    "limit passed": _("limite d’apprenants dépassée"),
    "overrun ended": _("dépassement terminé"),
    "enrollments closed": _("nouvelles inscriptions refusées"),
    "grace extended": _("délai prolongé"),
    "staff order placed": _("geste du support"),
    "staff order decided": _("décision sur un geste du support"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the journal; nobody stands for the engine."""

    at: datetime
    actor: str
    told: str


def latest(organization: Organization, *, most: int) -> list[Told]:
    """Return what was last done on an account; a verb without a sentence is told as it is."""
    events = AuditEvent.objects.filter(organization=organization).select_related("actor")
    return [
        Told(
            at=event.created_at,
            actor=event.actor.full_name if event.actor else "",
            told=str(TOLD.get(event.action, event.action)),
        )
        for event in events.order_by("-created_at", "-pk")[:most]
    ]
