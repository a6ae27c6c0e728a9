"""From an administrator's click to the owner's subscription, by the mail's own link."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from subscriptions.models import Item
from support.models import Request
from tests import world
from tests.options.pages import ELEARNING, SUBSCRIBE, hidden, said, words, written


def mail(to: str, template: str) -> OutgoingMail:
    with staff_context():
        return OutgoingMail.objects.get(recipient=to, dedupe_key__startswith=f"{template}-")


def link(text: str) -> str:
    """Return where the one link of a mail leads, on our site."""
    [address] = re.findall(r"https?://[^/\s]+(/\S+)", text)
    return address


def test_the_owner_subscribes_in_two_clicks_from_the_mail(team, enter):
    enter("adam").post(SUBSCRIBE)
    copy = mail("alice@exemple.fr", "interest_to_owner")
    browser = Client()

    login = browser.get(link(copy.text))
    proposal = browser.post(
        login.url,
        {"login": "alice@exemple.fr", "password": world.PASSWORD},
        follow=True,
    )
    answer = browser.post(proposal.redirect_chain[-1][0], hidden(proposal))

    assert copy.subject.startswith("Adam s’intéresse à")
    assert "Adam, administrateur, l’a signalé le 23 novembre 2026" in copy.text.replace("\xa0", " ")
    assert login.url == f"{reverse('account_login')}?next={SUBSCRIBE}"
    assert "24,96 € TTC" in words(proposal)
    assert "Souscrire, 39,00 € HT par mois" in words(proposal)
    assert (answer.status_code, answer.url) == (302, reverse("my-subscription"))
    assert "souscrite" in said(answer)[-1]
    assert written(team) == (3, 2, 1)
    with staff_context():
        assert Item.objects.filter(component__code=ELEARNING).exists()
        assert Request.objects.get().state == "closed"
    closed = mail("adam@exemple.fr", "interest_fulfilled")
    assert "Souscription faite par Alice Ravel." in closed.text


@pytest.mark.parametrize(
    ("name", "first", "follows"), [("adam", "sam", True), ("sam", "adam", False)]
)
def test_everybody_interested_gets_a_link_they_may_open(team, enter, name, first, follows):
    enter(first).post(SUBSCRIBE)
    client = enter(name)
    client.post(SUBSCRIBE)

    address = link(mail(f"{name}@exemple.fr", "interest_received").text)

    assert client.get(address).status_code == 200
    assert address.startswith("/compte/demandes/") is follows


def test_the_owner_reads_who_is_interested_and_may_still_subscribe(team, enter):
    for name in ("sam", "adam", "sam"):
        enter(name).post(SUBSCRIBE)

    page = enter("alice").get(reverse("my-subscription"))
    detail = enter("alice").get(reverse("option", args=[ELEARNING]))

    assert (
        "Sam, commercial, s’y intéresse depuis le 23 novembre. "
        "Adam, administrateur, s’y intéresse depuis le 23 novembre."
    ) in words(page)
    assert f'hx-get="{SUBSCRIBE}"' in page.content.decode()
    assert "Sam, commercial, depuis le 23 novembre 2026" in words(detail)


@pytest.mark.parametrize(("name", "presses"), [("sam", False), ("adam", True)])
def test_a_member_reads_their_own_interest_only(team, enter, name, presses):
    enter("sam").post(SUBSCRIBE)

    page = enter(name).get(reverse("my-subscription"))

    assert "s’y intéresse" not in words(page)
    assert (f'hx-get="{SUBSCRIBE}"' in page.content.decode()) is presses
