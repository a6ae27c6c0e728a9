"""The file that a person deposits, and what its columns are."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from learners import columns
from learners.csv_text import MAX_BYTES, FileRefused, too_large


class ImportForm(forms.Form):
    """A file of enrolments."""

    use_required_attribute = False  # our sentence rather than the browser's

    file = forms.FileField(
        label=_("Votre fichier d’inscriptions"),
        help_text=_(
            "CSV ou Excel (.xlsx), 10\u00a0Mo et 50\u00a0000 lignes au plus. "
            "L’encodage et le séparateur sont reconnus."
        ),
        allow_empty_file=True,  # the reading says it, with the other reasons
        max_length=250,
        error_messages={
            "required": _("Choisissez un fichier."),
            "max_length": _("Nom de fichier trop long : renommez le fichier."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,text/csv"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            problem = too_large().problem
            raise ValidationError(problem.message, code=problem.code)
        return file

    def refuse(self, refusal: FileRefused) -> None:
        """Say beside the field why the file cannot be read, and at which line."""
        problem = refusal.problem
        where = _("Ligne %(line)d :") % {"line": problem.line} if problem.line else ""
        self.add_error("file", ValidationError(f"{where} {problem.message}".strip(), problem.code))

    @property
    def is_too_large(self) -> bool:
        return self.has_error("file", code="csv_too_large")


class ColumnsForm(forms.Form):
    """Which of our columns each column of a file is, or none."""

    def __init__(self, data=None, *, header: Sequence[str], sample: Sequence[str], first=()):
        super().__init__(data)
        for number, (name, seen) in enumerate(zip(header, sample, strict=True)):
            field = forms.ChoiceField(
                choices=[*columns.LABELS.items(), ("", _("Ne pas importer"))],
                required=False,
                label=name,
                initial=first[number] if first else "",
                widget=forms.Select(attrs={"class": "input"}),
                error_messages={"invalid_choice": _("Choisissez dans la liste.")},
            )
            field.help_text = seen
            self.fields[f"c{number}"] = field

    @property
    def choices(self) -> list[str]:
        """The choices of a valid form, in the order of the file."""
        return list(self.cleaned_data.values())

    @property
    def recognised(self) -> int:
        """How many columns are matched to begin with."""
        return sum(bool(field.initial) for field in self.fields.values())
