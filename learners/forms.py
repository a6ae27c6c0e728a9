"""The file that a person deposits."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from learners.csv_text import MAX_BYTES, too_large


class ImportForm(forms.Form):
    """A file of enrolments; `skips_errors` confirms that its bad lines are left out."""

    use_required_attribute = False  # our sentence rather than the browser's

    file = forms.FileField(
        label=_("Votre fichier d’inscriptions"),
        help_text=_(
            "CSV, 10\u00a0Mo et 50\u00a0000 lignes au plus. "
            "L’encodage et le séparateur sont reconnus."
        ),
        allow_empty_file=True,  # the reading says it, with the other reasons
        error_messages={"required": _("Choisissez un fichier.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    skips_errors = forms.BooleanField(
        label=_("Importer les lignes correctes et laisser les autres"), required=False
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            problem = too_large().problem
            raise ValidationError(problem.message, code=problem.code)
        return file

    @property
    def is_too_large(self) -> bool:
        return self.has_error("file", code="csv_too_large")
