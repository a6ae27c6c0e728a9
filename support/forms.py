"""What customers fill in."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import COMMITMENT_LABELS
from subscriptions.periods import Commitment
from support.attachments import FilesField
from support.drawing import Wish
from support.labels import When
from support.plain_text import has_link, is_only_links, one_line, seen
from support.plan_choice import ChangeTerms

LONGEST_MESSAGE = 5000
LARGEST_COUNT = 1_000_000
EMPTY_MESSAGE = _("Écrivez votre message avant de l’envoyer.")
ONLY_LINKS = _(
    "Votre message ne contient que des liens : dites-nous en quelques mots ce que vous cherchez."
)
OPTIONS_BEGIN_NOW = _(
    "Des options seules commencent tout de suite : gardez « Maintenant », puis envoyez à nouveau."
)
NOT_OFFERED = _(
    "Cette option ne peut pas être demandée ici : elle est déjà souscrite, comprise dans la "
    "formule, ou sur devis."
)
NAME_WITH_LINK = _("Indiquez votre nom, sans lien ni adresse.")
TRAPPED = _(
    "Un champ invisible était rempli, sans doute par votre navigateur ; il est vidé. "
    "Envoyez à nouveau votre message."
)
TOO_LONG = _("Votre message est trop long : 5 000 caractères au plus.")


class SeenField(forms.CharField):
    """A text without the signs that nobody sees: they come along when one copies and pastes."""

    read = staticmethod(seen)

    def to_python(self, value):
        return super().to_python(self.read(value or ""))

    def widget_attrs(self, widget):
        """Return no maxlength: our sentence rather than a text cut in silence."""
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name != "maxlength"
        }


class LineField(SeenField):
    """The same on one line."""

    read = staticmethod(one_line)


def message_field(label, *, rows: int = 3, required: bool = True) -> forms.CharField:
    """Return a text field with our words."""
    return SeenField(
        label=label,
        required=required,
        max_length=LONGEST_MESSAGE,
        error_messages={"required": EMPTY_MESSAGE, "max_length": TOO_LONG},
        widget=forms.Textarea(attrs={"class": "input", "rows": rows}),
    )


class CountField(forms.IntegerField):
    """A number as people type it, « 1 500 » included."""

    def __init__(self, label):
        refusal = _("Indiquez un nombre entier, par exemple 560.")
        errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), refusal)
        attrs = {"class": "input input--num", "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(
            label=label,
            min_value=0,
            max_value=LARGEST_COUNT,
            error_messages=errors,
            widget=forms.TextInput(attrs=attrs),
        )

    def to_python(self, value):
        return super().to_python(re.sub(r"\s", "", value or ""))


class ExpectedForm(forms.Form):
    """The three numbers that one expects for the coming year."""

    use_required_attribute = False

    learners = CountField(_("Apprenants"))
    trainers = CountField(_("Intervenants"))
    administrators = CountField(_("Administrateurs"))


class AskForm(forms.Form):
    """How to change to a plan: commitment, day, options, a word."""

    commitment = forms.ChoiceField(label=_("Engagement"), choices=COMMITMENT_LABELS)
    when = forms.ChoiceField(label=_("Quand ?"), choices=When.choices)
    options = forms.MultipleChoiceField(
        label=_("Options"), required=False, error_messages={"invalid_choice": NOT_OFFERED}
    )
    message = message_field(_("Un mot pour le support"), required=False)

    def __init__(self, data=None, *, terms: ChangeTerms, **kwargs):
        super().__init__(data, **kwargs)
        self.terms = terms
        self.fields["options"].choices = [(row.code, row.name) for row in terms.options]

    @property
    def is_options_alone(self) -> bool:
        """Whether plan and commitment stay: options alone cannot wait for the échéance."""
        return (
            self.terms.keeps_plan
            and self["commitment"].value() == self.terms.commitment
            and bool(self["options"].value())
        )

    def clean_when(self) -> str:
        when = self.cleaned_data["when"]
        if when == When.TERM and self.is_options_alone:
            raise forms.ValidationError(OPTIONS_BEGIN_NOW)
        return when

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
    """One message of the conversation: words, files, or both."""

    use_required_attribute = False

    body = message_field(_("Votre message"), required=False)
    files = FilesField()

    def clean(self):
        told = super().clean()
        if not self.errors and not told["body"] and not told["files"]:
            self.add_error("body", EMPTY_MESSAGE)
        return told


class ReasonForm(forms.Form):
    """Why one declines or withdraws, if one likes to say."""

    reason = message_field(_("Une raison"), rows=2, required=False)


class MemberContactForm(forms.Form):
    """A message of somebody we know."""

    use_required_attribute = False

    message = message_field(_("Votre message"), rows=6)
    files = FilesField()


class ContactForm(forms.Form):
    """A message of anybody; `website` is a trap that people do not see and robots fill."""

    use_required_attribute = False

    name = LineField(
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
    organization_name = LineField(
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

    message = message_field(_("Votre message"), rows=6)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if has_link(name):
            raise forms.ValidationError(NAME_WITH_LINK)
        return name

    def clean_message(self) -> str:
        message = self.cleaned_data["message"]
        if is_only_links(message):
            raise forms.ValidationError(ONLY_LINKS)
        return message

    def clean_website(self) -> str:
        """Refuse what fills the trap, and empty it: a browser may have done it for somebody."""
        if self.cleaned_data["website"]:
            self.data = self.data.copy()
            self.data["website"] = ""
            self.add_error(None, TRAPPED)
        return ""

    @property
    def contact(self) -> dict[str, str]:
        return {name: text for name, text in self.cleaned_data.items() if name != "website"}


class WayForm(forms.Form):
    """Another way to make a change; empty, the one that was asked for."""

    way = forms.ChoiceField(
        required=False,
        choices=[
            (f"{when}-{commitment}", f"{when} {commitment}")
            for when in When.values
            for commitment in Commitment
        ],
        error_messages={"invalid_choice": _("Choisissez une des façons proposées.")},
    )

    def clean_way(self) -> tuple[str, Commitment] | None:
        chosen = self.cleaned_data["way"]
        if not chosen:
            return None
        when, commitment = chosen.split("-")
        return when, Commitment(commitment)
