"""Quotes (devis), frozen once written (R19)."""

from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied
from subscriptions.lines import CREDIT
from subscriptions.models import COMMITMENT_LABELS, Plan
from support.labels import When


class Quote(TenantModel):
    """A priced answer (devis), frozen (R19); a later version replaces it, both stay readable."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("brouillon")
        SENT = "sent", _("envoyé")
        ACCEPTED = "accepted", _("accepté")
        DECLINED = "declined", _("décliné")
        EXPIRED = "expired", _("expiré")
        DROPPED = "dropped", _("sans suite")

    request = models.ForeignKey(
        "support.Request", on_delete=models.PROTECT, db_constraint=False, related_name="quotes"
    )
    version = models.PositiveSmallIntegerField(_("version"))
    status = models.CharField(_("état"), max_length=8, choices=Status.choices, default=Status.DRAFT)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(_("engagement"), max_length=7, choices=COMMITMENT_LABELS)
    when = models.CharField(_("quand"), max_length=4, choices=When.choices)
    options = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    effective_on = models.DateField(_("prise d’effet"))
    lines = models.JSONField(_("lignes"), help_text="The drawn lines, dates as ISO text.")
    vat_totals = models.JSONField(_("TVA par taux"), default=list)
    net_cents = models.BigIntegerField(_("total HT"))
    vat_cents = models.BigIntegerField(_("TVA"))
    gross_cents = models.BigIntegerField(_("total TTC"))
    due_on = models.DateField(_("à payer le"), null=True)
    before_cents = models.BigIntegerField(help_text="A full period before the change, HT.")
    after_cents = models.BigIntegerField(help_text="A full period after the change, HT.")
    surcharge_cents = models.BigIntegerField(help_text="after - before, for one such period.")
    months = models.PositiveSmallIntegerField(help_text="What before and after cover: 1 or 12.")
    discount_percent = models.DecimalField(
        _("remise"), max_digits=5, decimal_places=2, default=0, help_text="Off the plan's price."
    )
    discount_periods = models.PositiveSmallIntegerField(
        _("périodes remisées"), default=0, help_text="From the first full period billed."
    )
    discount_reason = models.CharField(_("motif de la remise"), max_length=200, blank=True)
    price_list_on = models.DateField(_("tarifs du"))
    learners = models.PositiveIntegerField(_("apprenants comptés"))
    basis = models.JSONField(help_text="What was held when it was priced; else it is stale.")
    priced_on = models.DateField(_("établi le"))
    valid_until = models.DateField(_("valable jusqu’au"), help_text="Included.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("devis")
        verbose_name_plural = _("devis")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "request", "version"], name="one_quote_per_version"
            ),
            models.UniqueConstraint(
                fields=["organization", "request"],
                condition=Q(status__in=["draft", "sent", "accepted"]),
                name="one_live_quote",
            ),
            models.CheckConstraint(
                condition=Q(gross_cents=models.F("net_cents") + models.F("vat_cents")),
                name="quote_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(surcharge_cents=models.F("after_cents") - models.F("before_cents")),
                name="surcharge_is_difference",
            ),
            models.CheckConstraint(
                condition=Q(discount_percent=0, discount_periods=0, discount_reason="")
                | Q(discount_percent__gt=0, discount_percent__lte=100, discount_periods__gte=1)
                & ~Q(discount_reason=""),
                name="discount_says_why",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="frozen", exclude=["status", "valid_until"]),
            pgtrigger.Protect(
                name="validity_frozen",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status="draft")
                & pgtrigger.Q(old__valid_until__df=pgtrigger.F("new__valid_until")),
            ),
            pgtrigger.FSM(
                name="legal_status",
                field="status",
                transitions=[
                    ("draft", "sent"),
                    ("draft", "dropped"),
                    ("sent", "accepted"),
                    ("sent", "declined"),
                    ("sent", "expired"),
                    ("sent", "dropped"),
                    ("accepted", "dropped"),
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.request_id} v{self.version}"

    @property
    def discounted_from(self) -> date:
        """The first day of the first full period that the change bills (R6)."""
        owed = [line for line in self.lines if line["kind"] != CREDIT]
        whole = [line["starts_on"] for line in owed if line["days"] == line["days_in_period"]]
        return date.fromisoformat(min(whole, default=max(line["ends_before"] for line in owed)))

    @property
    def per(self) -> str:
        """What the surcharge is for."""
        return _("par mois") if self.months == 1 else _("par an")
