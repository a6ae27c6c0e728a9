"""What customers fill in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import COMMITMENT_LABELS
from subscriptions.periods import Commitment
from support.drawing import Wish
from support.labels import When
from support.plan_choice import ChangeTerms

LONGEST_MESSAGE = 5000
EMPTY_MESSAGE = _("Écrivez votre message avant de l’envoyer.")
TOO_LONG = _("Votre message est trop long : 5 000 caractères au plus.")


def message_field(label, *, rows: int = 3, required: bool = True) -> forms.CharField:
    """Return a text field with our words."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_MESSAGE,
        error_messages={"required": EMPTY_MESSAGE, "max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"class": "input", "rows": rows}),
    )


class AskForm(forms.Form):
    """How to change to a plan: commitment, day, options, a word."""

    commitment = forms.ChoiceField(label=_("Engagement"), choices=COMMITMENT_LABELS)
    when = forms.ChoiceField(label=_("Quand ?"), choices=When.choices)
    options = forms.MultipleChoiceField(label=_("Options"), required=False)
    message = message_field(_("Un mot pour le support"), required=False)

    def __init__(self, data=None, *, terms: ChangeTerms, **kwargs):
        super().__init__(data, **kwargs)
        self.terms = terms
        self.fields["options"].choices = [(row.code, row.name) for row in terms.options]

    @property
    def wish(self) -> Wish:
        """What is asked; needs a valid form."""
        return Wish(
            plan=self.terms.plan,
            commitment=Commitment(self.cleaned_data["commitment"]),
            when=self.cleaned_data["when"],
            options=tuple(self.cleaned_data["options"]),
            message=self.cleaned_data["message"],
        )


class ReplyForm(forms.Form):
    """One message of the conversation."""

    body = message_field(_("Votre message"))


class ReasonForm(forms.Form):
    """Why one declines or withdraws, if one likes to say."""

    reason = message_field(_("Une raison"), rows=2, required=False)


class MemberContactForm(forms.Form):
    """A message of somebody we know."""

    message = message_field(_("Votre message"), rows=6)


class ContactForm(MemberContactForm):
    """A message of anybody; `website` is a trap that people do not see and robots fill."""

    name = forms.CharField(
        label=_("Votre nom"),
        max_length=120,
        error_messages={"required": _("Indiquez votre nom.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Votre adresse e-mail"),
        max_length=254,
        error_messages={
            "required": _("Indiquez l’adresse où vous répondre."),
            "invalid": _("Cette adresse e-mail n’est pas complète. Exemple : nom@organisme.fr"),
        },
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
    )
    organization_name = forms.CharField(
        label=_("Votre organisme (facultatif)"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "organization"}),
    )
    website = forms.CharField(
        label=_("Laissez ce champ vide"),
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "tabindex": "-1"}),
    )

    field_order = ["name", "email", "organization_name", "message", "website"]

    @property
    def is_trapped(self) -> bool:
        return bool(self.cleaned_data["website"])

    @property
    def contact(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if name != "website"}
