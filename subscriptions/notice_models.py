"""What the engine tells staff: work for support, claims that no longer hold."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class SupportNotice(TenantModel):
    """What the engine wants support to know; support's drain turns it into a task."""

    class Kind(models.TextChoices):
        DOWNGRADE_REFUSED = "downgrade_refused", _("formule inférieure refusée")
        VAT_UNRESOLVED = "vat_unresolved", _("TVA à déterminer")
        OVER_LIMIT = "over_limit", _("limite dépassée")

    kind = models.CharField(_("nature"), max_length=17, choices=Kind.choices)
    raised_on = models.DateField(_("le"))
    details = models.JSONField(_("détails"), default=dict)
    handed_over_at = models.DateTimeField(_("transmis le"), null=True)

    class Meta:
        verbose_name = _("avis au support")
        verbose_name_plural = _("avis au support")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "raised_on"], name="one_notice_a_day"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.raised_on}"


class InvariantBreach(models.Model):
    """A claim about the whole database that did not hold, from when to when."""

    name = models.CharField(_("invariant"), max_length=60)
    claim = models.CharField(_("ce qui doit être vrai"), max_length=200)
    rows = models.PositiveIntegerField(_("lignes"))
    broken_at = models.DateTimeField(_("rompu le"))
    seen_at = models.DateTimeField(_("vu le"))
    mended_at = models.DateTimeField(_("rétabli le"), null=True)

    class Meta:
        verbose_name = _("invariant rompu")
        verbose_name_plural = _("invariants rompus")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(mended_at=None), name="one_open_breach"
            )
        ]

    def __str__(self):
        return self.claim
