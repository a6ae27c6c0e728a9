"""What staff fill in about a visitor's message."""

from django import forms
from django.utils.translation import gettext_lazy as _

from support.forms import message_field
from support.labels import ClosingReason


class ReplyForm(forms.Form):
    """What the visitor will read."""

    use_required_attribute = False

    body = message_field(_("Votre réponse"), rows=6)


class CloseForm(forms.Form):
    """Why nobody answers, for the desk."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=_("Motif, pour l’équipe"),
        choices=[("", _("Choisir un motif")), *ClosingReason.choices],
        error_messages={"required": _("Choisissez le motif.")},
        widget=forms.Select(attrs={"class": "field"}),
    )
    note = forms.CharField(
        label=_("Précision (facultative)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "field", "autocomplete": "off"}),
    )
