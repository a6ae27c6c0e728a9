"""What a change costs more or less is called by its name, wherever it is read."""

from html import unescape

import pytest
from django.urls import reverse

from accounts.models import Membership, OutgoingMail
from accounts.tenancy import staff_context
from support import emails
from tests.support.test_quote_ends import read

CHEAPER = "Différence : \u2212 60,00 € HT par mois"
DEARER = "Supplément : + 120,00 € HT par mois"


@pytest.fixture(params=[("indep-plus", CHEAPER), ("orga", DEARER)], ids=["cheaper", "dearer"])
def told(request, desk, today):
    """A quote that was sent, and what must be said of its price."""
    code, said = request.param
    with staff_context():
        Membership.objects.filter(user=desk.people["sam"]).update(is_active=False)
        asked = desk.ask(code=code)
        desk.price(asked, code=code)
        quote = desk.send(asked)
        emails.quote_ends(asked, quote)
    return asked, said


def test_mails_call_it_by_its_name(told):
    _request, said = told
    with staff_context():
        mails = OutgoingMail.objects.filter(dedupe_key__startswith="quote_")
        texts = [
            unescape(text).replace("\u00a0", " ")
            for mail in mails
            for text in (mail.text, mail.html)
        ]

    assert [text for text in texts if said not in text] == []
    assert len(texts) == 4


def test_pages_call_it_by_its_name(told, enter):
    request, said = told
    word, amount = said.split(" : ")
    price = reverse("admin:support_request_move", args=[request.pk, "price"])

    file = read(enter("lea").get(reverse("admin:support_request_change", args=[request.pk])))
    form = read(enter("lea").get(price))
    page = read(enter("alice").get(reverse("request", args=[request.reference])))
    card = read(enter("alice").get(reverse("my-subscription")))

    assert f"<dt>{word} pour le client</dt><dd>{amount}</dd>" in file
    assert f'<dt>{word}</dt><dd class="num">{amount}<small>' in page
    for said_there in (form, card):
        assert f'{word} : <b class="num">{amount.removesuffix(" par mois")}</b>' in said_there
