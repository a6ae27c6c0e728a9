"""What people who are not signed in write to us, and what the desk did about it."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.written_once import never_emptied
from support.desk_models import InboundMail

WAITS = Q(ending="", answered_by="")  # for the desk


class ContactMessage(models.Model):
    """A message of somebody who is not signed in (message de visiteur).

    Not a tenant's table: the application may add rows and read none, staff's role sees them all.
    """

    class Ending(models.TextChoices):
        ANSWERED = "answered", _("répondu")
        CLOSED = "closed", _("classé sans suite")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("nom"), max_length=120)
    email = models.EmailField(_("adresse e-mail"))
    organization_name = models.CharField(_("organisme"), max_length=120, blank=True)
    message = models.TextField(_("message"))
    created_at = models.DateTimeField(_("reçu le"), auto_now_add=True)
    due_at = models.DateTimeField(
        _("réponse due"), null=True, help_text="None once nothing waits for the desk."
    )
    assigned_to = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("assigné à")
    )
    ending = models.CharField(
        _("issue"), max_length=8, choices=Ending.choices, blank=True, help_text="Undone by Rouvrir."
    )
    answered_by = models.CharField(
        _("devenu"), max_length=16, blank=True, help_text="Reference of the request made of it."
    )
    mail = models.OneToOneField(
        InboundMail,
        null=True,
        on_delete=models.PROTECT,
        related_name="contact",
        verbose_name=_("e-mail"),
        help_text="The mail it was made of; none when the form wrote it.",
    )

    class Meta:
        verbose_name = _("message de visiteur")
        verbose_name_plural = _("messages de visiteurs")
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at=None) | WAITS, name="contact_due_while_it_waits"
            ),
            models.CheckConstraint(
                condition=Q(ending__in=["", "answered", "closed"]), name="contact_known_ending"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "created_at"], condition=WAITS, name="contact_waits"),
            models.Index(fields=["-created_at"], name="contact_by_day"),
        ]

    def __str__(self):
        return f"{self.name} <{self.email}>"

    @property
    def waits(self) -> bool:
        return not (self.ending or self.answered_by)


class ContactEvent(models.Model):
    """What somebody of the staff did about a visitor's message; never changed, staff only."""

    class Deed(models.TextChoices):
        TAKEN = "taken", _("Pris")
        ANSWERED = "answered", _("Répondu")
        CLOSED = "closed", _("Classé sans suite")
        REOPENED = "reopened", _("Rouvert")
        ATTACHED = "attached", _("Rattaché à un organisme")

    contact = models.ForeignKey(ContactMessage, on_delete=models.PROTECT, related_name="events")
    deed = models.CharField(_("geste"), max_length=8, choices=Deed.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("date"), auto_now_add=True)
    note = models.TextField(
        _("note"), blank=True, help_text="What was answered, why it was closed, which request."
    )

    class Meta:
        verbose_name = _("geste sur un message de visiteur")
        verbose_name_plural = _("gestes sur les messages de visiteurs")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return self.get_deed_display()
