"""The account doors, and what surrounds every page."""

import re
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import OutgoingMail, User
from accounts.roles import Role
from accounts.tenancy import staff_context

PASSWORD = "une phrase de passe"
REFUSED = "Adresse ou mot de passe incorrect"
SENT = "Consultez votre messagerie"


def person(email: str, **fields) -> User:
    return User.objects.create_user(email, PASSWORD, **fields)


@pytest.fixture
def people(db):
    """Alice owns Ravel Formation and administers Atelier, which is Charlie’s; Tara trains."""
    cache.clear()
    alice = person("alice@ravel.example", first_name="Alice", last_name="Ravel")
    tara = person("tara@ravel.example", first_name="Tara", last_name="Blin")
    charlie = person("charlie@ailleurs.example", first_name="Charlie", last_name="Ford")
    sophie = person("sophie@digiforma.example", first_name="Sophie", is_staff=True)
    with staff_context():
        ravel = services.create_organization(name="Ravel Formation", slug="ravel", owner=alice)
        atelier = services.create_organization(name="Atelier", slug="atelier", owner=charlie)
        members = {
            "tara": services.add_member(organization=ravel, user=tara, role=Role.TRAINER),
            "alice_at_atelier": services.add_member(
                organization=atelier, user=alice, role=Role.ADMINISTRATOR
            ),
            "alice": alice.memberships.get(organization=ravel),
            "charlie": charlie.memberships.get(organization=atelier),
        }
    return SimpleNamespace(
        alice=alice, tara=tara, charlie=charlie, sophie=sophie, members=members, ravel=ravel
    )


