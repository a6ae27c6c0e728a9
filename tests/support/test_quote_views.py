from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context, tenant_context
from support import quotes
from support.models import Request
from tests.support.conftest import RENEWS_ON, TODAY


@pytest.fixture
def quoted(desk) -> Request:
    """Return a change that Adam asked for and whose quote was sent."""
    with staff_context():
        request = desk.ask("adam")
        desk.price(request)
        desk.send(request)
    return request


def read(response) -> str:
    return response.content.decode().replace("\u00a0", " ")


def at(request) -> str:
    return reverse("request", args=[request.reference])


def ways_of(request) -> str:
    return reverse("request-ways", args=[request.reference])


def test_the_ways_are_read_beside_the_quote(enter, quoted):
    page = read(enter("adam").get(ways_of(quoted)))

    assert "Quatre façons de faire ce changement" in page
    assert "Facturé aujourd’hui" in page
    assert "2 680,00 € HT" in page  # twelve months by the year: the plan and its option
    assert page.count("Le devis en cours") == 1
    assert page.count("Demander ce devis") == 3


def test_another_way_is_asked_for_in_place_of_the_quote(enter, quoted):
    response = enter("alice").post(
        reverse("quote-again", args=[quoted.reference]), {"way": "now-annual"}, follow=True
    )

    assert "Nouveau devis demandé au support." in read(response)
    with staff_context():
        asked = Request.objects.get(pk=quoted.pk)
        assert (asked.state, asked.when, asked.commitment) == ("new", "now", "annual")
        assert asked.effective_on == TODAY
        assert asked.quotes.get().status == "dropped"


def test_a_way_that_does_not_exist_changes_nothing(enter, quoted):
    response = enter("alice").post(
        reverse("quote-again", args=[quoted.reference]), {"way": "yesterday-weekly"}, follow=True
    )

    assert "Choisissez une des façons proposées." in read(response)
    with staff_context():
        asked = Request.objects.get(pk=quoted.pk)
        assert (asked.state, asked.when, asked.effective_on) == ("quoted", "term", RENEWS_ON)


def test_a_way_that_the_engine_refuses_says_why(enter, desk):
    with tenant_context(desk.ravel.pk):
        request = desk.ask("adam", code="indep-plus")

    page = read(enter("adam").get(ways_of(request)))

    assert page.count("ne prend effet qu’à l’échéance") == 2  # cheaper, now
    assert page.count("Vos nombres dépassent les limites de cette formule") == 2
    assert "Demander ce devis" not in page  # it waits for its first quote


def test_what_is_finished_has_no_way_left(enter, quoted):
    with staff_context():
        assert Request.objects.get(pk=quoted.pk).state == "quoted"
    client = enter("alice")
    client.post(reverse("request-withdraw", args=[quoted.reference]))

    assert client.get(ways_of(quoted)).status_code == 404


def test_an_expired_quote_beside_an_open_change_leads_to_it_instead(enter, desk):
    with staff_context():
        expired = desk.ask("adam")
        desk.price(expired)
        desk.send(expired, valid_until=TODAY)
        quotes.expire_quotes(on=TODAY + timedelta(days=1))
    client = enter("adam")
    alone = [read(client.get(address)) for address in (at(expired), ways_of(expired))]
    with staff_context():
        other = desk.ask("alice")

    beside = [read(client.get(address)) for address in (at(expired), ways_of(expired))]

    again = reverse("quote-again", args=[expired.reference])
    assert [again in page for page in alone + beside] == [True, True, False, False]
    led = f'La demande <a href="{at(other)}">{other.reference}</a> est en cours'
    assert [led in page for page in alone + beside] == [False, False, True, True]
