"""What is owed: the catalogue, the dated facts of each subscription, and its documents.

Split by noun: `catalogue_models` holds what is sold, `document_models` what was issued,
`agreement_models` what one customer was promised, `party_models` who is billed, `limit_models` who
nears the learners of the plan, `notice_models` what the engine tells staff, `order_models` what
staff ordered.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel, TenantPart
from subscriptions.agreement_models import Discount, NegotiatedPrice
from subscriptions.catalogue_models import (
    COMMITMENT_LABELS,
    Component,
    Plan,
    Price,
    PriceList,
    Seller,
)
from subscriptions.document_models import (
    AccountCredit,
    CreditUse,
    Invoice,
    InvoiceLine,
    NumberSeries,
    Payment,
    WaitingLine,
)
from subscriptions.limit_models import LimitAlert, LimitWatch, Overrun
from subscriptions.notice_models import InvariantBreach, SupportNotice
from subscriptions.order_models import StaffOrder
from subscriptions.party_models import BillingIdentity

__all__ = [
    "COMMITMENT_LABELS",
    "AccountCredit",
    "BillingIdentity",
    "CommitmentSpan",
    "Component",
    "CreditUse",
    "Discount",
    "InvariantBreach",
    "Invoice",
    "InvoiceLine",
    "Item",
    "LimitAlert",
    "LimitWatch",
    "NegotiatedPrice",
    "NumberSeries",
    "Overrun",
    "Payment",
    "PendingChange",
    "Period",
    "Plan",
    "Price",
    "PriceList",
    "Seller",
    "StaffOrder",
    "Subscription",
    "SupportNotice",
    "WaitingLine",
]


def span(starts: str = "starts_on", ends: str = "ends_before") -> Func:
    """Return the half-open range of two date columns, for exclusion constraints."""
    return Func(F(starts), F(ends), function="daterange", output_field=DateRangeField())


class Subscription(TenantModel):
    """The contract of one organization (abonnement); its facts hang on it, each with its dates."""

    class Status(models.TextChoices):
        TRIALING = "trialing", _("Essai")
        EXPIRED = "expired", _("Essai terminé")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Paiement en retard")
        SUSPENDED = "suspended", _("Suspendue")
        CANCELLED = "cancelled", _("Terminée")

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("état"), max_length=10, choices=Status.choices)
    renews_on = models.DateField(
        _("échéance"), null=True, help_text="First day of the next period; null when none comes."
    )
    trial_ends_on = models.DateField(
        _("fin de l’essai"), null=True, help_text="The first day paid."
    )
    trial_plan = models.ForeignKey(
        Plan, null=True, on_delete=models.PROTECT, related_name="+", help_text="Chosen for after."
    )
    trial_commitment = models.CharField(max_length=7, choices=COMMITMENT_LABELS, blank=True)
    parked_because = models.TextField(
        _("mis de côté"), blank=True, help_text="Why the nightly job leaves it (R23)."
    )
    waived_on = models.DateField(
        _("bornes levées au"), null=True, help_text="The échéance whose refusal staff waived (R23)."
    )
    waived_breach = models.TextField(blank=True, help_text="That refusal, word for word.")
    created_at = models.DateTimeField(_("créé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("abonnement")
        verbose_name_plural = _("abonnements")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_subscription"),
            models.CheckConstraint(
                condition=~Q(status__in=["active", "past_due"]) | Q(renews_on__isnull=False),
                name="active_renews",
            ),
        ]
        indexes = [
            models.Index(
                fields=["renews_on"],
                condition=Q(status__in=["active", "past_due"]),
                name="subscription_due",
            )
        ]

    def __str__(self):
        return f"{self.organization_id} {self.get_status_display()}"


class CommitmentSpan(TenantModel):
    """How long one is bound (engagement): a commitment and the anchor of its periods (R3, R9)."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="commitments"
    )
    commitment = models.CharField(_("engagement"), max_length=7, choices=COMMITMENT_LABELS)
    anchor_on = models.DateField(
        _("depuis le"), help_text="First day; every period counts from it."
    )
    ends_before = models.DateField(_("jusqu’au"), null=True)
    opened_by = models.CharField(max_length=80, help_text="The operation; it can be undone.")
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        constraints = [
            ExclusionConstraint(
                name="one_commitment_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("subscription", RangeOperators.EQUAL),
                    (span("anchor_on"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gt=F("anchor_on")),
                name="commitment_order",
            ),
        ]

    def __str__(self):
        return f"{self.get_commitment_display()} {self.anchor_on}"


class Period(TenantPart):
    """A period once entered, stored and never recomputed (R3)."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="periods"
    )
    commitment_span = models.ForeignKey(
        CommitmentSpan, on_delete=models.PROTECT, db_constraint=False, related_name="periods"
    )
    number = models.PositiveIntegerField(help_text="0 for the first of its commitment.")
    starts_on = models.DateField(_("du"))
    ends_before = models.DateField(_("au"), help_text="Half-open; shortened by a new commitment.")

    class Meta:
        verbose_name = _("période")
        verbose_name_plural = _("périodes")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "commitment_span", "number"], name="one_period_per_number"
            ),
            ExclusionConstraint(
                name="no_two_periods_overlap",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("subscription", RangeOperators.EQUAL),
                    (span(), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(ends_before__gt=F("starts_on")), name="period_order"
            ),
        ]

    def __str__(self):
        return f"{self.starts_on} – {self.ends_before}"


class Item(TenantModel):
    """A component held from a day on: the plan's segments and the options taken."""

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="items"
    )
    component = models.ForeignKey(Component, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Component.Kind.choices, help_text="Of component.")
    starts_on = models.DateField(_("depuis le"))
    ends_before = models.DateField(_("jusqu’au"), null=True, help_text="Null while it runs on.")
    opened_by = models.CharField(max_length=80, help_text="The operation; it can be undone.")
    opened_at = models.DateTimeField(
        auto_now_add=True, null=True, help_text="The undo of an option counts from it."
    )
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("élément")
        verbose_name_plural = _("éléments")
        constraints = [
            ExclusionConstraint(
                name="component_held_once",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("subscription", RangeOperators.EQUAL),
                    ("component", RangeOperators.EQUAL),
                    (span(), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="one_plan_at_a_time",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("subscription", RangeOperators.EQUAL),
                    (span(), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind=Component.Kind.PLAN),
            ),
            models.CheckConstraint(
                condition=Q(ends_before=None) | Q(ends_before__gte=F("starts_on")),
                name="item_order",
            ),
        ]

    def __str__(self):
        return f"{self.component_id} {self.starts_on}"


class PendingChange(TenantModel):
    """What waits for the next commitment period (R7); replaced and withdrawn ones stay readable."""

    class Kind(models.TextChoices):
        PLAN = "plan_change", _("changement de formule")
        COMMITMENT = "commitment_change", _("changement d’engagement")
        CANCELLATION = "cancellation", _("résiliation")

    class State(models.TextChoices):
        WAITING = "waiting", _("en attente")
        APPLIED = "applied", _("appliqué")
        REPLACED = "replaced", _("remplacé")
        WITHDRAWN = "withdrawn", _("retiré")
        REFUSED = "refused", _("refusé")

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, db_constraint=False, related_name="pending_changes"
    )
    kind = models.CharField(_("nature"), max_length=17, choices=Kind.choices)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="+")
    commitment = models.CharField(max_length=7, choices=COMMITMENT_LABELS, blank=True)
    effective_on = models.DateField(_("prend effet le"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    ordered_on = models.DateField(_("demandé le"))
    settled_on = models.DateField(_("réglé le"), null=True)

    class Meta:
        verbose_name = _("changement à l’échéance")
        verbose_name_plural = _("changements à l’échéance")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "subscription"],
                condition=Q(state="waiting"),
                name="one_pending_change",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.effective_on}"
