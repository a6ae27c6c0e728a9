"""Invented billing identities for the demonstration: right keys, nobody's numbers on purpose."""

from stdnum import luhn
from stdnum.fr import siren

from digiforma.demo import PLACES, Place
from subscriptions.places import Details

FIRST_SIREN = 90_000_000  # eight digits; the ninth is the key


def billing_details(place: Place) -> Details:
    """Return who is billed for an organization of the demonstration."""
    return Details(
        legal_name=f"{place.name} SARL",
        address=f"{PLACES.index(place) + 2} rue de l’Exemple",
        city="Nantes",
        siren=_siren(place),
        email=f"compta@{place.slug}.example",
    )


def vat_number(place: Place) -> str:
    """Return the French VAT number that belongs to the invented SIREN."""
    return "FR" + siren.to_tva(_siren(place)).replace(" ", "")


def _siren(place: Place) -> str:
    digits = str(FIRST_SIREN + PLACES.index(place))
    return digits + luhn.calc_check_digit(digits)
