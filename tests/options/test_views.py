"""The doors of an option: each role, strangers, what was shown and what is billed."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context
from subscriptions import agreements
from subscriptions.models import Item, Subscription
from tests import world
from tests.options.pages import DETAIL, ELEARNING, SUBSCRIBE, hidden, said, words, written


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


def test_a_renewal_beyond_the_bounds_is_no_failure_of_the_page(team, enter):
    with staff_context():
        agreements.agree_price(
            subscription_id=Subscription.objects.get(organization=team.ravel).pk,
            price=agreements.Agreed(
                plan=world.plan("equipe"),
                amount_cents=119_000,
                first_on=date(2026, 12, 9),
                last_on=date(2027, 12, 9),
            ),
            reason="une virgule mal placée",
        )

    page = enter("alice").get(SUBSCRIBE)

    assert page.status_code == 200
    assert "Cette option ne peut pas être souscrite en ce moment." in words(page)


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


def test_a_stranger_is_sent_to_the_login_and_back_to_the_page(db):
    page = reverse("option", args=[ELEARNING])
    for name in DOORS:
        address = reverse(name, args=[ELEARNING])

        answer = Client().post(address, headers={"referer": f"http://testserver{page}"})

        assert answer.url == f"{reverse('account_login')}?next={page}"


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


def test_staff_have_no_customer_page(team, today):
    with staff_context():
        lea = User.objects.create_user("lea@exemple.fr", "secret", is_staff=True)
    client = Client()
    client.force_login(lea)

    assert client.get(DETAIL).status_code == 404
