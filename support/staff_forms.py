"""What staff fill in: one small form for each move."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import FIRST_ACCOUNT_NUMBER, Organization, User
from subscriptions.models import COMMITMENT_LABELS, Component, Plan, Subscription
from subscriptions.periods import Commitment
from subscriptions.selectors import plans_on_sale
from support.desk import RequestFile
from support.drawing import Order
from support.forms import message_field
from support.labels import RefusalReason, When
from support.models import Request
from support.queue import colleagues
from support.wishes import Wish


def day_field(label, **kwargs) -> forms.DateField:
    """Return a date with the browser's own picker."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "field"})
    return forms.DateField(label=label, widget=widget, **kwargs)


class StaffForm(forms.Form):
    """What one move asks of staff; `arguments` are those of its deed, from a valid form."""

    def __init__(self, data=None, *, file: RequestFile, today: date, **kwargs):
        self.file, self.today = file, today
        super().__init__(data, **kwargs)

    @property
    def arguments(self) -> dict:
        return self.cleaned_data


class NoteForm(StaffForm):
    """A word for the history, if there is one to say."""

    note = message_field(_("Note interne (facultative)"), rows=2, required=False)


class ReasonForm(StaffForm):
    """Why, for a colleague."""

    reason = message_field(_("Motif"))


class RefuseForm(StaffForm):
    """Why, for the desk's history, and what the customer will read."""

    reason = forms.ChoiceField(
        label=_("Motif, pour l’équipe"),
        choices=[("", _("Choisir un motif")), *RefusalReason.choices],
        error_messages={"required": _("Choisissez le motif du refus.")},
    )
    body = message_field(_("Message au client"), rows=5)


class CustomerMessageForm(StaffForm):
    """What the customer will read."""

    body = message_field(_("Message au client"), rows=5)


class CorrectForm(StaffForm):
    """What should have been applied, and what the customer will read."""

    plan = forms.ModelChoiceField(label=_("Formule"), queryset=Plan.objects.none())
    commitment = forms.ChoiceField(label=_("Engagement"), choices=COMMITMENT_LABELS)
    when = forms.ChoiceField(label=_("Prise d’effet"), choices=When.choices)
    message = message_field(_("Message au client"), rows=5)

    def __init__(self, data=None, *, file: RequestFile, today: date):
        request = file.request
        initial = {
            "plan": request.plan_id,
            "commitment": request.commitment,
            "when": request.when,
            "message": _("Nous corrigeons votre demande %(reference)s : ")
            % {"reference": request.reference},
        }
        super().__init__(data, file=file, today=today, initial=initial)
        sold = plans_on_sale(request.plan.component.seller_id)
        self.fields["plan"].queryset = Plan.objects.filter(
            pk__in=[plan.pk for plan in sold]
        ).select_related("component")

    @property
    def arguments(self) -> dict:
        given = self.cleaned_data
        return {"wish": Wish(**{**given, "commitment": Commitment(given["commitment"])})}


class SendQuoteForm(StaffForm):
    """Until when the quote may be accepted."""

    valid_until = day_field(_("Valable jusqu’au (inclus)"))

    def __init__(self, data=None, *, file: RequestFile, today: date):
        super().__init__(
            data, file=file, today=today, initial={"valid_until": file.quote.valid_until}
        )

    def clean_valid_until(self) -> date:
        day = self.cleaned_data["valid_until"]
        if day < self.today:
            raise forms.ValidationError(_("Choisissez aujourd’hui ou un jour à venir."))
        return day


class AssignForm(forms.Form):
    """To whom a request is given; to oneself when nobody is named."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, data):
        super().__init__(data)
        self.fields["to"].queryset = colleagues()


class OrganizationForm(forms.Form):
    """Which organization a stranger's message belongs to."""

    organization = forms.CharField(
        label=_("Identifiant ou numéro de compte de l’organisme"),
        widget=forms.TextInput(attrs={"class": "field"}),
    )

    def clean_organization(self) -> Organization:
        term = self.cleaned_data["organization"].strip()
        found = Organization.objects.filter(slug__iexact=term).first()
        if found is None and term.isascii() and term.isdigit():
            found = Organization.objects.filter(pk=int(term) - FIRST_ACCOUNT_NUMBER).first()
        if found is None:
            raise forms.ValidationError(_("Aucun organisme à ce nom : vérifiez l’identifiant."))
        return found


class PriceForm(StaffForm):
    """What to price: prefilled with what was asked."""

    plan = forms.ModelChoiceField(label=_("Formule"), queryset=Plan.objects.none())
    commitment = forms.ChoiceField(label=_("Engagement"), choices=COMMITMENT_LABELS)
    when = forms.ChoiceField(label=_("Prise d’effet"), choices=When.choices)
    effective_on = day_field(
        _("Si « maintenant », depuis le"),
        help_text=_("Aujourd’hui, ou le jour demandé à temps si nous avons tardé."),
    )
    options = forms.MultipleChoiceField(
        label=_("Options prises avec"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data=None, *, file: RequestFile, today: date):
        request = file.request
        self.subscription = Subscription.objects.get(organization=request.organization)
        super().__init__(data, file=file, today=today, initial=_asked(request, today))
        seller = self.subscription.seller_id
        plans = [plan.pk for plan in plans_on_sale(seller)]
        self.fields["plan"].queryset = (
            Plan.objects.filter(pk__in=plans).select_related("component").order_by("rank")
        )
        options = Component.objects.filter(seller=seller, kind=Component.Kind.OPTION)
        self.fields["options"].choices = list(options.order_by("name").values_list("code", "name"))

    def clean_effective_on(self) -> date:
        day = self.cleaned_data["effective_on"]
        if day > self.today:
            raise forms.ValidationError(_("Choisissez un jour passé ou aujourd’hui."))
        return day

    @property
    def arguments(self) -> dict:
        given = self.cleaned_data
        at_term = given["when"] == When.TERM
        order = Order(
            plan=given["plan"],
            commitment=Commitment(given["commitment"]),
            when=given["when"],
            effective_on=self.subscription.renews_on if at_term else given["effective_on"],
            options=tuple(given["options"]),
        )
        return {"order": order}


def _asked(request: Request, today: date) -> dict:
    return {
        "plan": request.plan_id,
        "commitment": request.commitment,
        "when": request.when,
        "effective_on": min(today, request.effective_on or today),
        "options": request.options,
    }
