"""Messages of people who are not signed in, as they come by the contact form."""

from datetime import datetime

from support import contacts
from support.models import ContactMessage
from tests.support.answered import moment

WRITTEN = moment("2026-11-23 10:00")


def wrote(
    name: str = "Jean Petit",
    email: str = "jean@exemple.fr",
    message: str = "Combien pour 600 apprenants ?",
    *,
    at: datetime = WRITTEN,
    organization_name: str = "",
) -> ContactMessage:
    """Return a message written on Monday 23 November at 10 h."""
    return contacts.receive(
        name=name, email=email, message=message, organization_name=organization_name, at=at
    )
