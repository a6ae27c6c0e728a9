import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscriptions.vat import (
    COUNTRIES_OUTSIDE_EU,
    FRENCH_COUNTRIES,
    OTHER_EU_COUNTRIES,
    Doubt,
    Place,
    Treatment,
    VatTotal,
    VatUnresolved,
    totals,
    treatment,
)
from tests.proving import examples

STANDARD = Treatment(Decimal("20.00"), "S", "")
REDUCED = Treatment(Decimal("8.50"), "S", "")
NOT_APPLICABLE = Treatment(Decimal("0.00"), "O", "TVA non applicable, article 294-1 du CGI")
OUTSIDE = Treatment(Decimal("0.00"), "O", "TVA non applicable, article 259-1 du CGI")
REVERSE = Treatment(Decimal("0.00"), "AE", "Autoliquidation")

R20, R85, R0 = Decimal("20.00"), Decimal("8.50"), Decimal("0.00")

proved = settings(max_examples=examples(100, 10_000), deadline=None)
documents = st.lists(
    st.tuples(st.sampled_from([R20, R85, R0]), st.integers(-1_000_000, 1_000_000)), max_size=15
)


@pytest.mark.parametrize(
    ("postal_code", "expected"),
    [
        ("75001", STANDARD),
        ("01000", STANDARD),
        ("20000", STANDARD),  # Corsica
        ("96999", STANDARD),
        ("", STANDARD),
        ("98000", STANDARD),  # Monaco, written as a French address
        ("97100", REDUCED),
        ("97110", REDUCED),
        ("97132", REDUCED),
        ("97133", OUTSIDE),  # Saint-Barthélemy
        ("97134", REDUCED),
        ("97149", REDUCED),
        ("97150", OUTSIDE),  # Saint-Martin
        ("97151", REDUCED),
        ("97200", REDUCED),
        ("97300", NOT_APPLICABLE),
        ("97400", REDUCED),
        ("97500", OUTSIDE),
        ("97600", NOT_APPLICABLE),
        ("98600", OUTSIDE),
        ("98713", OUTSIDE),
        ("98800", OUTSIDE),
        (" 971 50 ", OUTSIDE),
    ],
)
def test_france_is_taxed_by_postal_code(postal_code, expected):
    assert treatment(Place("FR", postal_code)) == expected


@pytest.mark.parametrize(
    ("country", "postal_code", "expected"),
    [
        ("MC", "98000", STANDARD),
        ("MC", "", STANDARD),
        ("GP", "97110", REDUCED),
        ("GP", "97133", OUTSIDE),  # the postal code is the more precise
        ("GP", "", REDUCED),
        ("MQ", "97200", REDUCED),
        ("RE", "97400", REDUCED),
        ("GF", "97300", NOT_APPLICABLE),
        ("YT", "97600", NOT_APPLICABLE),
        ("BL", "97133", OUTSIDE),
        ("MF", "97150", OUTSIDE),
        ("PM", "97500", OUTSIDE),
        ("WF", "98600", OUTSIDE),
        ("PF", "98713", OUTSIDE),
        ("NC", "98800", OUTSIDE),
        ("NC", "", OUTSIDE),
    ],
)
def test_overseas_is_taxed_by_its_own_country_code_too(country, postal_code, expected):
    assert treatment(Place(country, postal_code)) == expected


@pytest.mark.parametrize(
    "place",
    [
        Place("FR", "75001", "FR40303265045", vat_checked=True),  # never reverse charge in France
        Place("FR", "75001", "DE123456789", vat_checked=True),
    ],
)
def test_a_vat_number_changes_nothing_in_france(place):
    assert treatment(place) == STANDARD


@pytest.mark.parametrize("postal_code", ["97000", "97700", "97900", "98900", "9713", "971501"])
def test_an_unknown_overseas_postal_code_is_never_guessed(postal_code):
    place = Place("FR", postal_code)

    with pytest.raises(VatUnresolved) as caught:
        treatment(place)

    assert (caught.value.place, caught.value.reason) == (place, Doubt.UNKNOWN_POSTAL_CODE)


@pytest.mark.parametrize("country", sorted(OTHER_EU_COUNTRIES))
def test_another_member_state_with_a_checked_number_owes_the_tax_itself(country):
    prefix = "EL" if country == "GR" else country

    place = Place(country, "10115", f"{prefix}123456789", vat_checked=True)

    assert treatment(place) == REVERSE


