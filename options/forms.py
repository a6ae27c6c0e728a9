"""What « Souscrire » sends back: the price that was shown, and a key that bills once."""

import uuid

from django import forms

from options.policy import ALONE
from options.services import Shown, Terms


class SubscribeForm(forms.Form):
    """Hidden fields only; a missing or tampered one means that no price was shown."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)
    full_price_cents = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    net_cents = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @classmethod
    def of(cls, terms: Terms) -> "SubscribeForm":
        """Return the form that agrees to these terms, with a new key."""
        return cls(
            initial={
                "key": uuid.uuid4().hex,
                "full_price_cents": terms.full_price_cents,
                "net_cents": terms.net_cents,
            }
        )

    @property
    def shown(self) -> Shown:
        return Shown(self.cleaned_data["full_price_cents"], self.cleaned_data["net_cents"])

    @property
    def operation(self) -> str:
        return f"{ALONE}{self.cleaned_data['key']}"
