import json
import re
from decimal import Decimal
from io import BytesIO

import pytest
import typst
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.tenancy import staff_context
from subscriptions import price_lists
from subscriptions.models import BillingIdentity, Seller
from subscriptions.reductions import Reduction
from support import quote_file
from support.models import Quote, Request
from tests.support.conftest import TODAY


def text_of(content: bytes) -> str:
    """Return all that a PDF says, its spaces made plain."""
    pages = [page.extract_text() for page in PdfReader(BytesIO(content)).pages]
    return " ".join("\n".join(pages).replace("\u00a0", " ").replace("\u202f", " ").split())


@pytest.fixture
def quoted(desk) -> Request:
    with staff_context():
        request = desk.ask("adam", when="now", options=("custom-fields",))
        reduction = Reduction(Decimal("7.5"), 3, "Ne pas dire au client")
        desk.price(request, when="now", options=("custom-fields",), reduction=reduction)
        desk.send(request)
    return request


def tariffs_told(desk) -> tuple[str, str]:
    """Return what the file and the page of the last quote call its price list."""
    with staff_context():
        quote = Quote.objects.latest("pk")
        file = text_of(quote_file.pdf(quote))
    client = Client()
    client.force_login(desk.people["alice"])
    page = client.get(reverse("request", args=[quote.request.reference])).content.decode()
    told = re.compile(r"[Mm]ontants figés[^,]*, ([^.<]*)")
    return tuple(told.search(text.replace("\u00a0", " "))[1] for text in (file, page))


def test_the_demonstrations_tariff_alone_is_called_so(desk, quoted, today):
    of_the_demonstration = tariffs_told(desk)
    with staff_context():
        seller = Seller.objects.get()
        prices = price_lists.stated(price_lists.latest(seller))
        price_lists.publish_prices(seller=seller, effective_on=TODAY, prices=prices)
        desk.price(quoted, when="now")
        desk.send(quoted)

    assert of_the_demonstration == ("tarifs de démonstration du 24 septembre 2024",) * 2
    assert tariffs_told(desk) == ("tarifs du 23 novembre 2026",) * 2


def test_the_file_says_each_line_amount_and_term(quoted):
    with staff_context():
        text = text_of(quote_file.pdf(Quote.objects.get()))

    for said in (
        "Digiforma Démonstration",
        "SIREN 732 829 320",
        "FR44732829320",
        "Ravel Formation",
        f"nº {quoted.reference}, version 1",
        "23 novembre 2026",
        "1er décembre 2026 inclus",
        "16 jours sur 30 de la période",
        "\u221263,47 €",
        "127,47 €",
        "8,00 €",
        "Total HT 72,00 €",
        "TVA 20 % sur 72,00 € 14,40 €",
        "Total TTC 86,40 €",
        "Remise de 7,5 % sur la formule pendant 3 mois, dès le 9 décembre 2026.",
        "pénalités au taux annuel de 15 %",
        "40,00 €",
        "Devis gratuit.",
    ):
        assert said in text, said
    assert "Ne pas dire" not in text


def test_the_same_quote_is_the_same_bytes(quoted):
    with staff_context():
        quote = Quote.objects.get()

        assert quote_file.pdf(quote) == quote_file.pdf(quote)


@pytest.mark.parametrize(
    "name",
    [
        "#panic() & Fils",
        '*gras* _penché_ `code` $x^2$ "cité"',
        '\\ #read("quote.typ") \\u{41}',
        "= Titre <label> @ref // rien /* rien */",
        "Été 🎓 d’or",
    ],
)
def test_a_name_is_text_and_never_markup(quoted, desk, name):
    with staff_context():
        BillingIdentity.objects.create(organization=desk.ravel, legal_name=name)
        text = text_of(quote_file.pdf(Quote.objects.get()))

    plain = name.replace("🎓", "").split()
    assert all(word in text for word in plain)


def test_the_typesetter_reads_nothing_but_its_template():
    for source in (
        '#read("/etc/hostname")',
        '#read("../models.py")',
        '#import "@preview/a:1.0.0": b',
    ):
        with pytest.raises(typst.TypstError):
            typst.compile(source.encode(), root=quote_file.FOLDER, ignore_system_fonts=True)
    assert json.dumps(sorted(path.name for path in quote_file.FOLDER.iterdir())) == '["quote.typ"]'


def test_whoever_follows_saves_the_file_of_a_sent_quote(enter, quoted):
    address = reverse("quote-file", args=[quoted.reference, 1])

    response = enter("adam").get(address)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Disposition"] == (
        f'attachment; filename="devis-{quoted.reference}-v1.pdf"'
    )
    assert response.content.startswith(b"%PDF-")
    assert [enter(name).get(address).status_code for name in ("sam", "charlie")] == [404, 404]


def test_a_sent_version_stays_readable_once_priced_again_and_a_draft_is_staffs(enter, desk, quoted):
    with staff_context():
        desk.price(quoted, code="leader", when="now")
    addresses = [reverse("quote-file", args=[quoted.reference, version]) for version in (1, 2, 3)]
    client, lea = enter("alice"), enter("lea")

    assert [client.get(address).status_code for address in addresses] == [200, 404, 404]
    staff = [
        lea.get(reverse("admin:support_request_quote_file", args=[quoted.pk, version]))
        for version in (1, 2, 3)
    ]
    assert [answer.status_code for answer in staff] == [200, 200, 404]
    assert "LEADER" in text_of(staff[1].content)
    assert TODAY.year == 2026
