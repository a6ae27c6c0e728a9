"""The billing desk as a test drives it: its addresses, its words, its confirmations."""

import re
from datetime import date
from html import unescape

from django.test import Client
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Subscription

TODAY = date(2026, 11, 23)
STAFF = {
    "lea": "customer_care",
    "victor": "sales_team",
    "magda": "manager",
    "milan": "manager",
    "remi": "reader",
}
PLAIN = str.maketrans({"\u00a0": " ", "\u2212": "-", "\u00d7": "x"})


def page_of(row) -> str:
    return reverse(f"admin:subscriptions_{row._meta.model_name}_change", args=[row.pk])


def deed_of(row, name: str) -> str:
    return reverse(f"admin:subscriptions_{row._meta.model_name}_deed", args=[row.pk, name])


def text(response) -> str:
    """Return what a page says, in characters that a keyboard has."""
    said = unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).translate(PLAIN)
    return re.sub(r"\s+", " ", said)


def confirmation(response) -> dict:
    """Return the hidden fields of a page that asks to confirm."""
    fields = re.findall(r'<input type="hidden" name="(\w+)"(?: value="([^"]*)")?', response.text)
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def shown(client: Client, row, name: str, **fields) -> dict:
    """Fill a deed's form in; return what its confirmation would send."""
    response = client.post(deed_of(row, name), {"reason": "convenu au téléphone", **fields})
    assert response.status_code == 200, text(response)
    return {**confirmation(response), "confirm": "yes"}


def done(client: Client, row, name: str, **fields):
    """Fill a deed's form in and confirm it."""
    return client.post(deed_of(row, name), shown(client, row, name, **fields))


def documents(subscription) -> list[tuple]:
    with staff_context():
        rows = Invoice.objects.filter(subscription=subscription).order_by("pk")
        return [(row.number, row.net_cents) for row in rows]


def rows(model, **which) -> list:
    with staff_context():
        return list(model.objects.filter(**which).order_by("pk"))


def last_invoice(subscription) -> Invoice:
    with staff_context():
        return Invoice.objects.filter(subscription=subscription).latest("pk")


def park(subscription) -> None:
    with staff_context():
        Subscription.objects.filter(pk=subscription.pk).update(
            parked_because="Parked : une ligne à 900,00 € dépasse son plein tarif"
        )
