"""What the admin shows in red: the invariants that do not hold."""

from django import template

from subscriptions.models import InvariantBreach

register = template.Library()


@register.simple_tag
def open_breaches() -> list[InvariantBreach]:
    """Return the invariants broken now, the oldest first; one query on each admin page."""
    return list(InvariantBreach.objects.filter(mended_at=None).order_by("broken_at"))
