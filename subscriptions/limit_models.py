"""Where each organization stands to the learners of its plan: what was told, overruns (R20)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied
from subscriptions.thresholds import Level

LEVEL_LABELS = [
    (Level.QUIET.value, _("rien à dire")),
    (Level.NEAR.value, _("80 %")),
    (Level.CLOSE.value, _("90 %")),
    (Level.REACHED.value, _("limite atteinte")),
    (Level.OVER.value, _("limite dépassée")),
]


class LimitWatch(TenantModel):
    """The last count that was held against the limit, and what is told since; one row each."""

    level = models.PositiveSmallIntegerField(
        _("déjà dit"), choices=LEVEL_LABELS, default=Level.QUIET.value
    )
    limit = models.PositiveIntegerField(
        _("limite"), null=True, help_text="As it was seen last; null is unlimited."
    )
    seen_on = models.DateField(_("compté le"))
    seen_version = models.PositiveSmallIntegerField(_("version"))

    class Meta:
        verbose_name = _("suivi de la limite")
        verbose_name_plural = _("suivi des limites")
        constraints = [
            models.UniqueConstraint(fields=["organization"], name="one_watch_per_organization")
        ]

    def __str__(self):
        return f"{self.seen_on} : {self.get_level_display()}"


class LimitAlert(TenantModel):
    """A threshold crossed, with the stored count that crossed it; never rewritten."""

    level = models.PositiveSmallIntegerField(_("seuil"), choices=LEVEL_LABELS)
    counted_on = models.DateField(_("compté le"))
    version = models.PositiveSmallIntegerField(_("version"), help_text="Of the count of that day.")
    count = models.PositiveIntegerField(_("apprenants"))
    limit = models.PositiveIntegerField(_("limite"))
    raised_on = models.DateField(_("alerte du"), help_text="The day on which it was seen.")
    is_mailed = models.BooleanField(
        _("écrit au client"), help_text="False when a later day, seen together, said more."
    )

    class Meta:
        verbose_name = _("alerte de limite")
        verbose_name_plural = _("alertes de limite")
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "counted_on", "version", "limit", "level"],
                name="one_alert_per_crossing",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.counted_on} : {self.get_level_display()}"


class Overrun(TenantModel):
    """More learners than the plan holds, from a day on (dépassement), and the grace it opens."""

    class Ending(models.TextChoices):
        COUNT = "count", _("le compte est retombé")
        PLAN = "plan", _("la formule a changé")

    limit = models.PositiveIntegerField(_("limite dépassée"))
    count = models.PositiveIntegerField(_("apprenants"), help_text="On its first day.")
    started_on = models.DateField(_("depuis le"), help_text="The first day counted above.")
    closes_on = models.DateField(
        _("inscriptions refusées à partir du"), help_text="Staff may put it off."
    )
    closing_told_on = models.DateField(
        _("refus annoncé le"), null=True, help_text="Null again once the grace is extended."
    )
    ended_on = models.DateField(_("fini le"), null=True)
    ended_by = models.CharField(_("fini parce que"), max_length=5, choices=Ending.choices)

    class Meta:
        verbose_name = _("dépassement")
        verbose_name_plural = _("dépassements")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(ended_on=None), name="one_open_overrun"
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("started_on"), count__gt=F("limit")),
                name="overrun_bounds",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None, ended_by="")
                | (Q(ended_on__gte=F("started_on")) & ~Q(ended_by="")),
                name="overrun_ended",
            ),
        ]

    def __str__(self):
        return f"{self.started_on} : {self.count} / {self.limit}"
