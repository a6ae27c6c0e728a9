"""What people type about learners."""

from django import forms
from django.utils.translation import gettext_lazy as _

from learners import cells
from learners.session_forms import CellField


class NameForm(forms.Form):
    """Somebody's name, corrected."""

    use_required_attribute = False

    first_name = CellField(cells.read_text, label=_("Prénom"), missing=_("Donnez le prénom."))
    last_name = CellField(cells.read_text, label=_("Nom"), missing=_("Donnez le nom."))


class MergeForm(forms.Form):
    """The other address of a learner who is there twice."""

    use_required_attribute = False

    duplicate = CellField(
        cells.read_email,
        label=_("E-mail de l’autre fiche"),
        missing=_("Donnez l’adresse e-mail de l’autre fiche."),
        widget=forms.EmailInput(),
    )
