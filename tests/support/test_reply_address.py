import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import settings as proof
from hypothesis import strategies as st

from support.reply_address import LONGEST_LOCAL_PART, read, reply_address
from tests.proving import examples

DOMAIN = "reponses.digiforma.example"


@pytest.fixture(autouse=True)
def domain(settings):
    settings.REPLY_DOMAIN = DOMAIN


def test_an_address_names_a_request_and_its_reader():
    address = reply_address("D-2026-0412", 5)

    assert address.startswith("reply+d-2026-0412-5-")
    assert read(address) == ("D-2026-0412", 5)


@given(year=st.integers(2000, 9999), number=st.integers(1, 10**9 - 1), reader=st.integers(1, 10**9))
@proof(max_examples=examples(100, 2000), deadline=None)
def test_an_address_is_short_and_survives_a_change_of_case(year, number, reader):
    with override_settings(REPLY_DOMAIN=DOMAIN):
        reference = f"D-{year}-{number:04d}"
        address = reply_address(reference, reader)

        assert len(address.partition("@")[0]) <= LONGEST_LOCAL_PART
        assert address == address.lower()
        assert read(f" {address.upper()} ") == (reference, reader)


@given(place=st.integers(0, 200), letter=st.characters())
@proof(max_examples=examples(300, 5000), deadline=None)
def test_an_address_that_was_touched_names_nothing(place, letter):
    with override_settings(REPLY_DOMAIN=DOMAIN):
        address = reply_address("D-2026-0412", 5)
        place %= len(address)
        touched = address[:place] + letter + address[place + 1 :]

        same = touched.strip().lower() == address
        assert read(touched) == (("D-2026-0412", 5) if same else None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "support@digiforma.example",
        f"reply@{DOMAIN}",
        f"reply+d-2026-0412-5@{DOMAIN}",
        f"reply+d-2026-0412-5-{'0' * 24}@{DOMAIN}",
        f"reply+d-2026-0412-\u0665-{'0' * 24}@{DOMAIN}",
    ],
)
def test_other_addresses_name_nothing(address):
    assert read(address) is None


def test_an_address_of_another_domain_names_nothing(settings):
    address = reply_address("D-2026-0412", 5)
    settings.REPLY_DOMAIN = "ailleurs.example"

    assert read(address) is None


def test_without_a_domain_nobody_answers_by_mail(settings):
    address = reply_address("D-2026-0412", 5)
    settings.REPLY_DOMAIN = ""

    assert (reply_address("D-2026-0412", 5), read(address)) == ("", None)


def test_a_replaced_key_is_read_while_it_is_kept(settings):
    address, before = reply_address("D-2026-0412", 5), settings.SECRET_KEY
    settings.SECRET_KEY = "another"

    settings.SECRET_KEY_FALLBACKS = [before]
    assert read(address) == ("D-2026-0412", 5)
    settings.SECRET_KEY_FALLBACKS = []
    assert read(address) is None
