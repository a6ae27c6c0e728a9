"""The pages of an option as a test reads and presses them."""

import re

from django.contrib.messages import get_messages

from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Item
from support.models import Request

ELEARNING = "advanced-elearning"
DETAIL = f"/compte/abonnement/options/{ELEARNING}/"
SUBSCRIBE = f"{DETAIL}souscrire/"


def words(response) -> str:
    """Return the text of a page, its spaces made plain."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("\xa0", " "))


def hidden(response) -> dict[str, str]:
    """Return the hidden fields that the page would send back."""
    page = response.content.decode()
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def said(response) -> list[str]:
    return [str(message).replace("\xa0", " ") for message in get_messages(response.wsgi_request)]


def written(team) -> tuple[int, int, int]:
    """Return how many items, invoices and requests Ravel has."""
    with staff_context():
        return tuple(
            model.objects.filter(organization=team.ravel).count()
            for model in (Item, Invoice, Request)
        )
