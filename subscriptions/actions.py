"""The buttons of the billing desk: one for each deed, with its form and what it will do."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from subscriptions.models import PendingChange, Subscription
from subscriptions.staff_forms import (
    ChangeForm,
    DaysForm,
    DeedForm,
    DiscountForm,
    GraceForm,
    PaymentForm,
    PriceForm,
)
from subscriptions.staff_rights import Deed

RENEWING = (Subscription.Status.ACTIVE, Subscription.Status.PAST_DUE)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which buttons are shown."""

    status: str
    is_parked: bool
    pending: str  # the kind of what waits, or nothing
    is_over: bool  # more learners than the plan holds (R20)


@dataclass(frozen=True, slots=True)
class Action:
    """One button."""

    label: str
    effect: str
    done: str
    form: type[DeedForm]
    is_open: Callable[[Standing], bool] = lambda standing: True
    is_stop: bool = False


def _renews(standing: Standing) -> bool:
    return standing.status in RENEWING


ON_SUBSCRIPTION = {
    Deed.RELEASE: Action(
        _("Libérer"),
        _(
            "La facturation de la nuit reprend cet abonnement, périodes en retard comprises. "
            "Ce que les bornes ont refusé est facturé ainsi, cette fois seulement."
        ),
        _("Abonnement libéré : la prochaine facturation le reprend."),
        DeedForm,
        is_open=lambda standing: standing.is_parked,
    ),
    Deed.CHANGE_NOW: Action(
        _("Appliquer maintenant"),
        _("L’abonnement change aujourd’hui et le document ci-contre est émis."),
        _("Changement appliqué."),
        ChangeForm,
        is_open=lambda standing: _renews(standing) and not standing.is_parked,
    ),
    Deed.AGREE_PRICE: Action(
        _("Convenir d’un prix"),
        _("Ce prix remplace le tarif pour l’engagement en cours. Ce qui est facturé le reste."),
        _("Prix convenu."),
        PriceForm,
        is_open=_renews,
    ),
    Deed.ADD_DISCOUNT: Action(
        _("Accorder une remise"),
        _("La remise porte sur le prix de la formule, dès la prochaine période facturée."),
        _("Remise accordée."),
        DiscountForm,
    ),
    Deed.CREDIT_DAYS: Action(
        _("Créditer des jours"),
        _("Un avoir est émis au prix facturé ; il réglera les prochaines factures."),
        _("Avoir émis."),
        DaysForm,
        is_open=_renews,
    ),
    Deed.WITHDRAW_PENDING: Action(
        _("Retirer ce qui attend"),
        _("Ce qui attendait l’échéance n’aura pas lieu ; l’abonnement est reconduit tel quel."),
        _("Retiré. L’abonnement sera reconduit tel quel."),
        DeedForm,
        is_open=lambda standing: bool(standing.pending),
    ),
    Deed.EXTEND_GRACE: Action(
        _("Prolonger le délai"),
        _("Le client inscrit au-dessus de sa limite jusqu’à la veille ; il est prévenu."),
        _("Délai prolongé : le possesseur est prévenu."),
        GraceForm,
        is_open=lambda standing: standing.is_over,
    ),
    Deed.CANCEL_AT_TERM: Action(
        _("Résilier à l’échéance"),
        _("L’abonnement prend fin à son échéance, sans avoir. On peut revenir dessus jusque-là."),
        _("Résiliation enregistrée pour l’échéance."),
        DeedForm,
        is_open=lambda standing: (
            _renews(standing) and standing.pending != PendingChange.Kind.CANCELLATION
        ),
        is_stop=True,
    ),
}

ON_DOCUMENT = {
    Deed.RECORD_PAYMENT: Action(
        _("Enregistrer un virement"),
        _("Le paiement est affecté à cette facture."),
        _("Virement enregistré."),
        PaymentForm,
    ),
    Deed.CANCEL_DOCUMENT: Action(
        _("Annuler un document"),
        _(
            "Un avoir du même montant est émis, gardé au compte, "
            "et ce que la facture avait ouvert est défait."
        ),
        _("Document annulé par un avoir."),
        DeedForm,
        is_stop=True,
    ),
}
ALL = {**ON_SUBSCRIPTION, **ON_DOCUMENT}
