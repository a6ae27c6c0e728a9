"""What staff say to a customer with a move; a ready answer may fill it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from support.canned_replies import blanks_text, left
from support.forms import message_field
from support.labels import RefusalReason
from support.staff_forms import StaffForm


class CustomerMessageForm(StaffForm):
    """What the customer will read."""

    body = message_field(_("Message au client"), rows=5)

    def clean_body(self) -> str:
        body = self.cleaned_data["body"]
        if blanks := left(body):
            raise forms.ValidationError(blanks_text(blanks))
        return body


class RefuseForm(CustomerMessageForm):
    """Why, for the desk's history, and what the customer will read."""

    reason = forms.ChoiceField(
        label=_("Motif, pour l’équipe"),
        choices=[("", _("Choisir un motif")), *RefusalReason.choices],
        error_messages={"required": _("Choisissez le motif du refus.")},
    )
    field_order = ["reason", "body"]
