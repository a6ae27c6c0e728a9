"""The doors of an option: each role, strangers, what was shown and what is billed."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions.models import Invoice, Item, Subscription
from support.models import Request
from tests.proving import examples
from tests.teams import gather

ELEARNING = "advanced-elearning"
DETAIL = f"/compte/abonnement/options/{ELEARNING}/"
SUBSCRIBE = f"{DETAIL}souscrire/"
CLICKS = examples(20, 50)  # in parallel (P24)


def words(response) -> str:
    """Return the text of a page, its spaces made plain."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("\xa0", " "))


def hidden(response) -> dict[str, str]:
    """Return the hidden fields that the page would send back."""
    page = response.content.decode()
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


def said(response) -> list[str]:
    return [str(message).replace("\xa0", " ") for message in get_messages(response.wsgi_request)]


def written(team) -> tuple[int, int, int]:
    """Return how many items, invoices and requests Ravel has."""
    with staff_context():
        return tuple(
            model.objects.filter(organization=team.ravel).count()
            for model in (Item, Invoice, Request)
        )


def test_the_owner_sees_the_exact_amount_then_subscribes(team, enter):
    alice = enter("alice")

    page = alice.get(SUBSCRIBE)
    answer = alice.post(SUBSCRIBE, hidden(page))

    assert (
        "Du 23 novembre au 8 décembre 16 jours sur 30, à 39,00 € par mois 20,80 € "
        "Facturé aujourd’hui À régler au plus tard le 23 décembre 2026 20,80 € HT 24,96 € TTC "
        "Prochaine facture, le 9 décembre 2026 Soit 224,40 € TTC 187,00 € HT"
    ) in words(page)
    assert "Souscrire, 39,00 € HT par mois" in words(page)
    assert (answer.status_code, answer.url) == (302, reverse("my-subscription"))
    assert said(answer) == [
        "Option « Modules SCORM, e-learning et forum » souscrite. Elle est ouverte à toute votre"
        " équipe. Facture F2026-000003 : 24,96 € TTC."
    ]
    assert written(team) == (3, 2, 0)


def test_a_double_click_and_the_back_button_bill_once(team, enter):
    alice = enter("alice")
    page = alice.get(SUBSCRIBE)
    alice.post(SUBSCRIBE, hidden(page))

    again = alice.post(SUBSCRIBE, hidden(page))
    from_another_tab = alice.post(SUBSCRIBE, hidden(page) | {"key": "0" * 32})

    assert (again.status_code, from_another_tab.status_code) == (302, 302)
    assert said(from_another_tab)[2:] == [
        "L’option « Modules SCORM, e-learning et forum » est déjà souscrite."
    ]
    assert written(team) == (3, 2, 0)


def test_htmx_gets_the_dialog_and_not_the_page(enter):
    answer = enter("alice").get(SUBSCRIBE, headers={"HX-Request": "true"})

    assert answer.templates[0].name == "options/_subscribe.html"
    assert "<main" not in answer.content.decode()
    assert 'id="dialog-title"' in answer.content.decode()


@pytest.mark.parametrize("name", ["adam", "sam"])
def test_others_tell_support_and_nothing_is_billed(team, enter, name):
    client = enter(name)

    page = client.get(SUBSCRIBE)
    answer = client.post(SUBSCRIBE)

    assert "Rien ne sera facturé sans son accord." in words(page)
    assert "Alice Ravel recevra une copie." in words(page)
    assert said(answer) == [
        "Intérêt pour « Modules SCORM, e-learning et forum » transmis le 23 novembre 2026."
        " Alice Ravel a reçu une copie. Rien n’est facturé."
    ]
    assert written(team) == (2, 1, 1)


def test_the_owner_asks_support_where_there_is_no_self_service(team, enter):
    address = reverse("option-subscribe", args=["micro-certification"])

    answer = enter("alice").post(address, {"key": "0" * 32})

    assert answer.status_code == 302
    assert written(team) == (2, 1, 1)


@pytest.mark.parametrize(
    "changed",
    [{"net_cents": "1"}, {"full_price_cents": "1"}, {"key": "x"}, {"net_cents": "abc"}],
)
def test_a_price_that_was_not_shown_is_shown_again(team, enter, changed):
    alice = enter("alice")
    fields = hidden(alice.get(SUBSCRIBE)) | changed

    answer = alice.post(SUBSCRIBE, fields)

    assert answer.status_code == 409
    assert "Le prix a changé depuis l’aperçu. Voici le nouveau calcul." in words(answer)
    assert "20,80 € HT 24,96 € TTC" in words(answer)
    assert hidden(answer)["net_cents"] == "2080"
    assert written(team) == (2, 1, 0)


