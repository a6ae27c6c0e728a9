"""The VAT of a customer's place, and the VAT of a document (R17, R1)."""

import enum
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from subscriptions.pricing import round_half_away


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is established. `country` is ISO 3166-1 alpha-2, in capitals.

    `vat_checked` says that `vat_number` was found valid and the proof of the check kept.
    """

    country: str
    postal_code: str = ""
    vat_number: str = ""
    vat_checked: bool = False


@dataclass(frozen=True, slots=True)
class Treatment:
    """What VAT is charged: `rate` in percent, EN 16931 category, legal mention or ""."""

    rate: Decimal
    category: str
    ground: str = ""


class Doubt(enum.StrEnum):
    """Why the VAT of a place cannot be told."""

    NO_VAT_NUMBER = "no_vat_number"
    UNCHECKED_VAT_NUMBER = "unchecked_vat_number"
    FOREIGN_VAT_NUMBER = "foreign_vat_number"  # of another state than the place's
    UNKNOWN_POSTAL_CODE = "unknown_postal_code"  # overseas by its look, but none we know
    UNKNOWN_COUNTRY = "unknown_country"


class VatUnresolved(Exception):
    """The VAT of this place cannot be told: nothing is invoiced and support looks into it."""

    def __init__(self, place: Place, reason: Doubt):
        super().__init__(f"{reason}: {place}")
        self.place = place
        self.reason = reason


METROPOLITAN = Treatment(Decimal("20.00"), "S")
OVERSEAS = Treatment(Decimal("8.50"), "S")
NOT_APPLICABLE = Treatment(Decimal("0.00"), "O", "TVA non applicable, article 294-1 du CGI")
OUT_OF_SCOPE = Treatment(Decimal("0.00"), "O", "TVA non applicable, article 259-1 du CGI")
REVERSE_CHARGE = Treatment(Decimal("0.00"), "AE", "Autoliquidation")

# By the start of a French postal code; the longest start that matches wins.
OVERSEAS_POSTAL_CODES = {
    "97133": OUT_OF_SCOPE,  # Saint-Barthélemy, not Guadeloupe
    "97150": OUT_OF_SCOPE,  # Saint-Martin, not Guadeloupe
    "971": OVERSEAS,  # Guadeloupe
    "972": OVERSEAS,  # Martinique
    "973": NOT_APPLICABLE,  # Guyane
    "974": OVERSEAS,  # La Réunion
    "975": OUT_OF_SCOPE,  # Saint-Pierre-et-Miquelon
    "976": NOT_APPLICABLE,  # Mayotte
    "980": METROPOLITAN,  # Monaco, written as a French address
    "986": OUT_OF_SCOPE,  # Wallis-et-Futuna
    "987": OUT_OF_SCOPE,  # Polynésie française
    "988": OUT_OF_SCOPE,  # Nouvelle-Calédonie
}

# France and the countries of their own in ISO 3166-1 that French law treats by name.
FRENCH_COUNTRIES = {
    "FR": METROPOLITAN,
    "MC": METROPOLITAN,
    "GP": OVERSEAS,
    "MQ": OVERSEAS,
    "RE": OVERSEAS,
    "GF": NOT_APPLICABLE,
    "YT": NOT_APPLICABLE,
    "BL": OUT_OF_SCOPE,
    "MF": OUT_OF_SCOPE,
    "PM": OUT_OF_SCOPE,
    "WF": OUT_OF_SCOPE,
    "PF": OUT_OF_SCOPE,
    "NC": OUT_OF_SCOPE,
}


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The member states other than France, as they stand since 1 February 2020. Northern Ireland
# (XI) is in the Union for goods only, so not here.
OTHER_EU_COUNTRIES = _codes(
    "AT BE BG CY CZ DE DK EE ES FI GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
)
VAT_PREFIXES = {"GR": "EL"}  # the others begin with the code of their country

# The rest of ISO 3166-1 as of 2025, with XI and XK (Kosovo). A list, so that a typing error
# (UK, EL, DEU) is a doubt and not a country outside the Union.
COUNTRIES_OUTSIDE_EU = _codes(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BH BI BJ BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET FJ FK FM FO GA
    GB GD GE GG GH GI GL GM GN GQ GS GT GU GW GY HK HM HN HT ID IL IM IN IO IQ IR IS JE JM JO JP KE
    KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LY MA MD ME MG MH MK ML MM MN MO MP MR MS MU
    MV MW MX MY MZ NA NE NF NG NI NO NP NR NU NZ OM PA PE PG PH PK PN PR PS PW PY QA RS RU RW SA SB
    SC SD SG SH SJ SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
    UA UG UM US UY UZ VA VC VE VG VI VN VU WS XI XK YE ZA ZM ZW
    """
)


