"""What people read for the kinds, the states and the days of a request."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from support.workflow import Kind, State

KIND_LABELS = [
    (Kind.PLAN_CHANGE.value, _("changement de formule")),
    (Kind.OPTION_INTEREST.value, _("intérêt pour une option")),
    (Kind.CONTACT.value, _("message")),
    (Kind.TASK.value, _("tâche")),
]
STATE_LABELS = [
    (State.NEW.value, _("Nouvelle")),
    (State.NEEDS_DETAILS.value, _("Précision demandée")),
    (State.PRICED.value, _("Chiffrée")),
    (State.QUOTED.value, _("Devis envoyé")),
    (State.ACCEPTED.value, _("Acceptée")),
    (State.HANDED_OVER.value, _("Transmise")),
    (State.APPLIED.value, _("Appliquée")),
    (State.REFUSED.value, _("Refusée")),
    (State.WITHDRAWN.value, _("Retirée")),
    (State.EXPIRED.value, _("Expirée")),
    # Not Django's own « Close », which it would put into French.
    (State.CLOSED.value, pgettext_lazy("request", "Close")),
]

# What the customer reads instead: where their request is, and whose turn it is.
CUSTOMER_STATES = {
    State.NEW: _("Chez le support"),
    State.NEEDS_DETAILS: _("Précision attendue"),
    State.PRICED: _("Devis en préparation"),
    State.QUOTED: _("Accord attendu"),
    State.ACCEPTED: _("Mise en place"),
    State.HANDED_OVER: _("Mise en place"),
    State.APPLIED: _("En place"),
    State.REFUSED: _("Refusée"),
    State.WITHDRAWN: _("Retirée"),
    State.EXPIRED: _("Devis expiré"),
    State.CLOSED: _("Terminée"),
}


class When(TextChoices):
    NOW = "now", _("maintenant")
    TERM = "term", _("à l’échéance")


class RefusalReason(TextChoices):
    """Why the desk refuses; kept in the history, the customer reads a message of its own."""

    DOES_NOT_FIT = "does_not_fit", _("les effectifs dépassent la formule demandée")
    NOT_SOLD = "not_sold", _("la formule, l’option ou la date n’existe pas")
    UNPAID = "unpaid", _("une facture reste à payer")
    DUPLICATE = "duplicate", _("la demande fait double emploi")
    UNREACHABLE = "unreachable", _("le client ne répond plus")
    NOT_OURS = "not_ours", _("la demande ne concerne pas l’abonnement")
    OTHER = "other", _("autre motif")


class ClosingReason(TextChoices):
    """Why the desk closes a visitor's message without an answer; the visitor reads nothing."""

    UNWANTED = "unwanted", _("indésirable ou démarchage")
    NOT_OURS = "not_ours", _("ne concerne pas Digiforma")
    DUPLICATE = "duplicate", _("fait double emploi")
    ELSEWHERE = "elsewhere", _("réponse donnée autrement")
    OTHER = "other", _("autre motif")
