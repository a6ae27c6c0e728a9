"""What staff agreed with one customer: prices and discounts, each with its reason (R5, R6)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from subscriptions.catalogue_models import COMMITMENT_LABELS, Component


class NegotiatedPrice(TenantModel):
    """A price agreed with one customer, both days included, which beats the list (R5)."""

    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="negotiated",
    )
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(_("engagement"), max_length=7, choices=COMMITMENT_LABELS)
    amount_cents = models.PositiveIntegerField(_("prix HT"))
    first_on = models.DateField(_("du"))
    last_on = models.DateField(_("au"), help_text="Included.")
    reason = models.CharField(_("motif"), max_length=200)

    class Meta:
        verbose_name = _("prix négocié")
        verbose_name_plural = _("prix négociés")
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="negotiated_order")
        ]

    def __str__(self):
        return f"{self.component_id} {self.amount_cents}"


class Discount(TenantModel):
    """A part taken off the plan's price, for so many periods from the next one billed (R6)."""

    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="discounts",
        help_text="Null before the first one; it is given to it.",
    )
    percent = models.DecimalField(_("remise"), max_digits=5, decimal_places=2)
    starts_on = models.DateField(_("dès le"), help_text="First day of the first period it is for.")
    periods = models.PositiveSmallIntegerField(_("périodes"))
    reason = models.CharField(_("motif"), max_length=200)
    opened_by = models.CharField(
        max_length=80, blank=True, help_text="The operation of the change it came with, if any."
    )

    class Meta:
        verbose_name = _("remise")
        verbose_name_plural = _("remises")
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100, periods__gte=1), name="discount_bounds"
            )
        ]

    def __str__(self):
        return f"{self.percent} %"
