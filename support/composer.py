"""What staff write in a request's conversation, and to whom."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from support.attachments import FilesField
from support.canned_replies import Offered, blanks_text, left, offered
from support.desk import RequestFile
from support.forms import EMPTY_MESSAGE, message_field

CUSTOMER, NOTE, CALL = "customer", "note", "call"
LABELS = {
    CUSTOMER: gettext_lazy("Répondre à %(name)s"),
    NOTE: gettext_lazy("Note interne, invisible du client"),
    CALL: gettext_lazy("Appel à noter, invisible du client"),
}
SEND_LABELS = {
    CUSTOMER: gettext_lazy("Envoyer à %(name)s"),
    NOTE: gettext_lazy("Ajouter la note"),
    CALL: gettext_lazy("Noter l’appel"),
}


class ComposerForm(forms.Form):
    """One message: its audience is chosen first, a ready answer may fill it."""

    use_required_attribute = False

    audience = forms.ChoiceField(widget=forms.RadioSelect)
    body = message_field(gettext_lazy("Votre message"), rows=5, required=False)
    files = FilesField()

    def __init__(self, data=None, files=None, *, file: RequestFile, agent: User, chosen: str = ""):
        self.name = file.request.requester.full_name if file.request.requester else ""
        self.offered = offered(file, agent, chosen=chosen) if file.may_answer else Offered([])
        audiences = _audiences(file)
        initial = {
            "audience": audiences[0] if audiences else "",
            "body": self.offered.chosen.body if self.offered.chosen else "",
        }
        super().__init__(data, files, initial=initial)
        self.fields["audience"].choices = [(each, self._told(LABELS[each])) for each in audiences]
        self.fields["body"].widget.attrs["placeholder"] = _("Écrire un message")

    @property
    def send_labels(self) -> list[tuple[str, str]]:
        """Return what the button says for each audience."""
        audiences = self.fields["audience"].choices
        return [(each, self._told(SEND_LABELS[each])) for each, _label in audiences]

    @property
    def arguments(self) -> dict:
        """Return what the deed of the audience takes, from a valid form."""
        return {name: self.cleaned_data[name] for name in ("body", "files")}

    def clean(self):
        given = super().clean()
        if not given.get("body") and not given.get("files") and "files" not in self.errors:
            self.add_error("body", EMPTY_MESSAGE)
        blanks = left(given.get("body") or "")
        if given.get("audience") == CUSTOMER and blanks:
            self.add_error("body", blanks_text(blanks))
        return given

    def _told(self, label) -> str:
        return label % {"name": self.name}


def _audiences(file: RequestFile) -> list[str]:
    """Return to whom one may write, whoever is most often written to first."""
    if not file.may_note:
        return []
    told = [CUSTOMER] if file.may_answer else []
    called = [CALL] if file.may_answer and file.request.is_open else []
    return [*told, NOTE, *called]
