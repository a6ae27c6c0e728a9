"""What staff ordered: each form sent is one row, so that a second click does nothing."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from subscriptions.staff_rights import Deed

DEED_LABELS = [
    (Deed.RELEASE.value, _("Libérer")),
    (Deed.AGREE_PRICE.value, _("Convenir d’un prix")),
    (Deed.ADD_DISCOUNT.value, _("Accorder une remise")),
    (Deed.CREDIT_DAYS.value, _("Créditer des jours")),
    (Deed.CANCEL_DOCUMENT.value, _("Annuler un document")),
    (Deed.RECORD_PAYMENT.value, _("Enregistrer un virement")),
    (Deed.CHANGE_NOW.value, _("Appliquer maintenant")),
    (Deed.CANCEL_AT_TERM.value, _("Résilier à l’échéance")),
    (Deed.WITHDRAW_PENDING.value, _("Retirer ce qui attend")),
    (Deed.EXTEND_GRACE.value, _("Prolonger le délai")),
]


class StaffOrder(TenantModel):
    """A deed of staff on a subscription; a large credit note waits for a second manager."""

    class State(models.TextChoices):
        WAITING = "waiting", _("attend un second accord")
        DONE = "done", _("faite")
        REFUSED = "refused", _("refusée")

    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="orders",
    )
    about = models.ForeignKey(
        "subscriptions.Invoice",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("document concerné"),
        help_text="The document that is paid or cancelled.",
    )
    deed = models.CharField(_("geste"), max_length=16, choices=DEED_LABELS)
    details = models.JSONField(_("détails"), default=dict, help_text="Its arguments, plain values.")
    reason = models.CharField(_("motif"), max_length=300)
    key = models.UUIDField(help_text="Of the form that ordered it; one form, one order.")
    state = models.CharField(_("état"), max_length=7, choices=State.choices)
    takes_two = models.BooleanField(
        _("à deux"), default=False, help_text="A second person decides (staff_rights)."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("demandée par"),
    )
    asked_on = models.DateField(_("le"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("décidée par"),
    )
    decided_on = models.DateField(_("décidée le"), null=True)
    issued = models.ForeignKey(
        "subscriptions.Invoice",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("document émis"),
    )

    class Meta:
        verbose_name = _("geste du support")
        verbose_name_plural = _("gestes du support")
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="one_order_per_form"),
            models.CheckConstraint(
                condition=Q(takes_two=False, state="done", decided_by=None)
                | Q(takes_two=True, state="waiting", decided_by=None)
                | Q(takes_two=True, state__in=["done", "refused"], decided_by__isnull=False),
                name="order_decided",
            ),
            models.CheckConstraint(
                condition=~Q(takes_two=True, state="done") | ~Q(decided_by=F("asked_by")),
                name="two_people_for_a_large_credit_note",
            ),
        ]
        indexes = [
            models.Index(fields=["asked_on"], condition=Q(state="waiting"), name="orders_waiting")
        ]

    def __str__(self):
        return self.get_deed_display()
