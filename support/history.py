"""What happened to a request, in words: a sentence in its conversation, a line in its history."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from support.models import RequestEvent
from support.workflow import OPEN, State

Deed = RequestEvent.Deed
DEEDS = {
    Deed.INTERESTED: gettext_lazy("%(who)s a signalé son intérêt"),
    Deed.REMINDED: gettext_lazy("%(who)s a relancé le client"),
}
ENTERED = {
    State.NEEDS_DETAILS: gettext_lazy("%(who)s a demandé une précision"),
    State.QUOTED: gettext_lazy("%(who)s a envoyé le devis"),
    State.ACCEPTED: gettext_lazy("%(who)s a accepté le devis"),
    State.HANDED_OVER: gettext_lazy("%(who)s a transmis la demande aux ventes"),
    State.APPLIED: gettext_lazy("%(who)s a appliqué le changement"),
    State.REFUSED: gettext_lazy("%(who)s a refusé la demande"),
    State.WITHDRAWN: gettext_lazy("%(who)s a retiré la demande"),
    State.EXPIRED: gettext_lazy("Le devis a expiré"),
    State.CLOSED: gettext_lazy("%(who)s a clos la demande"),
}
BACK_TO_NEW = {
    State.NEEDS_DETAILS: gettext_lazy("%(who)s a donné la précision"),
    State.QUOTED: gettext_lazy("%(who)s n’a pas retenu le devis"),
}


def sentence(event: RequestEvent) -> str:
    """Return what the conversation tells of an event; nothing of what it shows by itself."""
    who = {"who": who_did(event)}
    if event.deed == Deed.ASSIGNED:
        return _assigned(event)
    if event.deed in DEEDS:
        return DEEDS[event.deed] % who
    before, after = event.from_state, event.to_state
    if not before or before == after:  # the first message, or the note of a call, tells it
        return ""
    if after == State.PRICED:
        return _("%(who)s a renvoyé la demande") % who if before == State.HANDED_OVER else ""
    if after == State.NEW:
        return _back_to_new(before) % who
    return ENTERED[after] % who


def _back_to_new(before: str) -> str:
    if before in OPEN:
        return BACK_TO_NEW[before]
    return _("%(who)s a rouvert la demande")


def _assigned(event: RequestEvent) -> str:
    """Return who gave the request to whom; the note of such an event is that name."""
    who = who_did(event)
    if event.note == who:
        return _("%(who)s a pris la demande") % {"who": who}
    return _("%(who)s a assigné la demande à %(name)s") % {"who": who, "name": event.note}


def line(event: RequestEvent) -> str:
    """Return what the history says after a name: « statut Nouvelle → Chiffrée »."""
    if event.deed == Deed.ASSIGNED:
        return _("assignée à %(name)s") % {"name": event.note}
    if event.deed != Deed.MOVED:
        return event.get_deed_display()
    if not event.from_state:
        return _("demande créée")
    told = {"before": event.get_from_state_display(), "after": event.get_to_state_display()}
    return _("statut %(before)s → %(after)s") % told


def who_did(event: RequestEvent) -> str:
    """Return a name; what nobody did, the engine did."""
    return event.actor.full_name if event.actor else _("Le moteur")
