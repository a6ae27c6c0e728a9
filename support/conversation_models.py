"""What happened to a request and what was said about it: rows that never change."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.tenancy import TenantModel
from accounts.written_once import never_emptied
from support.labels import STATE_LABELS

LARGEST_ATTACHMENT = 10 * 1024 * 1024  # bytes


class RequestEvent(TenantModel):
    """One line of a request's history: a change of state or another deed; never changed."""

    class Deed(models.TextChoices):
        MOVED = "moved", _("changement de statut")
        ASSIGNED = "assigned", _("assignation")
        INTERESTED = "interested", _("intérêt signalé")
        REMINDED = "reminded", _("relance")
        CALLED = "called", _("appel noté")

    request = models.ForeignKey(
        "support.Request", on_delete=models.PROTECT, db_constraint=False, related_name="events"
    )
    from_state = models.CharField(max_length=13, choices=STATE_LABELS, blank=True)
    to_state = models.CharField(max_length=13, choices=STATE_LABELS)
    deed = models.CharField(max_length=10, choices=Deed.choices, default=Deed.MOVED)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    happened_on = models.DateField(_("jour"), help_text="The business day of the deed.")
    at = models.DateTimeField(_("date"), auto_now_add=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("événement")
        verbose_name_plural = _("historique")
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return f"{self.from_state} → {self.to_state}"


class Message(TenantModel):
    """What was said in a request's conversation; an internal note is for staff only."""

    class Channel(models.TextChoices):
        PAGE = "page", _("sur le site")
        MAIL = "mail", _("par e-mail")
        PHONE = "phone", _("au téléphone")

    request = models.ForeignKey(
        "support.Request", on_delete=models.PROTECT, db_constraint=False, related_name="messages"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_staff = models.BooleanField(_("du support"), default=False)
    is_internal = models.BooleanField(_("note interne"), default=False)
    channel = models.CharField(
        _("reçu"), max_length=5, choices=Channel.choices, default=Channel.PAGE
    )
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(_("envoyé le"), auto_now_add=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_internal=False) | Q(from_staff=True), name="notes_are_staffs"
            ),
            models.CheckConstraint(condition=~Q(body=""), name="message_says_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return self.body[:60]


class Attachment(TenantModel):
    """A file joined to a message: kept beside it, behind the same door, never shown in a page."""

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, related_name="attachments"
    )
    name = models.CharField(_("fichier"), max_length=120)
    media_type = models.CharField(
        _("type"), max_length=100, help_text="Told from the content, not from what was claimed."
    )
    size = models.PositiveIntegerField(_("octets"))
    content = models.BinaryField(_("contenu"))

    class Meta:
        verbose_name = _("pièce jointe")
        verbose_name_plural = _("pièces jointes")
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gte=1, size__lte=LARGEST_ATTACHMENT), name="attachment_bounds"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_emptied(),
        ]

    def __str__(self):
        return self.name
