"""What a page says when the gate of new enrolments is closed."""

from django import template

from accounts import selectors
from accounts.roles import COMMITS_MONEY

register = template.Library()


@register.inclusion_tag("partials/_enrollments_closed.html", takes_context=True)
def enrollments_closed(context, refused):
    """Say why new enrolments are refused and the way out, to somebody who may enrol (R20)."""
    membership = context["request"].membership
    return {
        "refused": refused,
        "owner": selectors.owner(membership.organization),
        "is_owner": membership.role in COMMITS_MONEY,
    }
