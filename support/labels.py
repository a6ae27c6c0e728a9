"""What people read for the kinds, the states and the days of a request."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

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
    (State.CLOSED.value, _("Close")),
]


class When(TextChoices):
    NOW = "now", _("maintenant")
    TERM = "term", _("à l’échéance")
