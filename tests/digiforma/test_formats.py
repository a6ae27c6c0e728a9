"""How French amounts, numbers, dates and sentences are written; ~ stands for the no-break space."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString, mark_safe
from hypothesis import given
from hypothesis import strategies as st

from digiforma.templatetags import formats


def spaced(text: str) -> str:
    return text.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (0, "0,00~€"),
        (5, "0,05~€"),
        (123456, "1~234,56~€"),
        (100000000, "1~000~000,00~€"),
        (-1200, "\u221212,00~€"),  # a credit note
    ],
)
def test_euros_reads_cents(cents, expected):
    assert formats.euros(cents) == spaced(expected)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(640, "640~octets"), (12_800, "12,5~Ko"), (10 * 1024 * 1024, "10,0~Mo")],
)
def test_a_size_reads_in_the_units_of_its_limit(size, expected):
    assert formats.size_fr(size) == spaced(expected)


@given(cents=st.integers(-(10**12), 10**12))
def test_euros_loses_no_cent_and_never_breaks(cents):
    text = formats.euros(cents)

    assert int(text.replace("\u2212", "-").translate(str.maketrans("", "", "\u00a0€,"))) == cents
    assert not set(text) & {" ", "\u202f", "-"}


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(7000, "+~70,00~€"), (0, "0,00~€"), (-1200, "\u2212~12,00~€")],
)
def test_euros_signed_shows_which_way_a_price_moves(cents, expected):
    assert formats.euros_signed(cents) == spaced(expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0"), (500, "500"), (1500, "1~500"), (1234567, "1~234~567"), (Decimal("2.5"), "2,5")],
)
def test_number_fr_groups_thousands(number, expected):
    assert formats.number_fr(number) == spaced(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 3, 1), "début mars 2027"),
        (date(2027, 4, 10), "début avril 2027"),
        (date(2027, 8, 11), "mi-août 2027"),
        (date(2027, 12, 20), "mi-décembre 2027"),
        (date(2028, 2, 21), "fin février 2028"),
    ],
)
def test_around_rounds_a_day_to_a_third_of_its_month(day, expected):
    assert formats.around(day) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fraction(153, 90), "1,7"),
        (Fraction(2), "2"),
        (Fraction(1, 20), "0,1"),  # a half goes up
        (Fraction(1, 21), "0"),
        (Fraction(12345), "12~345"),
    ],
)
def test_one_decimal_rounds_to_the_nearest_tenth(number, expected):
    assert formats.one_decimal(number) == spaced(expected)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (0, "0~%"),
        (Decimal("0.2"), "20~%"),
        (Decimal("0.055"), "5,5~%"),  # a reduced rate of VAT
        (Fraction(412, 500), "82,4~%"),
        (Fraction(1, 3), "33,33~%"),
        (1.056, "105,6~%"),
    ],
)
def test_percent_fr_reads_a_ratio(ratio, expected):
    assert formats.percent_fr(ratio) == spaced(expected)


@pytest.mark.parametrize(
    ("day", "page", "text"),
    [
        (date(2026, 12, 9), "9 décembre 2026", "9 décembre 2026"),
        (date(2026, 12, 1), "1<sup>er</sup> décembre 2026", "1er décembre 2026"),
        (date(2026, 8, 21), "21 août 2026", "21 août 2026"),  # not every 1 is the first
        (date(2028, 2, 29), "29 février 2028", "29 février 2028"),
        (
            datetime(2026, 6, 30, 22, 30, tzinfo=UTC),
            "1<sup>er</sup> juillet 2026",
            "1er juillet 2026",
        ),
        (
            datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
            "1<sup>er</sup> janvier 2027",
            "1er janvier 2027",
        ),
    ],
)
def test_date_fr_and_date_text_write_the_day_in_paris(day, page, text):
    assert (formats.date_fr(day), formats.date_text(day)) == (page, text)


def test_date_fr_is_not_escaped_in_a_page():
    page = Template("le {{ day|date_fr }}, le {{ day|day_month }}")

    assert page.render(Context({"day": date(2026, 1, 1)})) == (
        "le 1<sup>er</sup> janvier 2026, le 1<sup>er</sup> janvier"
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 5, 1), "1<sup>er</sup> mai"), (date(2026, 2, 11), "11 février")],
)
def test_day_month_leaves_the_year_out(day, expected):
    assert formats.day_month(day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 19), "19 nov."),
        (date(2026, 5, 31), "31 mai"),
        (date(2026, 12, 1), "1<sup>er</sup> déc."),
    ],
)
def test_day_month_short_shortens_the_month(day, expected):
    assert formats.day_month_short(day) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "17~h"),
        (datetime(2026, 7, 1, 15, 5, tzinfo=UTC), "17~h~05"),  # summer time
    ],
)
def test_time_fr_is_the_hour_in_paris(moment, expected):
    assert formats.time_fr(moment) == spaced(expected)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, "0~min"),
        (59, "59~min"),
        (60, "1~h"),
        (125, "2~h~05"),
        (539, "8~h~59"),
        (540, "1~jour ouvré"),
        (648, "1,2~jour ouvré"),
        (1_059, "2~jours ouvrés"),  # 1,96 is told as 2, and 2 is plural
        (5_400, "10~jours ouvrés"),
    ],
)
def test_worked_fr_counts_days_of_nine_hours(minutes, expected):
    assert formats.worked_fr(minutes) == spaced(expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "apprenant"), (1, "apprenant"), (Decimal("1.5"), "apprenant"), (-1, "apprenant"),
     (2, "apprenants"), (-3, "apprenants")],
)  # fmt: skip
def test_plural_fr_keeps_the_singular_under_two(number, expected):
    assert formats.plural_fr(number, "apprenant,apprenants") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ravel Formation", "RF"), ("atelier", "A"), ("Les Mots Justes", "LM"), ("  ", "")],
)
def test_initials_of_an_organization(name, expected):
    assert formats.initials(name) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mot de passe oublié ?", "Mot de passe oublié~?"),
        ("Rien : ni ceci ; ni cela !", "Rien~: ni ceci~; ni cela~!"),
        ("le profil « Intervenant »", "le profil «~Intervenant~»"),
        ("le profil «Intervenant»", "le profil «~Intervenant~»"),
        ("le profil «~Intervenant~»", "le profil «~Intervenant~»"),
        ("12 € ou 20 %", "12~€ ou 20~%"),
        ("12\u202f€", "12~€"),
        ("https://example.org:8000/?a=b à 17:30", "https://example.org:8000/?a=b à 17:30"),
        ("A &amp; B", "A &amp; B"),
    ],
)
def test_typo_makes_spaces_unbreakable_where_french_wants_them(written, expected):
    assert formats.typo(spaced(written)) == spaced(expected)


@given(st.text(alphabet="ab «»:;!?€%\u00a0\u202f\n", max_size=30))
def test_typo_run_twice_changes_nothing_more(text):
    assert formats.typo(formats.typo(text)) == formats.typo(text)


def test_typo_keeps_safe_html_safe_and_escapes_the_rest():
    page = Template("{{ safe|typo }} {{ unsafe|typo }}")

    rendered = page.render(Context({"safe": mark_safe("<b>oui !</b>"), "unsafe": "<b>non !</b>"}))

    assert rendered == spaced("<b>oui~!</b> &lt;b&gt;non~!&lt;/b&gt;")
    assert isinstance(formats.typo(mark_safe("oui !")), SafeString)
