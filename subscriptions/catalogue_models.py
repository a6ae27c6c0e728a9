"""What is sold, by whom, and at what price from which day (R5). Never edited in place."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.written_once import never_emptied
from subscriptions.periods import Commitment

COMMITMENT_LABELS = [
    (Commitment.MONTHLY.value, _("mensuel")),
    (Commitment.ANNUAL.value, _("annuel")),
]


def published() -> list[pgtrigger.Trigger]:
    """Return the triggers that refuse any change of what has been published."""
    return [
        pgtrigger.Protect(name="published", operation=pgtrigger.Update | pgtrigger.Delete),
        never_emptied(),
    ]


class Seller(models.Model):
    """Who sells and numbers the documents; a scenario plays with a seller of its own."""

    code = models.SlugField(unique=True)

    class Meta:
        verbose_name = _("vendeur")
        verbose_name_plural = _("vendeurs")

    def __str__(self):
        return self.code


class Component(models.Model):
    """A line that can be billed: a plan or an option."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("formule")
        OPTION = "option", _("option")

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="components")
    kind = models.CharField(_("nature"), max_length=6, choices=Kind.choices)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("nom"), max_length=120)

    class Meta:
        verbose_name = _("composant")
        verbose_name_plural = _("composants")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "kind", "code"], name="one_component_per_code"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The name that scenarios and the API give it: `plan:orga`, `option:api-access`."""
        return f"{self.kind}:{self.code}"


class Plan(models.Model):
    """A plan (formule): three limits, null is unlimited."""

    component = models.OneToOneField(Component, on_delete=models.PROTECT, related_name="plan")
    rank = models.PositiveSmallIntegerField(help_text="From the smallest to the largest.")
    trainers = models.PositiveIntegerField(_("intervenants"), null=True)
    administrators = models.PositiveIntegerField(_("administrateurs"), null=True)
    learners = models.PositiveIntegerField(_("apprenants"), null=True)
    includes = models.ManyToManyField(Component, blank=True, related_name="included_in")

    class Meta:
        verbose_name = _("formule")
        verbose_name_plural = _("formules")

    def __str__(self):
        return self.component.name

    @property
    def code(self) -> str:
        return self.component.code

    @property
    def name(self) -> str:
        return self.component.name


class PriceList(models.Model):
    """A dated tariff (tarifs en vigueur au …), HT; published once, never changed."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="price_lists")
    effective_on = models.DateField(_("en vigueur au"))
    published_at = models.DateTimeField(_("publié le"), auto_now_add=True)

    class Meta:
        verbose_name = _("tarif")
        verbose_name_plural = _("tarifs")
        constraints = [
            models.UniqueConstraint(fields=["seller", "effective_on"], name="one_list_per_day")
        ]
        triggers = published()

    def __str__(self):
        return f"Tarifs en vigueur au {self.effective_on:%d/%m/%Y}"


class Price(models.Model):
    """The full-period price of a component in one list; one that is in no list is on quote."""

    price_list = models.ForeignKey(PriceList, on_delete=models.PROTECT, related_name="prices")
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="prices")
    commitment = models.CharField(_("engagement"), max_length=7)
    amount_cents = models.PositiveIntegerField(_("prix HT"), help_text="Euro cents before VAT.")

    class Meta:
        verbose_name = _("prix")
        verbose_name_plural = _("prix")
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "component", "commitment"], name="one_price_per_list"
            ),
            models.CheckConstraint(
                condition=Q(commitment__in=["monthly", "annual"]), name="price_commitment"
            ),
        ]
        triggers = published()

    def __str__(self):
        return f"{self.component_id} {self.commitment} {self.amount_cents}"
