"""What was issued: numbered documents that never change (R12), and what was paid on them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel, TenantPart
from accounts.written_once import never_emptied
from subscriptions.catalogue_models import Component, PriceList, Seller


def frozen() -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse any change of an issued row, whoever asks."""
    return [
        pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete),
        never_emptied(),
    ]


class NumberSeries(models.Model):
    """The counter of one contiguous series of a seller (R12), locked and moved by the issue."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="series")
    name = models.CharField(max_length=5, help_text="F2026 for invoices, A2026 for credit notes.")
    first = models.PositiveIntegerField(default=1, help_text="1 but for a series taken over.")
    last = models.PositiveIntegerField(default=0)
    last_issued_on = models.DateField(null=True, help_text="Issue dates never go back.")
    last_hash = models.CharField(max_length=64, blank=True, help_text="The chain's last link.")

    class Meta:
        verbose_name = _("série")
        verbose_name_plural = _("séries")
        constraints = [models.UniqueConstraint(fields=["seller", "name"], name="one_series")]

    def __str__(self):
        return f"{self.name}-{self.last:06d}"


class Invoice(TenantPart):
    """An issued invoice or credit note, complete in itself: amounts and both parties."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("facture")
        CREDIT_NOTE = "credit_note", _("avoir")

    seller = models.ForeignKey(
        Seller,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,  # one_document_per_number begins with it
    )
    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="invoices",
    )
    kind = models.CharField(_("nature"), max_length=11, choices=Kind.choices)
    series = models.CharField(max_length=5)
    sequence = models.PositiveIntegerField(help_text="1, 2, 3… without a gap in its series.")
    number = models.CharField(_("numéro"), max_length=16, help_text="F2026-000123")
    issued_on = models.DateField(_("émise le"))
    due_on = models.DateField(_("échéance"))
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="corrections"
    )
    net_cents = models.BigIntegerField(_("total HT"))
    vat_cents = models.BigIntegerField(_("TVA"))
    gross_cents = models.BigIntegerField(_("total TTC"))
    credit_used_cents = models.BigIntegerField(
        _("avoir utilisé"), default=0, help_text="Account credit that settles it, with VAT (R7)."
    )
    vat_totals = models.JSONField(help_text="[{rate, base_cents, amount_cents}], one per rate.")
    vat_ground = models.CharField(max_length=200, blank=True, help_text="The law when no VAT.")
    seller_identity = models.JSONField(help_text="The seller as it was, mention by mention.")
    buyer_identity = models.JSONField(help_text="The buyer as it was.")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("facture")
        verbose_name_plural = _("factures")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "series", "sequence"], name="one_document_per_number"
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=F("net_cents") + F("vat_cents")),
                name="gross_is_net_and_vat",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", gross_cents__gte=0)
                | Q(kind="credit_note", gross_cents__lte=0, corrects__isnull=False),
                name="document_sign",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-issued_on"], name="invoice_by_day")]
        triggers = frozen()

    def __str__(self):
        return self.number

    @property
    def to_pay_cents(self) -> int:
        """What is left to pay once account credit was used, with VAT."""
        return self.gross_cents - self.credit_used_cents


