"""How long the desk gives itself for each kind of request, from the settings."""

from django.conf import settings

from support.clock import Targets
from support.workflow import Kind


def targets_of(kind: Kind) -> Targets:
    """Return what is due on a request of a kind."""
    return Targets(**settings.SUPPORT_TARGETS[kind])
