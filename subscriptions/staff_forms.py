"""What staff fill in before a deed: small forms whose `details` are plain values."""

from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions.models import COMMITMENT_LABELS, Invoice, Subscription
from subscriptions.selectors import plans_on_sale

LONGEST_GRACE = timedelta(days=365)
REQUIRED = {"required": _("À remplir avant de continuer.")}


def day_field(label, **kwargs) -> forms.DateField:
    """Return a date with the browser's own picker."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "field"})
    return forms.DateField(label=label, widget=widget, error_messages=REQUIRED, **kwargs)


def amount_field(label, **kwargs) -> forms.DecimalField:
    """Return an amount in euros, written with a comma or a point."""
    return forms.DecimalField(
        label=label,
        max_digits=9,
        decimal_places=2,
        localize=True,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"class": "field", "inputmode": "decimal"}),
        **kwargs,
    )


def cents(amount: Decimal) -> int:
    """Return an amount of euros in cents; the field keeps it to two decimals."""
    return int(amount * 100)


class DeedForm(forms.Form):
    """A deed with its reason; `key` and `seen` come with the confirmation."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=200,
        error_messages=REQUIRED,
        help_text=_("Gardé au journal avec votre nom ; le client ne le voit pas."),
        widget=forms.TextInput(attrs={"class": "field"}),
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data=None,
        *,
        subscription: Subscription,
        about: Invoice | None,
        left_cents: int,
        on: date,
    ):
        self.subscription, self.about = subscription, about
        self.left_cents, self.on = left_cents, on
        super().__init__(data)
        if data is not None and "seen" in data:
            self.fields["key"].required = True

    @property
    def asked(self) -> list[forms.BoundField]:
        """The fields to fill in."""
        return self.visible_fields()

    @property
    def answered(self) -> list[tuple[forms.BoundField, object]]:
        """The fields with what was answered; from a valid form."""
        return [(field, self.cleaned_data[field.name]) for field in self.asked]

    @property
    def details(self) -> dict:
        """What is ordered, as the order keeps it; from a valid form."""
        return {}


class PlanForm(DeedForm):
    """A form with the plans on sale."""

    plan = forms.ChoiceField(label=_("Formule"), error_messages=REQUIRED)
    field_order = ["plan"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        plans = plans_on_sale(self.subscription.seller_id)
        self.fields["plan"].choices = [(plan.code, plan.name) for plan in plans]
        self.fields["plan"].widget.attrs["class"] = "field"


class PriceForm(PlanForm):
    """A price agreed for a while."""

    amount = amount_field(_("Prix HT de la période, en euros"), min_value=0)
    first_on = day_field(_("Du"))
    last_on = day_field(_("Au (inclus)"))
    field_order = ["plan", "amount", "first_on", "last_on", "reason"]

    def clean(self):
        first_on, last_on = (self.cleaned_data.get(name) for name in ("first_on", "last_on"))
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("Choisissez un jour qui ne précède pas le premier."))

    @property
    def details(self) -> dict:
        said = self.cleaned_data
        return {
            "plan": said["plan"],
            "amount_cents": cents(said["amount"]),
            "first_on": said["first_on"].isoformat(),
            "last_on": said["last_on"].isoformat(),
        }


class DiscountForm(DeedForm):
    """A part of the plan's price, for so many periods."""

    percent = forms.DecimalField(
        label=_("Remise, en pour cent du prix de la formule"),
        min_value=Decimal("0.01"),
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"class": "field", "inputmode": "decimal"}),
    )
    periods = forms.IntegerField(
        label=_("Nombre de périodes, à partir de la prochaine facture"),
        min_value=1,
        max_value=60,
        error_messages=REQUIRED,
        widget=forms.NumberInput(attrs={"class": "field"}),
    )
    field_order = ["percent", "periods", "reason"]

    @property
    def details(self) -> dict:
        return {
            "percent": str(self.cleaned_data["percent"]),
            "periods": self.cleaned_data["periods"],
        }


class DaysForm(DeedForm):
    """Days given back."""

    days = forms.IntegerField(
        label=_("Jours de la formule à rendre"),
        min_value=1,
        max_value=366,
        error_messages=REQUIRED,
        widget=forms.NumberInput(attrs={"class": "field"}),
    )
    field_order = ["days", "reason"]

    @property
    def details(self) -> dict:
        return {"days": self.cleaned_data["days"]}


class PaymentForm(DeedForm):
    """Money that arrived on our account, for one invoice."""

    amount = amount_field(_("Montant reçu TTC, en euros"), min_value=Decimal("0.01"))
    received_on = day_field(_("Reçu le"))
    reference = forms.CharField(
        label=_("Référence du virement"),
        max_length=80,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"class": "field"}),
    )
    field_order = ["amount", "received_on", "reference", "reason"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["reason"].label = _("Note")
        self.fields["reason"].required = False
        self.fields["amount"].initial = (Decimal(self.left_cents) / 100).quantize(Decimal("0.01"))
        self.fields["received_on"].initial = self.on

    def clean_received_on(self) -> date:
        day = self.cleaned_data["received_on"]
        if day > self.on:
            raise forms.ValidationError(_("Choisissez aujourd’hui ou un jour passé."))
        return day

    @property
    def details(self) -> dict:
        said = self.cleaned_data
        return {
            "amount_cents": cents(said["amount"]),
            "received_on": said["received_on"].isoformat(),
            "reference": said["reference"],
        }


class GraceForm(DeedForm):
    """More time to enrol above the limit."""

    until = day_field(_("Refuser les nouvelles inscriptions à partir du"))
    field_order = ["until", "reason"]

    def clean_until(self) -> date:
        until = self.cleaned_data["until"]
        if not self.on < until <= self.on + LONGEST_GRACE:
            raise forms.ValidationError(_("Choisissez un jour à venir, d’ici un an au plus."))
        return until

    @property
    def details(self) -> dict:
        return {"until": self.cleaned_data["until"].isoformat()}


class ChangeForm(PlanForm):
    """A change that takes effect today."""

    plan = forms.ChoiceField(label=_("Formule"), required=False)
    commitment = forms.ChoiceField(
        label=_("Engagement"),
        required=False,
        choices=[("", _("inchangé")), *COMMITMENT_LABELS],
        widget=forms.Select(attrs={"class": "field"}),
    )
    override = forms.BooleanField(
        label=_("Passer outre : appliquer maintenant ce qui attendrait l’échéance"),
        required=False,
        help_text=_("Responsables seulement. Le trop-perçu devient un avoir gardé au compte."),
    )
    field_order = ["plan", "commitment", "override", "reason"]

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        self.fields["plan"].choices = [("", _("inchangée")), *self.fields["plan"].choices]

    def clean(self):
        if not (self.cleaned_data.get("plan") or self.cleaned_data.get("commitment")):
            raise forms.ValidationError(_("Choisissez une formule ou un engagement."))

    @property
    def details(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("plan", "commitment", "override")}
