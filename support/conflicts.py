"""Refusals of the desk's services as the API says them: a status, a stable code, French words."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from subscriptions.billing import Parked
from subscriptions.items import AlreadySubscribed, NotActive, NotApplicable
from subscriptions.models import Subscription
from subscriptions.tariffs import NoPrice
from subscriptions.vat import VatUnresolved
from support.drawing import REFUSALS, ChangeWaits
from support.moves import AlreadyAsked
from support.programs import KeyReused, OtherQuote
from support.quotes import ExpiredQuote, StaleQuote
from support.refusals import refusal_text, stale_text
from support.workflow import IllegalMove, NotAllowed

EXPECTED = (
    AlreadyAsked,
    ExpiredQuote,
    IllegalMove,
    KeyReused,
    NotAllowed,
    OtherQuote,
    StaleQuote,
    Subscription.DoesNotExist,
    *REFUSALS,
)
ENGINE_CODES = {
    ChangeWaits: "change_waits",
    NoPrice: "on_quote",
    NotActive: "not_active",
    NotApplicable: "at_term_only",
    Parked: "parked",
    VatUnresolved: "vat_unresolved",
}


class Conflict(APIException):
    """The request was right once; what it met has changed."""

    status_code = 409


class Told(Conflict):
    """Support was told of a VAT in doubt, which stays; the deed is undone already."""

    keeps_what_was_told = True


class Gone(APIException):
    """What is agreed to was valid until an earlier day."""

    status_code = 410


class Forbidden(APIException):
    """The role that this move asks for is another one."""

    status_code = 403


def refused(refusal: Exception) -> APIException:
    """Return an expected refusal of a service as the API answers it."""
    if isinstance(refusal, AlreadySubscribed):
        return ValidationError({"plan": [ErrorDetail(refusal_text(refusal), "nothing_changes")]})
    if isinstance(refusal, NotAllowed):
        text = _("Votre rôle ne permet pas ce geste sur cette demande.")
        return Forbidden(text, "not_allowed")
    if isinstance(refusal, ExpiredQuote):
        return Gone(_("Ce devis a expiré : demandez-en un nouveau."), "expired_quote")
    if isinstance(refusal, StaleQuote):
        kind = Told if isinstance(refusal.__cause__, VatUnresolved) else Conflict
        return kind(stale_text(refusal), "stale_quote")
    return _conflict(refusal)


def _conflict(refusal: Exception) -> Conflict:
    if isinstance(refusal, AlreadyAsked):
        text = _("Une demande est déjà en cours : %(reference)s.") % {"reference": refusal}
        return Conflict(text, "already_asked")
    if isinstance(refusal, IllegalMove):
        text = _("La demande n’est pas, ou n’est plus, dans un état qui permet ce geste.")
        return Conflict(text, "illegal_move")
    if isinstance(refusal, KeyReused):
        text = _("Cette clé d’idempotence a déjà servi à autre chose.")
        return Conflict(text, "idempotency_mismatch")
    if isinstance(refusal, OtherQuote):
        text = _("Ce devis n’est plus celui que vous avez lu : relisez-le.")
        return Conflict(text, "other_quote")
    if isinstance(refusal, Subscription.DoesNotExist):
        refusal = NotActive("none")
    kind = Told if isinstance(refusal, VatUnresolved) else Conflict
    return kind(refusal_text(refusal), ENGINE_CODES.get(type(refusal), "not_possible"))