@lru_cache(maxsize=1024)  # a night asks about the same few places
def treatment(place: Place) -> Treatment:
    """Return the VAT we charge a business established in this place (R17).

    EN 16931 categories: S where French VAT is charged, at 20 % or at the overseas 8.5 %. AE
    where the customer, in another member state, owes the tax there. O where no VAT exists to
    be exempt from: outside the Union and in the collectivities the service is located with
    the customer (article 259-1), in Guyane and Mayotte the tax is not in force (article
    294-1). E is for what the law would tax but exempts, as the training our customers sell;
    what we sell them never is. A document in O carries no rate and neither party's VAT number
    in its structured file (BR-O-02 to BR-O-05), and no other category (BR-O-11).

    Raises VatUnresolved where R17 says never to guess.
    """
    if place.country in FRENCH_COUNTRIES:
        return _french_treatment(place)
    if place.country in OTHER_EU_COUNTRIES:
        return _other_eu_treatment(place)
    if place.country in COUNTRIES_OUTSIDE_EU:
        return OUT_OF_SCOPE
    raise VatUnresolved(place, Doubt.UNKNOWN_COUNTRY)


def _french_treatment(place: Place) -> Treatment:
    """An overseas postal code is more precise than the country beside it: 97150 in GP."""
    postal_code = "".join(place.postal_code.split())
    if not postal_code.startswith(("97", "98")):
        return FRENCH_COUNTRIES[place.country]
    if re.fullmatch(r"[0-9]{5}", postal_code):
        for start in (postal_code, postal_code[:3]):
            if start in OVERSEAS_POSTAL_CODES:
                return OVERSEAS_POSTAL_CODES[start]
    raise VatUnresolved(place, Doubt.UNKNOWN_POSTAL_CODE)


def _other_eu_treatment(place: Place) -> Treatment:
    if not place.vat_number:
        raise VatUnresolved(place, Doubt.NO_VAT_NUMBER)
    if not place.vat_number.startswith(VAT_PREFIXES.get(place.country, place.country)):
        raise VatUnresolved(place, Doubt.FOREIGN_VAT_NUMBER)
    if not place.vat_checked:
        raise VatUnresolved(place, Doubt.UNCHECKED_VAT_NUMBER)
    return REVERSE_CHARGE


@dataclass(frozen=True, slots=True)
class VatTotal:
    """The VAT of a document at one rate, in euro cents; negative on a credit note."""

    rate: Decimal
    base_cents: int
    amount_cents: int


def totals(lines: Iterable[tuple[Decimal, int]]) -> tuple[VatTotal, ...]:
    """Return the VAT per rate of a document's rounded lines, highest rate first (R1).

    A line is its rate in percent and its net cents. The tax is computed on the sum of the
    lines of a rate and rounded once, half away from zero (EN 16931, BR-CO-17), so that a
    credit note of mirror lines is the exact negative. Rate 0 has its entry too.
    """
    bases = defaultdict(int)
    for rate, net_cents in lines:
        bases[rate.quantize(Decimal("0.01"))] += net_cents
    return tuple(
        VatTotal(rate, base_cents, tax(rate, base_cents))
        for rate, base_cents in sorted(bases.items(), reverse=True)
    )


@lru_cache(maxsize=4096)  # a night adds up the same few prices
def tax(rate: Decimal, base_cents: int) -> int:
    """Return the VAT of a base at a rate in percent, rounded once (R1)."""
    return round_half_away(base_cents * Fraction(rate) / 100)


def mentions(grounds: Iterable[str]) -> str:
    """Return the laws that ground a document without VAT, or some lines of it, once each."""
    return " ; ".join(dict.fromkeys(filter(None, grounds)))
