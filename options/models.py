"""What can be added; what is taken is an item of the subscription, never a second truth here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Component


class Option(models.Model):
    """How a component is offered: in which words, and to whom alone (the component is billed)."""

    component = models.OneToOneField(Component, on_delete=models.PROTECT, related_name="offer")
    benefit = models.CharField(_("en une ligne"), max_length=160)
    opens = models.TextField(_("ce qu’elle ouvre"))
    self_service = models.BooleanField(
        _("libre-service"),
        default=True,
        help_text=_("Le possesseur souscrit seul. Sinon, sa demande va au support."),
    )
    position = models.PositiveSmallIntegerField(_("rang"), help_text="In the list, from 0.")

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")

    def __str__(self):
        return self.component.name

    @property
    def slug(self) -> str:
        """What addresses and the API call it; unique for one seller."""
        return self.component.code

    @property
    def name(self) -> str:
        return self.component.name