def test_nothing_shown_at_all_bills_nothing(team, enter):
    answer = enter("alice").post(SUBSCRIBE)

    assert answer.status_code == 409
    assert written(team) == (2, 1, 0)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("past_due", "Réglez d’abord la facture en attente."),
        ("suspended", "Cette option ne peut pas être souscrite en ce moment."),
    ],
)
def test_a_state_that_forbids_says_why(team, enter, status, sentence):
    with staff_context():
        Subscription.objects.update(status=status)
    alice = enter("alice")

    page, answer = alice.get(SUBSCRIBE), alice.post(SUBSCRIBE, {"key": "0" * 32})

    assert (page.status_code, answer.status_code) == (200, 409)
    assert sentence in words(page)
    assert sentence in words(answer)
    assert written(team) == (2, 1, 0)


def test_an_annual_subscriber_reads_annual_prices(team, enter):
    with staff_context():
        subscription = Subscription.objects.get(organization=team.ravel)
        subscription.commitments.update(commitment="annual")

    page = enter("alice").get(DETAIL)

    assert "390,00 € HT par an" in words(page)


DOORS = ["option", "option-subscribe", "option-end", "option-keep"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("alice", [200, 200, 200, 405]),
        ("adam", [200, 200, 403, 403]),
        ("sam", [200, 200, 403, 403]),
        ("tara", [403, 403, 403, 403]),
    ],
)
def test_each_role_opens_its_own_doors(enter, who, expected):
    client = enter(who)

    answers = [client.get(reverse(name, args=["company-space"])) for name in DOORS]

    assert [answer.status_code for answer in answers] == expected
    for answer in answers:
        if answer.status_code == 403:
            assert "adressez-vous à Alice Ravel" in words(answer)


@pytest.mark.parametrize("who", ["adam", "sam", "tara"])
def test_only_the_owner_may_post_an_end(team, enter, who):
    client = enter(who)

    answers = [
        client.post(reverse(name, args=["company-space"])) for name in ("option-end", "option-keep")
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    with staff_context():
        assert Item.objects.filter(ends_before__isnull=False).count() == 0


def test_a_stranger_is_sent_to_the_login(db):
    for name in DOORS:
        address = reverse(name, args=[ELEARNING])

        answer = Client().post(address)

        assert answer.url == f"{reverse('account_login')}?next={address}"


def test_an_unknown_option_is_a_404(enter):
    assert enter("alice").get(reverse("option", args=["inconnue"])).status_code == 404
    assert enter("alice").post(reverse("option-subscribe", args=["x"])).status_code == 404


def test_charlie_subscribes_for_his_own_organization_only(team, enter):
    charlie = enter("charlie")

    charlie.post(SUBSCRIBE, hidden(charlie.get(SUBSCRIBE)))

    with staff_context():
        assert Item.objects.get(component__code=ELEARNING).organization == team.elsewhere


def test_a_form_without_its_token_is_refused(team, today):
    client = Client(enforce_csrf_checks=True)
    client.force_login(team.people["alice"])

    assert client.post(SUBSCRIBE).status_code == 403
    assert written(team) == (2, 1, 0)


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


def test_staff_have_no_customer_page(team, today):
    with staff_context():
        lea = User.objects.create_user("lea@exemple.fr", "secret", is_staff=True)
    client = Client()
    client.force_login(lea)

    assert client.get(DETAIL).status_code == 404


@pytest.mark.seeded(by=gather)
@pytest.mark.parametrize("keys", ["one", "many"])
def test_clicks_at_once_make_one_item_and_one_invoice(committed_db, today, keys):
    cookie = session_of("alice@exemple.fr")
    fields = {"full_price_cents": "3900", "net_cents": "2080"}

    answers = at_once(
        CLICKS,
        lambda number: with_session(cookie).post(
            SUBSCRIBE, fields | {"key": f"{number if keys == 'many' else 0:032x}"}
        ),
    )

    assert {answer.status_code for answer in answers} == {302}
    with staff_context():
        assert Item.objects.filter(component__code=ELEARNING).count() == 1
        assert Invoice.objects.filter(lines__component__code=ELEARNING).count() == 1
        assert list(Invoice.objects.order_by("sequence").values_list("sequence", flat=True)) == [
            1,
            2,
            3,
        ]


@pytest.mark.seeded(by=gather)
def test_clicks_at_once_by_an_administrator_make_one_request(committed_db, today):
    cookie = session_of("adam@exemple.fr")

    answers = at_once(CLICKS, lambda number: with_session(cookie).post(SUBSCRIBE))

    assert {answer.status_code for answer in answers} == {302}
    with staff_context():
        assert Request.objects.get().clicks == CLICKS
        assert Item.objects.filter(component__code=ELEARNING).count() == 0


def session_of(email: str) -> str:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def with_session(cookie: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def at_once(times: int, press) -> list:
    """Return the answers of as many threads, each with its own connection."""

    def pressed(number: int):
        try:
            return press(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(pressed, range(times)))
