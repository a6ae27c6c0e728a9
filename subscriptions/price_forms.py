"""A price list as a form: a day, and two prices for each thing on sale."""

from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from subscriptions import price_lists
from subscriptions.models import COMMITMENT_LABELS, Component, Seller
from subscriptions.staff_forms import amount_field, cents, day_field


class PriceListForm(forms.Form):
    """What a new list asks for each plan and option, prefilled from the latest list."""

    effective_on = day_field(_("En vigueur au"))

    def __init__(self, data=None, *, seller: Seller, today: date):
        super().__init__(data)
        self.seller, self.today = seller, today
        self.former = price_lists.stated(price_lists.latest(seller))
        self.on_sale = price_lists.on_sale(seller)
        for component in self.on_sale:
            for commitment, label in COMMITMENT_LABELS:
                self._add(component, commitment, label)

    def _add(self, component: Component, commitment: str, label: str) -> None:
        former = self.former.get((component.pk, commitment))
        field = amount_field(f"{component.name}, {label}", min_value=0, required=former is not None)
        if former is not None:
            field.initial = (Decimal(former) / 100).quantize(Decimal("0.01"))
        self.fields[_name(component, commitment)] = field

    @property
    def rows(self) -> list[tuple]:
        """Return each thing on sale with its two fields, for the table of the page."""
        return [
            (
                component,
                [self[_name(component, commitment)] for commitment, _label in COMMITMENT_LABELS],
            )
            for component in self.on_sale
        ]

    def clean_effective_on(self) -> date:
        day = self.cleaned_data["effective_on"]
        if day < self.today:
            raise forms.ValidationError(_("Choisissez aujourd’hui ou un jour à venir."))
        return day

    @property
    def prices(self) -> price_lists.Statement:
        """The prices stated, from a valid form; what is left empty stays on quote."""
        said = {
            (component.pk, commitment): self.cleaned_data[_name(component, commitment)]
            for component in self.on_sale
            for commitment, _label in COMMITMENT_LABELS
        }
        return {key: cents(amount) for key, amount in said.items() if amount is not None}


def _name(component: Component, commitment: str) -> str:
    return f"price_{component.pk}_{commitment}"
