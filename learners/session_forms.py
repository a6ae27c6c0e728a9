"""What people type about sessions and enrolments, read as the cells of an import are."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from learners import cells
from learners.models import Status

KEY = re.compile("[0-9]{1,18}")
LONGEST = 1_000  # what is read at all; each cell then has its own limit
TITLE_MISSING = _("Donnez un intitulé à la session.")
DAY_MISSING = _("Donnez une date, par exemple 16/11/2026.")


class CellField(forms.CharField):
    """A text that one of the readers of an import's cells takes or refuses."""

    def __init__(self, read: Callable[[str], object], *, missing: str = "", **kwargs):
        errors = {"required": missing, "max_length": _("Texte trop long.")}
        super().__init__(
            required=bool(missing), max_length=LONGEST, error_messages=errors, **kwargs
        )
        self.read = read

    def clean(self, value):
        text = super().clean(value)
        try:
            return self.read(text) if text else text
        except cells.CellRefused as refused:
            raise ValidationError(refused.message, code=refused.code) from refused

    def widget_attrs(self, widget):
        """Return no maxlength: our sentence rather than a text cut in silence."""
        return {"class": "input", "autocomplete": "off"}


def day_field(label, *, missing: str = DAY_MISSING) -> CellField:
    """Return a field for a day; its form gives it today."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return CellField(cells.read_date, label=label, missing=missing, widget=widget)


class DatedForm(forms.Form):
    """A form that knows today, for the range in which a day is believed."""

    use_required_attribute = False

    def __init__(self, data=None, *, today: date, **kwargs):
        super().__init__(data, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.DateInput):
                field.read = partial(cells.read_date, today=today)


class DatesForm(DatedForm):
    """The first and the last day of a session, which is the first when none is given."""

    starts_on = day_field(_("Premier jour"))
    ends_on = day_field(_("Dernier jour"), missing="")

    def clean(self):
        told = super().clean()
        starts_on, ends_on = told.get("starts_on"), told.get("ends_on")
        if starts_on and "ends_on" in told:
            told["ends_on"] = ends_on or starts_on
            if told["ends_on"] < starts_on:
                self.add_error("ends_on", _("Le dernier jour est avant le premier."))
        return told


class SessionForm(DatesForm):
    """A new session."""

    title = CellField(cells.read_text, label=_("Intitulé"), missing=TITLE_MISSING)
    code = CellField(cells.read_code, label=_("Code"), missing=_("Donnez un code à la session."))

    field_order = ["title", "code", "starts_on", "ends_on"]


class TitleForm(forms.Form):
    """The title of a session, corrected."""

    use_required_attribute = False

    title = CellField(cells.read_text, label=_("Intitulé"), missing=TITLE_MISSING)


class EnrollForm(forms.Form):
    """Somebody to enrol; whoever is known needs no name."""

    use_required_attribute = False

    email = CellField(
        cells.read_email,
        label=_("E-mail"),
        missing=_("Donnez l’adresse e-mail de l’apprenant."),
        widget=forms.EmailInput(attrs={"data-key": "i"}),
    )
    first_name = CellField(cells.read_text, label=_("Prénom"))
    last_name = CellField(cells.read_text, label=_("Nom"))

    @property
    def name(self) -> tuple[str, str]:
        return self.cleaned_data["first_name"], self.cleaned_data["last_name"]


class KeysField(forms.MultipleChoiceField):
    """The rows that are ticked; another organization's find nothing later."""

    def to_python(self, value):
        return [int(key) for key in value or [] if KEY.fullmatch(key)]

    def validate(self, value):
        if not value:
            raise ValidationError(self.error_messages["required"], code="required")


BECOMING = {"leave": Status.ABANDONED, "cancel": Status.CANCELLED}  # the buttons' values


class PickForm(DatedForm):
    """What becomes of the learners who are ticked, from a day on."""

    enrollment = KeysField(
        error_messages={"required": _("Cochez d’abord au moins un apprenant.")},
    )
    on = day_field(_("À la date du"))
    target = CellField(
        cells.read_code,
        label=_("Code de la nouvelle session"),
        widget=forms.TextInput(attrs={"list": "session-codes"}),
    )

    def __init__(self, data=None, *, today: date, **kwargs):
        super().__init__(data, today=today, **kwargs)
        self.today = today

    @property
    def ticked(self) -> list[int]:
        """The rows to be shown ticked again."""
        keys = self.data.getlist("enrollment") if self.is_bound else []
        return [int(key) for key in keys if KEY.fullmatch(key)]

    @property
    def becoming(self) -> Status | None:
        """What the learners become; none of it when they go to another session."""
        return BECOMING.get(self.data.get("deed"))

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > self.today:
            raise ValidationError(_("Cette date est à venir : donnez aujourd’hui ou avant."))
        return on

    def clean(self):
        told = super().clean()
        if not self.becoming and not told.get("target") and not self.has_error("target"):
            self.add_error("target", _("Donnez le code de la session où ils vont."))
        return told
