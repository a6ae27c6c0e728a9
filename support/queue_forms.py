"""What staff choose above the queue, and what they do with the lines they ticked."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import Plan
from support.queue import colleagues
from support.queue_filters import TOPICS, Choice

KEY = re.compile(r"[0-9]{1,18}\Z")
TABS = {
    "todo": _("À traiter"),
    "mine": _("Les miennes"),
    "waiting": _("Attendent le client"),
    "sales": _("Chez les ventes"),
    "interests": _("Intérêts pour une option"),
    "done": _("Terminées"),
}


def tab_of(given) -> str:
    """Return the tab that an address asks for: the first one, or all for a search without one."""
    view = given.get("view")
    if view in {*TABS, "all"}:
        return view
    return "all" if given.get("q") else "todo"


class QueueForm(forms.Form):
    """The filters of the queue; a wrong one is told and filters nothing."""

    topic = forms.ChoiceField(label=_("Type"), required=False)
    plan = forms.ChoiceField(label=_("Formule du client"), required=False)
    assigned = forms.ChoiceField(label=_("Assignée à"), required=False)
    due = forms.ChoiceField(
        label=_("Réponse due"),
        choices=[("", _("Toutes")), ("late", _("En retard"))],
        required=False,
    )
    invoice = forms.ChoiceField(
        label=_("Prochaine facture"),
        choices=[("", _("Toutes")), ("soon", _("Dans 8 jours ou moins"))],
        required=False,
    )
    replied = forms.ChoiceField(
        label=_("Première réponse"),
        choices=[("", _("Toutes")), ("no", _("Sans réponse"))],
        required=False,
    )
    since = forms.DateField(label=_("Reçue du"), required=False)
    until = forms.DateField(label=_("au"), required=False)

    def __init__(self, given):
        super().__init__(given)
        self.view = tab_of(given)
        plans = Plan.objects.order_by("rank").values_list("component__code", "component__name")
        self.people = list(colleagues())
        people = [(str(each.pk), each.full_name) for each in self.people]
        topics = [(name, label) for name, (label, _condition) in TOPICS.items()]
        self.fields["topic"].choices = [("", _("Tous les types")), *topics]
        self.fields["plan"].choices = [("", _("Toutes les formules")), *dict(plans).items()]
        self.fields["assigned"].choices = [
            ("", _("Tout le monde")),
            ("me", _("Moi")),
            ("nobody", _("Personne")),
            *people,
        ]
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    @property
    def choice(self) -> Choice:
        """Return what to filter by."""
        self.is_valid()
        return Choice(view=self.view, **self.cleaned_data)

    @property
    def more(self) -> list:
        """Return the filters that stand behind « Plus de filtres »."""
        return [self[name] for name in ("due", "invoice", "replied", "since", "until")]

    @property
    def is_filtering(self) -> bool:
        """Tell whether any filter is set."""
        return any(field.value() for field in self)

    @property
    def is_narrow(self) -> bool:
        """Tell whether one of those behind « Plus de filtres » is set."""
        return any(field.value() for field in self.more)


class BulkForm(forms.Form):
    """What to do with the requests that were ticked."""

    ASSIGN, REMIND = "assign", "remind"

    pk = forms.TypedMultipleChoiceField(coerce=int)
    deed = forms.ChoiceField(choices=[(ASSIGN, ""), (REMIND, "")])
    to = forms.ModelChoiceField(queryset=None, required=False)

    def __init__(self, given):
        keys = [key for key in given.getlist("pk") if KEY.match(key)]
        given = given.copy()
        given.setlist("pk", keys)
        super().__init__(given)
        self.fields["pk"].choices = [(key, "") for key in keys]
        self.fields["to"].queryset = colleagues()
        self.fields["pk"].error_messages["required"] = _("Cochez au moins une demande.")

    def clean(self):
        given = super().clean()
        if given.get("deed") == self.ASSIGN and not given.get("to"):
            raise forms.ValidationError(_("Choisissez à qui assigner ces demandes."))
        return given
