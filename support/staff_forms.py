"""What staff fill in: one small form for each move."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.models import FIRST_ACCOUNT_NUMBER, Organization, User, is_account_number
from subscriptions.items import NotActive, held_or_ordered
from subscriptions.models import COMMITMENT_LABELS, Component, Plan, Subscription
from subscriptions.periods import Commitment, add_months
from subscriptions.reductions import Reduction
from subscriptions.selectors import coming_term, plans_on_sale
from support.desk import RequestFile
from support.drawing import Order, running
from support.forms import WayForm, message_field
from support.labels import When
from support.moves import LIVE
from support.queue import colleagues
from support.refusals import desk_refusal_text
from support.selectors import still_wanted
from support.wishes import Wish

LONGEST_DISCOUNT = 36  # periods
LONGEST_VALIDITY = 12  # months: the échéance of an annual commitment is no further
DISCOUNT = ("discount_percent", "discount_periods", "discount_reason")


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


class CallForm(StaffForm):
    """What was said on the phone, and whether that is the end of it."""

    body = message_field(_("Ce qui a été dit"), rows=4)
    is_over = forms.BooleanField(
        label=_("Clore l’intérêt : il n’y a rien d’autre à faire"), required=False
    )


class ReasonForm(StaffForm):
    """Why, for a colleague."""

    reason = message_field(_("Motif"))


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
        if day > add_months(self.today, LONGEST_VALIDITY):
            raise forms.ValidationError(_("Choisissez un jour d’ici à un an : relisez l’année."))
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
        max_length=120,
        widget=forms.TextInput(attrs={"class": "field"}),
    )

    def clean_organization(self) -> Organization:
        term = self.cleaned_data["organization"].strip()
        found = Organization.objects.filter(slug__iexact=term).first()
        if found is None and is_account_number(term):
            found = Organization.objects.filter(pk=int(term) - FIRST_ACCOUNT_NUMBER).first()
        if found is None:
            raise forms.ValidationError(
                _("Aucun organisme n’a cet identifiant ni ce numéro : vérifiez-le.")
            )
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
    discount_percent = forms.DecimalField(
        label=_("Remise sur la formule, en %"),
        required=False,
        localize=True,
        max_digits=5,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=100,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_decimal_places", "max_digits"),
            _("Indiquez un pourcentage de 0,01 à 100, par exemple 7,5."),
        ),
        widget=forms.TextInput(attrs={"class": "field", "inputmode": "decimal"}),
    )
    discount_periods = forms.IntegerField(
        label=_("Pendant combien de périodes"),
        required=False,
        min_value=1,
        max_value=LONGEST_DISCOUNT,
        help_text=_("Des mois, ou des années en annuel, dès la première période entière."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Indiquez un nombre de périodes, de 1 à 36.")
        ),
        widget=forms.TextInput(attrs={"class": "field", "inputmode": "numeric"}),
    )
    discount_reason = forms.CharField(
        label=_("Motif de la remise"),
        required=False,
        max_length=120,
        help_text=_("Pour l’équipe : le client ne le lit pas."),
        widget=forms.TextInput(attrs={"class": "field", "autocomplete": "off"}),
    )

    def __init__(self, data=None, *, file: RequestFile, today: date):
        self.subscription = Subscription.objects.select_related("organization").get(
            organization=file.request.organization
        )
        super().__init__(data, file=file, today=today, initial=_asked(file, today))
        seller = self.subscription.seller_id
        self.fields["effective_on"].required = False
        plans = [plan.pk for plan in plans_on_sale(seller)]
        self.fields["plan"].queryset = (
            Plan.objects.filter(pk__in=plans).select_related("component").order_by("rank")
        )
        options = Component.objects.filter(seller=seller, kind=Component.Kind.OPTION).exclude(
            pk__in=held_or_ordered(self.subscription, today)
        )
        self.fields["options"].choices = list(options.order_by("name").values_list("code", "name"))

    def clean_effective_on(self) -> date:
        day = self.cleaned_data["effective_on"] or self.today
        if day > self.today:
            raise forms.ValidationError(_("Choisissez un jour passé ou aujourd’hui."))
        return day

    def clean(self) -> dict:
        given = super().clean()
        try:
            running(self.file.request.organization)
        except NotActive as refusal:
            raise forms.ValidationError(desk_refusal_text(refusal)) from refusal
        told = [given.get(name) for name in DISCOUNT]
        if any(told) and not all(told):
            for name, value in zip(DISCOUNT, told, strict=True):
                if not value and name not in self.errors:
                    self.add_error(
                        name, _("Pour une remise, indiquez le pourcentage, la durée et le motif.")
                    )
        return given

    def asked(self, chosen) -> dict:
        """Return the form's data before anything is posted: what was asked, over it what an
        address says: a plan, options, a way."""
        data = {**self.initial, "effective_on": self.initial["effective_on"].isoformat()}
        plans = {plan.code: plan for plan in self.fields["plan"].queryset}
        plan = plans.get(chosen.get("plan"))
        if plan:
            data |= {"plan": plan.pk, "options": chosen.getlist("options")}
        way = WayForm(chosen)
        if way.is_valid() and way.cleaned_data["way"]:
            when, commitment = way.cleaned_data["way"]
            data |= {"when": when, "commitment": str(commitment)}
        return data

    @property
    def wish(self) -> Wish:
        """What is chosen, without its day; needs a valid form."""
        given = self.cleaned_data
        return Wish(
            given["plan"],
            Commitment(given["commitment"]),
            when=given["when"],
            options=tuple(given["options"]),
        )

    @property
    def arguments(self) -> dict:
        given, wish = self.cleaned_data, self.wish
        at_term = wish.when == When.TERM
        order = Order(
            plan=wish.plan,
            commitment=wish.commitment,
            when=wish.when,
            effective_on=coming_term(self.subscription, self.today)
            if at_term
            else given["effective_on"],
            options=wish.options,
            reduction=_reduction(given),
        )
        return {"order": order}


def _reduction(given: dict) -> Reduction | None:
    if not given["discount_percent"]:
        return None
    return Reduction(*(given[name] for name in DISCOUNT))


def _asked(file: RequestFile, today: date) -> dict:
    """Return what was asked, with the discount of the last quote if it still lives."""
    request, quote = file.request, file.quote
    asked = {
        "plan": request.plan_id,
        "commitment": request.commitment,
        "when": request.when,
        "effective_on": min(today, request.effective_on or today),
        "options": still_wanted(request, on=today),
    }
    if quote and quote.status in LIVE and quote.discount_percent:
        percent = number_format(quote.discount_percent.normalize())
        asked |= {name: getattr(quote, name) for name in DISCOUNT} | {"discount_percent": percent}
    return asked
