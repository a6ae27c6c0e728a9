"""What the desk itself keeps: ready answers, busy seasons, measures, mails received."""

import uuid

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.written_once import never_emptied


class CannedReply(models.Model):
    """A ready answer (réponse type), with variables in braces; staff only."""

    title = models.CharField(_("titre"), max_length=80, unique=True)
    body = models.TextField(_("texte"), max_length=5_000)
    rank = models.PositiveSmallIntegerField(_("rang"), default=100)

    class Meta:
        verbose_name = _("réponse type")
        verbose_name_plural = _("réponses types")
        ordering = ["rank", "title"]

    def __str__(self):
        return self.title


class BusySeason(models.Model):
    """Days on which answers take longer (période chargée), announced to customers."""

    first_on = models.DateField(_("du"))
    last_on = models.DateField(_("au"), help_text=_("Inclus."))
    working_days = models.PositiveSmallIntegerField(
        _("jours ouvrés à prévoir"), help_text=_("Le délai de réponse annoncé aux clients.")
    )
    announced_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("annoncée par")
    )
    announced_at = models.DateTimeField(_("annoncée le"), auto_now_add=True)

    class Meta:
        verbose_name = _("période chargée")
        verbose_name_plural = _("périodes chargées")
        ordering = ["-first_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on"), working_days__gte=1, working_days__lte=30),
                name="busy_season_bounds",
            ),
            ExclusionConstraint(
                name="one_busy_season_at_once",
                expressions=[
                    (
                        Func(
                            "first_on",
                            "last_on",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
        ]

    def __str__(self):
        return f"{self.first_on} – {self.last_on}"


class DeskMeasure(models.Model):
    """How long the desk took, in working minutes: medians over the weeks before a day."""

    measured_on = models.DateField(_("jour"), unique=True)
    weeks = models.PositiveSmallIntegerField(help_text="How far back it looks.")
    replies = models.PositiveIntegerField(_("premières réponses"))
    reply_minutes = models.PositiveIntegerField(_("délai médian de réponse"), null=True)
    completions = models.PositiveIntegerField(_("demandes terminées"))
    completion_minutes = models.PositiveIntegerField(_("délai médian de mise en place"), null=True)

    class Meta:
        verbose_name = _("mesure du support")
        verbose_name_plural = _("mesures du support")
        ordering = ["-measured_on"]

    def __str__(self):
        return str(self.measured_on)


class InboundMail(models.Model):
    """A mail that reached us, and what became of it; staff only.

    What cannot be tied to a member and a request waits in quarantine for somebody to decide.
    """

    class Status(models.TextChoices):
        JOINED = "joined", _("joint à la conversation")
        QUARANTINED = "quarantined", _("en quarantaine")
        VISITOR = "visitor", _("message de visiteur")
        DISMISSED = "dismissed", _("écarté")
        IGNORED = "ignored", _("réponse automatique")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message_id = models.CharField(
        max_length=255, unique=True, help_text="The mail's own; a mail sent twice is joined once."
    )
    sender = models.CharField(_("de"), max_length=320)
    recipient = models.CharField(_("à"), max_length=320, blank=True)
    subject = models.CharField(_("objet"), max_length=255, blank=True)
    text = models.TextField(_("texte"), blank=True)
    raw = models.BinaryField(help_text="The whole mail as received, to read it again if admitted.")
    status = models.CharField(_("état"), max_length=11, choices=Status.choices)
    reason = models.CharField(_("motif"), max_length=200, blank=True)
    reference = models.CharField(
        _("demande"), max_length=16, blank=True, help_text="Of the request whose conversation."
    )
    received_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("décidé par")
    )
    decided_at = models.DateTimeField(_("décidé le"), null=True)

    class Meta:
        verbose_name = _("e-mail reçu")
        verbose_name_plural = _("e-mails reçus")
        indexes = [
            models.Index(
                fields=["-received_at"], condition=Q(status="quarantined"), name="mail_quarantined"
            )
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="received_once",
                fields=["message_id", "sender", "recipient", "subject", "text", "raw"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return self.subject or self.sender