@pytest.fixture
def enter(people):
    """Return a client signed in as the person of this name."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(people, name))
        return client

    return signed_in


def login(client, email, password=PASSWORD, **extra):
    return client.post("/connexion/", {"login": email, "password": password}, **extra)


def title(response) -> str:
    return re.search(r"<title>(.*?)</title>", response.content.decode())[1].replace("\u00a0", " ")


def text(response) -> str:
    """Return what a person reads of a page, on one line."""
    body = response.content.decode().partition("<main")[2].partition("</main>")[0]
    plain = re.sub(r"<[^>]+>", " ", body.replace("\u00a0", " "))
    return " ".join(plain.split())


# Login


def test_login_opens_the_house_and_greets_with_no_message(client, people):
    response = login(client, "Alice@Ravel.example")

    assert (response.status_code, response.url) == (302, "/")
    assert client.session["_auth_user_id"] == str(people.alice.pk)
    assert client.get("/organismes/").context["messages"]._loaded_messages == []


def test_login_goes_on_to_the_page_that_was_asked_for(client, people):
    asked = client.get("/organismes/")

    response = client.post(asked.url, {"login": "tara@ravel.example", "password": PASSWORD})

    assert (asked.url, response.url) == ("/connexion/?next=/organismes/", "/organismes/")


def test_login_never_goes_on_to_another_site(client, people):
    response = login(client, "tara@ravel.example", QUERY_STRING="next=https://pirate.example/")

    assert response.url == "/"


def test_login_says_the_same_of_a_wrong_password_and_of_an_unknown_address(client, people):
    wrong = login(client, "alice@ravel.example", "autre")
    unknown = login(client, "personne@ravel.example", "autre")

    said = text(wrong)
    assert said == text(unknown)
    assert REFUSED in said
    assert title(wrong) == "Erreur : Se connecter – Digiforma"
    assert "_auth_user_id" not in client.session


def test_login_keeps_the_address_and_forgets_the_password(client, people):
    page = login(client, "alice@ravel.example", "autre").content.decode()

    assert 'value="alice@ravel.example"' in page
    assert "autre" not in page


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("", "", ["Saisissez votre adresse e-mail.", "Saisissez votre mot de passe."]),
        ("alice", PASSWORD, ["Cette adresse e-mail n’est pas complète."]),
    ],
)
def test_login_names_each_field_to_correct(client, people, email, password, errors):
    said = text(login(client, email, password))

    assert [error for error in errors if said.count(error) == 2] == errors  # summary and field


def test_login_suspends_an_address_after_five_wrong_passwords(client, people):
    for _attempt in range(5):
        assert REFUSED in text(login(client, "alice@ravel.example", "autre"))

    assert "Trop d’essais avec cette adresse" in text(login(client, "alice@ravel.example"))
    assert login(client, "tara@ravel.example").status_code == 302


def test_login_of_a_closed_access_says_so(client, people):
    User.objects.filter(pk=people.tara.pk).update(is_active=False)

    response = login(client, "tara@ravel.example", follow=True)

    assert "Cet accès est fermé" in text(response)
    assert "_auth_user_id" not in client.session


def test_signup_has_no_address(client, people):
    assert client.get("/connexion/inscription/").status_code == 404
    assert b"signup" not in client.get("/connexion/").content


# Logout


def test_logout_asks_first_and_leaves_by_post_only(enter):
    client = enter("tara")

    asked = client.get("/deconnexion/")
    still_in = client.get("/organismes/").status_code
    left = client.post("/deconnexion/")

    assert ("Se déconnecter ?" in text(asked), still_in) == (True, 200)
    assert (left.url, client.get("/organismes/").status_code) == ("/connexion/", 302)


# Forgotten password


def reset_path() -> str:
    with staff_context():
        mail = OutgoingMail.objects.latest("created_at")
    return urlsplit(re.search(r"https?://\S+", mail.text)[0]).path


def test_password_reset_sets_a_new_password_once(client, people):
    client.post("/mot-de-passe/oubli/", {"email": "alice@ravel.example"})
    path = reset_path()
    form = client.get(path, follow=True)
    new = {"password1": "un autre sésame", "password2": "un autre sésame"}

    saved = client.post(form.context["action_url"], new, follow=True)

    assert "Mot de passe enregistré" in text(saved)
    assert login(client, "alice@ravel.example", "un autre sésame").status_code == 302
    assert "Ce lien ne sert plus" in text(Client().get(path, follow=True))


def test_password_reset_answers_the_same_for_an_unknown_address(client, people):
    known = client.post("/mot-de-passe/oubli/", {"email": "alice@ravel.example"}, follow=True)
    unknown = client.post("/mot-de-passe/oubli/", {"email": "x@ravel.example"}, follow=True)

    assert SENT in text(known)
    assert text(known) == text(unknown)
    assert known.redirect_chain == unknown.redirect_chain
    with staff_context():
        assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["alice@ravel.example"]


@pytest.mark.parametrize(
    ("passwords", "error"),
    [
        (("court", "court"), "Ce mot de passe est trop court."),
        (("20418204182", "20418204182"), "Ce mot de passe est entièrement numérique."),
        (("un autre sésame", "un autre"), "Vous devez saisir deux fois le même mot de passe."),
    ],
)
def test_password_reset_refuses_a_weak_or_mistyped_password(client, people, passwords, error):
    client.post("/mot-de-passe/oubli/", {"email": "alice@ravel.example"})
    form = client.get(reset_path(), follow=True)

    response = client.post(
        form.context["action_url"], dict(zip(("password1", "password2"), passwords, strict=True))
    )

    assert error in text(response)
    assert title(response).startswith("Erreur : ")
    assert login(Client(), "alice@ravel.example").status_code == 302


def test_password_reset_answers_too_many_requests_with_a_clear_page(client, people):
    for _attempt in range(5):
        client.post("/mot-de-passe/oubli/", {"email": "alice@ravel.example"})

    response = client.post("/mot-de-passe/oubli/", {"email": "alice@ravel.example"})

    assert (response.status_code, title(response)) == (
        429,
        "Trop d’essais en peu de temps – Digiforma",
    )


# Organizations


def current(client) -> str:
    return client.get("/organismes/").wsgi_request.membership.organization.name


def test_organizations_lists_ones_own_with_the_role_in_french(enter):
    said = text(enter("alice").get("/organismes/"))

    assert "Atelier Administrateur" in said
    assert "Ravel Formation Possesseur" in said


def test_organizations_needs_a_person(client, db):
    assert client.get("/organismes/").url == "/connexion/?next=/organismes/"


def test_organizations_switches_and_stays(enter, people):
    client = enter("alice")
    before = current(client)

    response = client.post("/organismes/", {"membership": people.members["alice_at_atelier"].pk})

    assert (before, response.url, current(client)) == ("Ravel Formation", "/", "Atelier")


@pytest.mark.parametrize("wanted", ["charlie", "tara"])
def test_organizations_of_a_stranger_do_not_exist(enter, people, wanted):
    client = enter("alice")

    response = client.post("/organismes/", {"membership": people.members[wanted].pk})

    assert (response.status_code, current(client)) == (404, "Ravel Formation")


@pytest.mark.parametrize("wanted", ["", "abc", "-1", "1.5", "²", "99999999999999999999"])
def test_organizations_takes_nothing_but_a_known_number(enter, wanted):
    assert enter("alice").post("/organismes/", {"membership": wanted}).status_code == 404


def test_organizations_refuses_other_methods(enter):
    assert enter("alice").put("/organismes/").status_code == 405


def test_organizations_opens_the_remembered_one_after_the_next_login(enter, people):
    client = enter("alice")
    chosen = people.members["alice"].pk
    client.post("/organismes/", {"membership": chosen, "choosing": "1", "keep": "on"})
    client.post("/deconnexion/")
    login(client, "alice@ravel.example")

    response = client.get("/organismes/")

    assert (response.url, current(client)) == ("/", "Ravel Formation")


def test_organizations_forgets_when_asked_to(enter, people):
    client = enter("alice")
    chosen = people.members["alice"].pk
    client.post("/organismes/", {"membership": chosen, "choosing": "1", "keep": "on"})
    client.post("/organismes/", {"membership": chosen, "choosing": "1"})
    client.post("/deconnexion/")
    login(client, "alice@ravel.example")

    assert "Choisir un organisme" in text(client.get("/organismes/"))


def test_organizations_remembers_for_one_person_only(enter, people):
    client = enter("alice")
    client.post("/organismes/", {"membership": people.members["alice_at_atelier"].pk, "keep": "on"})
    remembered = client.cookies["organisme"].value
    charlie = enter("charlie")
    charlie.cookies["organisme"] = remembered

    assert (
        charlie.get("/organismes/").status_code == 200
    )  # no redirect: the cookie is not Charlie's


def test_organizations_of_somebody_without_any_says_whom_to_ask(client, people):
    client.force_login(person("seul@example.org"))

    assert "L’adresse seul@example.org n’ouvre l’accès à aucun organisme." in text(
        client.get("/", follow=True)
    )


# Home


@pytest.mark.parametrize(
    ("name", "expected"),
    [("alice", "/organismes/"), ("charlie", "/compte/abonnement/"), ("sophie", "/admin/")],
)
def test_home_sends_everyone_to_their_work(enter, name, expected):
    assert enter(name).get("/").url == expected


def test_home_of_somebody_unknown_is_the_login(client, db):
    assert client.get("/").url == "/connexion/?next=/"


def test_home_of_a_trainer_names_the_owner(enter):
    response = enter("tara").get("/")

    said = text(response)
    assert "adressez-vous à Alice Ravel, possesseur du compte" in said
    assert 'href="mailto:alice@ravel.example"' in response.content.decode()
    assert 'class="sidenav"' not in response.content.decode()


def test_admin_takes_its_people_from_the_one_login(client, enter):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/connexion/?next=")
    assert enter("sophie").get("/admin/").status_code == 200
    assert enter("alice").get("/admin/", follow=True).status_code == 403


# Every page

PAGES = [
    ("", "/connexion/"),
    ("", "/mot-de-passe/oubli/"),
    ("", "/mot-de-passe/oubli/envoye/"),
    ("", "/mot-de-passe/nouveau/1-rien/"),
    ("", "/mot-de-passe/enregistre/"),
    ("", "/connexion/inactif/"),
    ("", "/accessibilite/"),
    ("", "/sante/"),
    ("", "/nulle-part/"),
    ("tara", "/"),
    ("tara", "/deconnexion/"),
    ("alice", "/organismes/"),
    ("alice", "/admin/login/"),
    ("sophie", "/interne/courriels/"),
]


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_every_page_has_a_strict_policy_and_nothing_inline(client, enter, name, path):
    response = (enter(name) if name else client).get(path)

    policy = response.headers["Content-Security-Policy"]
    page = response.content.decode()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


@pytest.mark.parametrize(("name", "path"), [case for case in PAGES if case[1] != "/sante/"])
def test_every_page_has_one_title_one_h1_and_a_way_past_the_menu(client, enter, name, path):
    page = (enter(name) if name else client).get(path).content.decode()

    assert re.findall(r"<title>.+ – Digiforma</title>", page)
    assert len(re.findall(r"<h1", page)) == 1
    assert '<html lang="fr">' in page
    assert '<a class="skip" href="#contenu">' in page
    assert len(re.findall(r'<main id="contenu"', page)) == 1


def test_every_page_keeps_a_press_behind_its_token(enter, people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.alice)

    response = client.post("/organismes/", {"membership": people.members["alice"].pk})

    assert (response.status_code, title(response)) == (
        403,
        "Cette page est restée ouverte trop longtemps – Digiforma",
    )


def test_every_address_of_allauth_is_french(db):
    names = ["account_login", "account_logout", "account_reset_password", "account_inactive"]

    assert [reverse(name) for name in names] == [
        "/connexion/",
        "/deconnexion/",
        "/mot-de-passe/oubli/",
        "/connexion/inactif/",
    ]
