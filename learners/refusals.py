"""What a refused deed on enrolments or learners means, and which field can mend it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learners.enrollments import (
    AlreadyEnrolled,
    NotStarted,
    SameSession,
    SessionCancelled,
    StartedAlready,
    UnknownLearner,
    UnknownSession,
)
from learners.gate import EnrollmentRefused
from learners.identities import AlreadyMerged, SameLearner
from learners.models import TrainingSession
from learners.services import NotEnrolled

REASONS = {  # the field, the words
    UnknownLearner: (
        "email",
        gettext_lazy("Personne n’a encore cette adresse : donnez aussi le prénom et le nom."),
    ),
    SessionCancelled: (
        None,
        gettext_lazy("Une session annulée ne reçoit personne : rétablissez-la d’abord."),
    ),
    NotEnrolled: (
        "enrollment",
        gettext_lazy("Ces apprenants étaient déjà partis : rien n’a changé."),
    ),
    SameSession: ("target", gettext_lazy("Ils sont déjà dans cette session.")),
    UnknownSession: (
        "target",
        gettext_lazy("Aucune session n’a ce code : vérifiez-le dans la liste."),
    ),
    SameLearner: ("duplicate", gettext_lazy("C’est l’adresse de cette fiche.")),
}
OF_A_DAY = {
    NotStarted: gettext_lazy(
        "La session ne commence que le %(day)s : avant, annulez l’inscription."
    ),
    StartedAlready: gettext_lazy(
        "La session a commencé le %(day)s : depuis, un départ compte. Marquez-le comme parti, "
        "ou donnez une date d’annulation avant ce jour."
    ),
}
REFUSALS = (*REASONS, *OF_A_DAY, AlreadyEnrolled, AlreadyMerged, EnrollmentRefused)


def reason(refused: Exception, session: TrainingSession | None = None) -> tuple[str | None, str]:
    """Return the field to be corrected, None for no field in particular, and the words."""
    match refused:
        case AlreadyEnrolled():
            return "email", _("%(name)s est déjà dans cette session.") % {"name": refused.learner}
        case AlreadyMerged():
            words = _("La fiche %(email)s a déjà été fusionnée avec une autre.")
            return "duplicate", words % {"email": refused.learner.email}
        case NotStarted() | StartedAlready():
            day = f"{session.starts_on:%d/%m/%Y}"
            return "on", OF_A_DAY[type(refused)] % {"day": day}
        case EnrollmentRefused():
            return None, str(refused)
    field, words = REASONS[type(refused)]
    return field, str(words)
