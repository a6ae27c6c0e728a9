"""The buttons of the desk: one for each deed, with its form and what it will do."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from support import conversation, handover, interests, quotes
from support.message_forms import CustomerMessageForm, RefuseForm
from support.staff_forms import (
    CallForm,
    CorrectForm,
    NoteForm,
    PriceForm,
    ReasonForm,
    SendQuoteForm,
    StaffForm,
)
from support.workflow import Aside, Move


@dataclass(frozen=True, slots=True)
class Action:
    """One button: `run` takes request_id, actor, on and the form's arguments."""

    label: str
    effect: str
    done: str
    form: type[StaffForm]
    run: Callable[..., object]
    shows_quote: bool = False
    is_stop: bool = False


ACTIONS = {
    Move.PRICE: Action(
        _("Chiffrer"),
        _("Le moteur de facturation établit un devis en brouillon, qui remplace le précédent."),
        _("Devis chiffré, en brouillon."),
        PriceForm,
        quotes.price,
    ),
    Move.SEND_QUOTE: Action(
        _("Envoyer le devis"),
        _("Le possesseur reçoit le devis par e-mail et peut l’accepter jusqu’au jour choisi."),
        _("Devis envoyé au possesseur."),
        SendQuoteForm,
        quotes.send_quote,
        shows_quote=True,
    ),
    Move.HAND_OVER: Action(
        _("Transmettre aux ventes"),
        _("La demande passe au service des ventes, qui l’applique."),
        _("Demande transmise au service des ventes."),
        NoteForm,
        handover.hand_over,
        shows_quote=True,
    ),
    Move.SEND_BACK: Action(
        _("Renvoyer au support"),
        _("La demande revient au support, avec votre motif en note interne."),
        _("Demande renvoyée au support."),
        ReasonForm,
        handover.send_back,
    ),
    Move.APPLY: Action(
        _("Appliquer"),
        _("L’abonnement change et la facture est celle du devis, au centime près."),
        _("Changement appliqué."),
        StaffForm,
        handover.apply,
        shows_quote=True,
    ),
    Move.ASK_DETAILS: Action(
        _("Demander une précision"),
        _("Le demandeur reçoit votre question par e-mail ; la demande attend sa réponse."),
        _("Question envoyée ; la demande attend la réponse."),
        CustomerMessageForm,
        conversation.ask_details,
    ),
    Move.REFUSE: Action(
        _("Refuser"),
        _("Le demandeur et le possesseur reçoivent votre message par e-mail. Rien ne change."),
        _("Demande refusée ; le client est prévenu."),
        RefuseForm,
        conversation.refuse,
        is_stop=True,
    ),
    Move.QUOTE_INTEREST: Action(
        _("Faire un devis"),
        _(
            "Une demande est ouverte pour cette option, à la formule et à l’engagement du client : "
            "il reste à la chiffrer. L’intérêt est clos ; les intéressés et le possesseur sont "
            "prévenus par e-mail."
        ),
        _("Demande de devis ouverte : il reste à la chiffrer."),
        NoteForm,
        interests.ask_quote,
    ),
    Aside.CALL: Action(
        _("Noter un appel"),
        _("L’appel est noté, invisible du client. L’intérêt reste ouvert, ou se clôt avec lui."),
        _("Appel noté, invisible du client."),
        CallForm,
        interests.note_call,
    ),
    Move.CLOSE: Action(
        _("Clore"),
        _("La demande quitte la file. Le client peut encore la lire."),
        _("Demande close."),
        NoteForm,
        conversation.close,
    ),
    Aside.REMIND: Action(
        _("Relancer"),
        _("Le client reçoit un rappel par e-mail, une fois par jour au plus."),
        _("Client relancé."),
        StaffForm,
        conversation.remind,
    ),
    Aside.CORRECT: Action(
        _("Corriger"),
        _(
            "Une nouvelle demande est ouverte, liée à celle-ci, au nom du même client : il reste à "
            "la chiffrer. Le demandeur reçoit votre message par e-mail. Ce qui est appliqué le "
            "reste jusque-là."
        ),
        _("Nouvelle demande ouverte, liée à celle qu’elle corrige : il reste à la chiffrer."),
        CorrectForm,
        handover.correct,
    ),
    Move.REOPEN: Action(
        _("Rouvrir"),
        _("La demande revient dans la file, comme une nouvelle."),
        _("Demande rouverte."),
        NoteForm,
        conversation.reopen,
    ),
}
