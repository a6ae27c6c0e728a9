"""What surrounds every page of an account."""

from dataclasses import dataclass

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import READS_LEARNERS, SEES_INVOICES, SEES_SUBSCRIPTION, WRITES_LEARNERS

register = template.Library()

MAIN_PAGES = (
    ("sessions", _("Sessions"), READS_LEARNERS),
    ("learners", _("Apprenants"), READS_LEARNERS),
    ("my-subscription", _("Abonnement"), SEES_SUBSCRIPTION),
)
STAFF_PAGES = (
    ("admin:index", _("Administration"), None),
    ("outbox", _("E-mails partis"), None),
)
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
    return {"links": _links(context["request"], ACCOUNT_PAGES)}


@register.simple_tag(takes_context=True)
def main_nav(context):
    """Return the links of the top bar: what the role may open, and the staff's desk."""
    request = context["request"]
    user = getattr(request, "user", None)
    return _links(request, MAIN_PAGES + (STAFF_PAGES if user and user.is_staff else ()))


def _links(request, pages) -> list[Link]:
    """Return the links to those of some pages that a role may open; no roles means no question."""
    membership = getattr(request, "membership", None)
    role = membership.role if membership else None
    return [
        Link(url=reverse(name), label=label, current=_current(request.path, reverse(name)))
        for name, label, roles in pages
        if (roles is None or role in roles) and _exists(name)
    ]


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
