"""Who is billed; documents keep a copy of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class BillingIdentity(TenantModel):
    """Who is billed and where (coordonnées de facturation); documents keep their own copy."""

    legal_name = models.CharField(_("raison sociale"), max_length=160)
    address = models.CharField(_("adresse"), max_length=254, blank=True)
    postal_code = models.CharField(_("code postal"), max_length=12, blank=True)
    city = models.CharField(_("ville"), max_length=80, blank=True)
    country = models.CharField(_("pays"), max_length=2, default="FR", help_text="ISO 3166-1.")
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    vat_number = models.CharField(_("numéro de TVA"), max_length=20, blank=True)
    vat_checked = models.BooleanField(_("numéro vérifié"), default=False)
    email = models.EmailField(_("e-mail de facturation"), blank=True)
    order_reference = models.CharField(_("bon de commande"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("coordonnées de facturation")
        verbose_name_plural = _("coordonnées de facturation")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_billing_identity")
        ]

    def __str__(self):
        return self.legal_name
