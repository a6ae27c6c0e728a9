"""The last second of a quote, and what is read once it no longer holds (R19)."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import items
from subscriptions.models import Subscription
from support import quotes
from support.models import Quote, Request
from support.moves import AlreadyAsked
from tests import world
from tests.support.conftest import RENEWS_ON, TODAY
from tests.support.test_late_hands import renew_until


def read(response) -> str:
    return response.content.decode().replace("\u00a0", " ")


def state(request: Request) -> str:
    return Request.objects.get(pk=request.pk).state


@pytest.mark.parametrize(
    ("last_day", "effective_on", "last_second", "midnight"),
    [
        (
            date(2026, 12, 1),
            RENEWS_ON,
            "2026-12-01T23:59:59+01:00",
            "2026-12-02T00:00:00+01:00",
        ),
        (  # summer time begins on that very day
            date(2027, 3, 28),
            date(2027, 4, 9),
            "2027-03-28T23:59:59+02:00",
            "2027-03-29T00:00:00+02:00",
        ),
        (  # winter time begins on that very day
            date(2027, 10, 31),
            date(2027, 11, 9),
            "2027-10-31T23:59:59+01:00",
            "2027-11-01T00:00:00+01:00",
        ),
    ],
)
@pytest.mark.parametrize("is_over", [False, True])
def test_the_last_day_ends_at_midnight_in_paris(
    desk, last_day, effective_on, last_second, midnight, is_over
):
    asked_on = last_day.replace(day=1 if last_day.day == 1 else 20)
    with staff_context():
        renew_until(desk, asked_on)
        request = desk.ask(on=asked_on)
        desk.price(request, on=asked_on, effective_on=effective_on)
        desk.send(request, on=asked_on, valid_until=last_day)
    client = Client()

    with time_machine.travel(midnight if is_over else last_second, tick=False):
        client.force_login(desk.people["alice"])
        answer = client.post(reverse("quote-accept", args=[request.reference]), follow=True)

    assert ("Ce devis a expiré. Demandez-en un nouveau." in read(answer)) is is_over
    with staff_context():
        assert state(request) == ("quoted" if is_over else "accepted")
        assert Quote.objects.get().status == ("sent" if is_over else "accepted")


@pytest.mark.parametrize(
    ("last_day", "said"),
    [
        ("2026-11-22", "Choisissez aujourd’hui ou un jour à venir."),
        ("2027-11-24", "Choisissez un jour d’ici à un an : relisez l’année."),
        ("9999-12-31", "Choisissez un jour d’ici à un an : relisez l’année."),
    ],
)
def test_a_last_day_that_is_gone_or_far_away_is_refused(enter, desk, last_day, said):
    with staff_context():
        request = desk.ask()
        desk.price(request)

    address = reverse("admin:support_request_move", args=[request.pk, "send_quote"])
    response = enter("lea").post(address, {"valid_until": last_day})

    assert response.status_code == 422
    assert said in read(response)
    with staff_context():
        assert state(request) == "priced"


def test_a_second_click_on_accept_changes_nothing(enter, desk):
    with staff_context():
        request = desk.ask()
        desk.price(request)
        desk.send(request)
    client, address = enter("alice"), reverse("quote-accept", args=[request.reference])

    first, second = (read(client.post(address, follow=True)) for _click in range(2))

    assert "Devis accepté." in first
    assert "La demande a changé entre-temps. Voici où elle en est maintenant." in second
    with staff_context():
        assert request.events.filter(to_state="accepted").count() == 1


def test_an_expired_quote_is_priced_again_in_one_deed(enter, desk):
    with staff_context():
        request = desk.ask()
        desk.price(request)
        desk.send(request, valid_until=TODAY)
        quotes.expire_quotes(on=date(2026, 11, 24))
    page = read(enter("lea").get(reverse("admin:support_request_change", args=[request.pk])))

    assert "Ce devis a expiré : chiffrez à nouveau." in page
    assert "Chiffrer à nouveau" in page
    with staff_context():
        desk.price(request, on=date(2026, 11, 24))
        assert state(request) == "priced"
        assert list(Quote.objects.order_by("version").values_list("status", flat=True)) == [
            "expired",
            "draft",
        ]


def test_an_expired_request_is_not_opened_beside_another(staff):
    expired = staff.ask()
    staff.price(expired)
    staff.send(expired, valid_until=TODAY)
    quotes.expire_quotes(on=date(2026, 11, 24))
    other = staff.ask(on=date(2026, 11, 24))

    with pytest.raises(AlreadyAsked, match=other.reference):
        staff.price(expired, on=date(2026, 11, 24))

    assert state(expired) == "expired"


def test_an_accepted_quote_that_became_stale_says_so_on_both_pages(enter, desk):
    with staff_context():
        request = desk.accepted()
        items.add_items(
            subscription_id=Subscription.objects.get(organization=desk.ravel).pk,
            components=[world.option("api-access")],
            on=TODAY,
            operation="elsewhere",
        )

    own = read(enter("alice").get(reverse("request", args=[request.reference])))
    desks = read(enter("victor").get(reverse("admin:support_request_change", args=[request.pk])))

    assert "ce devis ne sera pas appliqué" in own
    assert "renvoyez la demande au support, puis chiffrez à nouveau" in desks
