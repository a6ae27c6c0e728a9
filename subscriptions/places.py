"""Where a customer is established, which decides the VAT, and what is done when it cannot tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from accounts.models import Organization, User
from accounts.services import record
from subscriptions.models import BillingIdentity, Subscription, SupportNotice
from subscriptions.vat import Place, VatUnresolved, treatment


@transaction.atomic
def set_place(
    *, organization: Organization, place: Place, actor: User | None = None
) -> BillingIdentity:
    """Write where a customer is established, for the documents to come (R17).

    A subscription that the nightly job set aside for want of a VAT treatment is due again.
    """
    identity, _created = BillingIdentity.objects.update_or_create(
        organization=organization,
        defaults={
            "country": place.country,
            "postal_code": place.postal_code,
            "vat_number": place.vat_number,
            "vat_checked": place.vat_checked,
        },
        create_defaults={
            "legal_name": organization.name,
            "country": place.country,
            "postal_code": place.postal_code,
            "vat_number": place.vat_number,
            "vat_checked": place.vat_checked,
        },
    )
    record(organization=organization, actor=actor, action="place changed", country=place.country)
    if _is_resolved(place):
        Subscription.objects.filter(
            organization=organization, parked_because__startswith=VatUnresolved.__name__
        ).update(parked_because="")
    return identity


@dataclass(frozen=True, slots=True)
class Details:
    """Who is billed beside the place: name, address, registration, where invoices go."""

    legal_name: str
    address: str
    city: str
    siren: str
    email: str


@transaction.atomic
def write_details(
    *, organization: Organization, details: Details, place: Place, actor: User | None = None
) -> BillingIdentity:
    """Write the billing identity of a customer, for the documents to come."""
    set_place(organization=organization, place=place, actor=actor)
    BillingIdentity.objects.for_organization(organization).update(**asdict(details))
    return BillingIdentity.objects.for_organization(organization).get()


def _is_resolved(place: Place) -> bool:
    try:
        treatment(place)
    except VatUnresolved:
        return False
    return True


@transaction.atomic
def ask_support(*, organization: Organization, why: VatUnresolved, on: date) -> SupportNotice:
    """Have support look into a VAT that stopped something, once a day (R17)."""
    notice, _created = SupportNotice.objects.get_or_create(
        organization=organization,
        kind=SupportNotice.Kind.VAT_UNRESOLVED,
        raised_on=on,
        defaults={"details": {"reason": str(why)}},
    )
    return notice


@contextmanager
def asking_support(*, organization: Organization, on: date) -> Iterator[None]:
    """Have support told of a VAT in doubt that stops what runs inside, or causes its refusal (R17).

    What ran is undone first, so that what support is told outlives it; the error goes on.
    """
    try:
        with transaction.atomic():
            yield
    except Exception as refusal:
        for why in (refusal, refusal.__cause__):
            if isinstance(why, VatUnresolved):
                ask_support(organization=organization, why=why, on=on)
        raise