@pytest.mark.parametrize(
    ("country", "vat_number", "vat_checked", "reason"),
    [
        ("DE", "", False, Doubt.NO_VAT_NUMBER),
        ("DE", "", True, Doubt.NO_VAT_NUMBER),
        ("DE", "DE123456789", False, Doubt.UNCHECKED_VAT_NUMBER),
        ("DE", "AT123456789", True, Doubt.FOREIGN_VAT_NUMBER),
        ("GR", "GR123456789", True, Doubt.FOREIGN_VAT_NUMBER),  # Greek numbers begin with EL
        ("IE", "XI123456789", True, Doubt.FOREIGN_VAT_NUMBER),  # Northern Ireland's
        ("BE", "FR40303265045", True, Doubt.FOREIGN_VAT_NUMBER),
    ],
)
def test_another_member_state_without_a_good_number_is_never_guessed(
    country, vat_number, vat_checked, reason
):
    place = Place(country, "10115", vat_number, vat_checked)

    with pytest.raises(VatUnresolved, match=reason.value) as caught:
        treatment(place)

    assert (caught.value.place, caught.value.reason) == (place, reason)


@pytest.mark.parametrize("country", ["CH", "GB", "XI", "US", "MA", "NO", "AD", "TF"])
@pytest.mark.parametrize("vat_number", ["", "XI123456789"])
def test_outside_the_union_services_are_out_of_scope(country, vat_number):
    assert treatment(Place(country, "97133", vat_number, vat_checked=True)) == OUTSIDE


@pytest.mark.parametrize("country", ["", "UK", "EL", "EU", "fr", "FRA", "ZZ", " FR"])
def test_an_unknown_country_is_never_guessed(country):
    with pytest.raises(VatUnresolved) as caught:
        treatment(Place(country, "75001"))

    assert caught.value.reason == Doubt.UNKNOWN_COUNTRY


def test_each_country_of_the_world_stands_in_one_list():
    lists = [set(FRENCH_COUNTRIES), set(OTHER_EU_COUNTRIES), set(COUNTRIES_OUTSIDE_EU)]
    world = set().union(*lists)

    assert sum(map(len, lists)) == len(world)
    assert len(OTHER_EU_COUNTRIES | {"FR"}) == 27
    assert len(world - {"XI", "XK"}) == 249  # ISO 3166-1
    assert all(re.fullmatch("[A-Z]{2}", country) for country in world)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ()),
        ([(R20, 5400)], (VatTotal(R20, 5400, 1080),)),
        ([(R0, 9900)], (VatTotal(R0, 9900, 0),)),
        ([(R20, 1)], (VatTotal(R20, 1, 0),)),  # 0.2
        ([(R20, 2), (R20, 1)], (VatTotal(R20, 3, 1),)),  # on the sum: by line it would be 0
        ([(R20, 3), (R20, 3), (R20, 3)], (VatTotal(R20, 9, 2),)),  # by line it would be 3
        ([(R85, 100)], (VatTotal(R85, 100, 9),)),  # half a cent
        ([(R85, -100)], (VatTotal(R85, -100, -9),)),
        ([(R85, 500)], (VatTotal(R85, 500, 43),)),  # 42.5, half to even would be 42
        ([(R20, -3658), (R20, 6706)], (VatTotal(R20, 3048, 610),)),
        ([(R20, 3658), (R20, -6706)], (VatTotal(R20, -3048, -610),)),  # a credit note
        ([(R20, 5400), (R20, -5400)], (VatTotal(R20, 0, 0),)),
        (
            [(R0, 50), (R20, 5400), (R85, 1000), (R20, -1)],
            (VatTotal(R20, 5399, 1080), VatTotal(R85, 1000, 85), VatTotal(R0, 50, 0)),
        ),
    ],
)
def test_vat_is_computed_on_the_sum_of_a_rate(lines, expected):
    assert totals(lines) == expected


def test_one_rate_written_in_several_ways_is_one_entry():
    entries = totals([(Decimal(20), 1), (Decimal("20.0"), 2), (Decimal("20.00"), 3)])

    assert [(str(one.rate), one.base_cents) for one in entries] == [("20.00", 6)]


def test_totals_read_a_generator_once():
    assert totals((R20, cents) for cents in [100, 200]) == (VatTotal(R20, 300, 60),)


@proved
@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(lines, random):
    shuffled = random.sample(lines, len(lines))

    assert totals(shuffled) == totals(lines)


@proved
@given(documents)
def test_the_vat_of_mirror_lines_is_the_exact_negative(lines):
    mirrored = totals([(rate, -net_cents) for rate, net_cents in lines])

    assert mirrored == tuple(
        VatTotal(one.rate, -one.base_cents, -one.amount_cents) for one in totals(lines)
    )


@proved
@given(documents)
def test_each_rate_is_within_half_a_cent_of_the_exact_tax(lines):
    entries = totals(lines)

    assert [one.rate for one in entries] == sorted({rate for rate, _ in lines}, reverse=True)
    assert sum(one.base_cents for one in entries) == sum(cents for _, cents in lines)
    assert all(
        abs(one.amount_cents - one.base_cents * one.rate / 100) <= Decimal("0.5") for one in entries
    )
