"""The doors of an option held: read it, end it, keep it, undo it."""

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions.models import Item
from tests.options.pages import DETAIL, ELEARNING, SUBSCRIBE, hidden, said, words, written


@pytest.mark.parametrize("who", ["adam", "sam", "tara"])
def test_only_the_owner_may_post_an_end(team, enter, who):
    client = enter(who)

    answers = [
        client.post(reverse(name, args=["company-space"])) for name in ("option-end", "option-keep")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    with staff_context():
        assert Item.objects.filter(ends_before__isnull=False).count() == 0


def test_the_page_of_an_option_says_what_it_opens_and_since_when(enter):
    page = words(enter("alice").get(reverse("option", args=["company-space"])))

    assert "Un espace réservé à chaque entreprise cliente." in page
    assert "29,00 € HT par mois" in page
    assert "Souscrite depuis le 9 novembre 2026" in page
    assert "Arrêter au 8 décembre" in page
    assert "Arrêter au" not in words(enter("adam").get(reverse("option", args=["company-space"])))


def test_the_owner_stops_an_option_then_keeps_it(team, enter):
    alice = enter("alice")
    end = reverse("option-end", args=["company-space"])

    asked = alice.get(end)
    ended = alice.post(end)
    page = words(alice.get(reverse("option", args=["company-space"])))
    again = alice.post(end)
    kept = alice.post(reverse("option-keep", args=["company-space"]))

    assert "Arrêter « Espace entreprise » au 8 décembre 2026 ?" in words(asked)
    assert ended.status_code == 302
    assert "Jusqu’au 8 décembre 2026, rien ne change" in page
    assert again.status_code == 409
    assert "Cette option s’arrête déjà le 8 décembre 2026 au soir." in words(again)
    assert kept.status_code == 302
    with staff_context():
        item = Item.objects.get(component__code="company-space")
    assert item.ends_before is None


def test_the_owner_undoes_what_was_just_subscribed(team, enter):
    alice, adam = enter("alice"), enter("adam")
    undo = reverse("option-undo", args=[ELEARNING])
    sent = hidden(alice.get(SUBSCRIBE))
    alice.post(SUBSCRIBE, sent)

    mine, theirs = words(alice.get(DETAIL)), words(adam.get(DETAIL))
    listed = alice.get(reverse("my-subscription")).content.decode()
    refused = adam.post(undo)
    undone = alice.post(undo)
    told = said(undone)
    again, stale = alice.post(undo), alice.post(SUBSCRIBE, sent)

    assert "Jusqu’au 24 novembre 2026 à 10 h, vous pouvez annuler" in mine
    assert "Annuler la souscription" not in theirs
    assert undo in listed
    assert undo not in adam.get(reverse("my-subscription")).content.decode()
    assert (refused.status_code, undone.status_code) == (403, 302)
    told = told[-1].replace("\u2212", "-")
    assert told.endswith("Avoir A2026-000001 : -24,96 € TTC, pour vos prochaines factures.")
    assert (again.status_code, stale.status_code) == (409, 409)
    assert written(team) == (2, 3, 0)


def test_keeping_what_does_not_end_is_a_conflict(team, enter):
    assert enter("alice").post(reverse("option-keep", args=["company-space"])).status_code == 409