class InvoiceLine(TenantPart):
    """One line of a document, with what explains it (R1, R6, R10, R11)."""

    class Kind(models.TextChoices):
        PERIOD = "period", _("période")
        CHARGE = "charge", _("supplément")
        CREDIT = "credit", _("crédit")
        CARRIED = "carried", _("report")

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="lines"
    )
    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="lines",
    )
    # No index here and on price_list: nobody asks for the lines of one, and what is sold stays.
    component = models.ForeignKey(
        Component, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind.choices)
    operation = models.CharField(max_length=80, help_text="What ordered it; one bills once.")
    commitment = models.CharField(max_length=7, help_text="Whose period it is part of.")
    position = models.PositiveSmallIntegerField()
    designation = models.CharField(_("désignation"), max_length=200)
    starts_on = models.DateField(_("du"))
    ends_before = models.DateField(_("au"), help_text="Half-open, the service period.")
    full_price_cents = models.BigIntegerField(
        help_text="The full-period price it was billed at, discount taken off."
    )
    listed_cents = models.BigIntegerField(help_text="The full-period price before any discount.")
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    days = models.PositiveIntegerField(help_text="Days billed, of days_in_period.")
    days_in_period = models.PositiveIntegerField()
    price_list = models.ForeignKey(
        PriceList, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    vat_rate = models.DecimalField(max_digits=4, decimal_places=2, help_text="Percent.")
    net_cents = models.BigIntegerField(_("HT"))
    is_goodwill = models.BooleanField(
        default=False, help_text="A gesture of staff, which no fact asks for."
    )

    class Meta:
        verbose_name = _("ligne")
        verbose_name_plural = _("lignes")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription", "component", "commitment", "starts_on"],
                condition=Q(kind="period"),
                name="period_billed_once",
            ),
            models.UniqueConstraint(
                fields=["organization", "operation", "component", "kind", "starts_on"],
                condition=~Q(kind="period"),
                name="operation_billed_once",
            ),
            models.CheckConstraint(condition=Q(ends_before__gt=F("starts_on")), name="line_order"),
        ]
        triggers = frozen()

    def __str__(self):
        return self.designation


class Payment(TenantModel):
    """Money received on an invoice."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="payments"
    )
    amount_cents = models.PositiveBigIntegerField(_("montant TTC"))
    received_on = models.DateField(_("reçu le"))
    reference = models.CharField(_("référence du virement"), max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("paiement")
        verbose_name_plural = _("paiements")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "invoice", "reference"], name="payment_recorded_once"
            )
        ]
        triggers = frozen()

    def __str__(self):
        return self.reference


class WaitingLine(TenantModel):
    """A charge too small to be invoiced alone, until the next invoice carries it (R13)."""

    subscription = models.ForeignKey(
        "subscriptions.Subscription",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="waiting_lines",
    )
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=80)
    commitment = models.CharField(max_length=7)
    designation = models.CharField(_("désignation"), max_length=200)
    starts_on = models.DateField(_("du"))
    ends_before = models.DateField(_("au"))
    full_price_cents = models.BigIntegerField()
    listed_cents = models.BigIntegerField()
    discount_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    days = models.PositiveIntegerField()
    days_in_period = models.PositiveIntegerField()
    price_list = models.ForeignKey(PriceList, null=True, on_delete=models.PROTECT, related_name="+")
    vat_rate = models.DecimalField(
        max_digits=4,
        decimal_places=2,
        null=True,
        help_text="Percent, as it was owed; null before it was kept: that of the invoice.",
    )
    vat_ground = models.CharField(max_length=200, blank=True, help_text="The law when no VAT.")
    net_cents = models.BigIntegerField(_("HT"))
    carried_by = models.ForeignKey(
        Invoice, null=True, on_delete=models.PROTECT, db_constraint=False, related_name="carried"
    )

    class Meta:
        verbose_name = _("ligne en attente")
        verbose_name_plural = _("lignes en attente")
        indexes = [
            models.Index(
                fields=["organization"], condition=Q(carried_by=None), name="lines_waiting"
            )
        ]

    def __str__(self):
        return self.designation


class AccountCredit(TenantModel):
    """Money a credit note leaves on the account, with VAT, for the next invoices (R7)."""

    credit_note = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="account_credits"
    )
    amount_cents = models.PositiveBigIntegerField(_("montant TTC"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("crédit")
        verbose_name_plural = _("crédits")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "credit_note"], name="one_credit_per_note"
            )
        ]
        triggers = frozen()

    def __str__(self):
        return f"{self.amount_cents}"


class CreditUse(TenantModel):
    """A part of an account credit that settles an invoice at its issue (R7)."""

    credit = models.ForeignKey(
        AccountCredit, on_delete=models.PROTECT, db_constraint=False, related_name="uses"
    )
    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, db_constraint=False, related_name="credit_uses"
    )
    amount_cents = models.PositiveBigIntegerField(_("montant TTC"))

    class Meta:
        verbose_name = _("crédit utilisé")
        verbose_name_plural = _("crédits utilisés")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "credit", "invoice"], name="credit_used_once_per_invoice"
            )
        ]
        triggers = frozen()

    def __str__(self):
        return f"{self.amount_cents}"
