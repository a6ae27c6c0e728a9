"""What surrounds every page of an account."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import SEES_INVOICES, SEES_SUBSCRIPTION, WRITES_LEARNERS

register = template.Library()

ACCOUNT_PAGES = (
    ("my-subscription", _("Mon abonnement"), SEES_SUBSCRIPTION),
    ("invoices", _("Factures"), SEES_INVOICES),
    ("requests", _("Demandes"), SEES_SUBSCRIPTION),
    ("imports", _("Imports"), WRITES_LEARNERS),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the account; `current` is `page` on it, `true` below it, empty elsewhere."""

    url: str
    label: str
    current: str


@register.inclusion_tag("partials/_side_nav.html", takes_context=True)
def account_nav(context):
    """Show the pages of the account that the person's role may open."""
    request = context["request"]
    membership = getattr(request, "membership", None)
    role = membership.role if membership else None
    return {
        "links": [
            Link(url=reverse(name), label=label, current=_current(request.path, reverse(name)))
            for name, label, roles in ACCOUNT_PAGES
            if role in roles and _exists(name)
        ]
    }


def _exists(name: str) -> bool:
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url) else ""
