"""The entries of each day, added up: what a count reads."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied


class EntryTally(TenantModel):
    """How many enrolments count from a day, in parts that are added up: one a statement.

    Written by triggers, so that a count adds up days and not enrolments; a row is only added, and
    nobody waits for another. The night makes one row of a day's parts (`tallies.fold`).
    """

    counts_on = models.DateField(_("comptent à partir du"))
    units = models.IntegerField(_("inscriptions"), help_text="Negative where fewer count.")

    class Meta:
        verbose_name = _("entrées d’un jour")
        verbose_name_plural = _("entrées par jour")
        indexes = [
            models.Index(
                fields=["organization", "counts_on"], include=["units"], name="tallied_days"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="kept_as_written", operation=pgtrigger.Update),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.counts_on} : {self.units}"
