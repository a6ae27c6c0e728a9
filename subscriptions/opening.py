"""Open an organization with its owner and its subscription, on behalf of that owner."""

from datetime import date

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import emails
from accounts.models import Organization, User
from accounts.services import create_organization
from subscriptions import selectors
from subscriptions.models import Seller
from subscriptions.periods import Commitment
from subscriptions.services import subscribe


class SlugTaken(Exception):
    """Another organization already has this slug."""


@transaction.atomic
def open_organization(
    *, name: str, slug: str, owner_email: str, seller_code: str, on: date
) -> Organization:
    """Create an organization on the seller's smallest plan, monthly from `on`, and tell its owner.

    An unknown owner becomes a person without a password, who chooses one from the mail.
    Runs in a staff scope. Raises SlugTaken.
    """
    if Organization.objects.filter(slug=slug).exists():
        raise SlugTaken(slug)
    owner = _person(owner_email)
    organization = create_organization(name=name, slug=slug, owner=owner)
    smallest = selectors.plans_on_sale(Seller.objects.get(code=seller_code))[0]
    subscribe(
        organization=organization,
        plan=smallest,
        commitment=Commitment.MONTHLY,
        on=on,
        actor=owner,
    )
    _welcome(owner, organization)
    return organization


def _person(email: str) -> User:
    """Return the person of this address, created without a password when unknown."""
    person, created = User.objects.get_or_create(email=email.strip().lower())
    if created:
        person.set_unusable_password()
        person.save(update_fields=["password"])
    return person


def _welcome(owner: User, organization: Organization) -> None:
    has_password = owner.has_usable_password()
    emails.post(
        to=owner.email,
        template="subscriptions/welcome",
        context={
            "address": settings.SITE_URL
            + (reverse("home") if has_password else _password_path(owner)),
            "has_password": has_password,
        },
        dedupe_key=f"welcome-{organization.pk}",
        organization=organization,
    )


def _password_path(owner: User) -> str:
    return reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(owner),
            "key": default_token_generator.make_token(owner),
        },
    )
