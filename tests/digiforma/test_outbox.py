"""The mails that left, as staff read them."""

from datetime import timedelta
from html import unescape

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from digiforma import outbox

BACKEND = "django.core.mail.backends.filebased.EmailBackend"


@pytest.fixture(autouse=True)
def folder(tmp_path):
    """Give each test a folder of its own."""
    with override_settings(OUTBOX_DIR=tmp_path):
        yield tmp_path


@pytest.fixture
def staff(db) -> Client:
    return signed_in(is_staff=True)


def signed_in(**fields) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("sophie@digiforma.example", "secret", **fields))
    return client


def letter(subject: str, *, text="Bonjour,\nvoilà.", html="") -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(subject, text, "abonnement@digiforma.example", ["a@b.example"])
    if html:
        message.attach_alternative(html, "text/html")
    return message


def send(*messages, into) -> None:
    """Send as production code does: one connection, so one file, for these messages."""
    get_connection(BACKEND, file_path=str(into)).send_messages(messages)


def test_mails_are_read_back_whole(folder):
    send(letter("Demande reçue : « ÉQUIPE »", html="<p>Voilà&nbsp;!</p>"), into=folder)

    [mail] = outbox.mails(folder)

    assert (mail.to, mail.subject) == ("a@b.example", "Demande reçue : « ÉQUIPE »")
    assert (mail.text.strip(), mail.html.strip()) == ("Bonjour,\nvoilà.", "<p>Voilà&nbsp;!</p>")
    assert abs(mail.sent_at - timezone.now()) < timedelta(minutes=1)


def test_mails_come_newest_first_across_and_within_files(folder):
    send(letter("un"), letter("deux"), into=folder)
    (first,) = folder.iterdir()
    first.rename(folder / "20261122-235959-1.log")
    send(letter("trois", html="<b>3</b>"), into=folder)

    assert [mail.subject for mail in outbox.mails(folder)] == ["trois", "deux", "un"]


def test_mail_with_a_line_of_dashes_stays_one(folder):
    send(letter("signature", text="Bonjour\n-- \nSophie\n" + "-" * 40), into=folder)

    [mail] = outbox.mails(folder)

    assert mail.text.strip().endswith("-" * 40)


def test_outbox_lists_what_left(staff, folder):
    send(letter("Option activée"), into=folder)

    page = unescape(staff.get("/interne/courriels/").content.decode())

    assert "Option activée" in page
    assert "a@b.example" in page


def test_outbox_without_mail_says_what_will_come(staff, folder):
    for state in (folder, folder / "not-there-yet"):
        with override_settings(OUTBOX_DIR=state):
            page = staff.get("/interne/courriels/").content.decode()

        assert "Aucun e-mail n’est encore parti" in page


def test_outbox_shows_a_message_with_its_links(staff, folder):
    send(letter("Lien", text="Ouvrez https://example.org/a", html="<p>x</p>"), into=folder)
    [mail] = outbox.mails(folder)

    response = staff.get(f"/interne/courriels/{mail.name}/0/")

    page = response.content.decode()
    assert '<a href="https://example.org/a" rel="nofollow">https://example.org/a</a>' in page
    assert f'sandbox src="/interne/courriels/{mail.name}/0/html/"' in page
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]


def test_outbox_serves_a_mails_html_where_it_can_do_nothing(staff, folder):
    send(letter("Piège", html="<script>alert(1)</script>"), into=folder)
    [mail] = outbox.mails(folder)

    response = staff.get(f"/interne/courriels/{mail.name}/0/html/")

    assert response.content.decode().strip() == "<script>alert(1)</script>"
    assert sorted(response.headers["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "connect-src 'none'",
        "default-src 'none'",
        "font-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "img-src data:",
        "object-src 'none'",
        "sandbox",
        "script-src 'none'",
        "style-src 'unsafe-inline'",
    ]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("place", ["x/0/", "x/0/html/", "../0/", "%2e%2e%2fx/0/"])
def test_outbox_shows_nothing_outside_its_folder(staff, folder, place):
    send(letter("dehors"), into=folder.parent)

    assert staff.get(f"/interne/courriels/{place}").status_code == 404


def test_outbox_has_no_message_beyond_the_last(staff, folder):
    send(letter("seul"), into=folder)
    [mail] = outbox.mails(folder)

    assert staff.get(f"/interne/courriels/{mail.name}/1/").status_code == 404


PLACES = ["/interne/courriels/", "/interne/courriels/x/0/", "/interne/courriels/x/0/html/"]


@pytest.mark.parametrize("place", PLACES)
def test_outbox_is_for_staff_alone(db, client, place):
    customer = signed_in(is_staff=False)

    assert client.get(place).url == f"/connexion/?next={place}"
    assert customer.get(place).status_code == 404
    assert customer.post(place).status_code == 405


def test_outbox_does_not_exist_in_production(staff):
    with override_settings(PRODUCTION=True):
        assert staff.get("/interne/courriels/").status_code == 404


def test_outbox_shows_a_bounded_number(staff, folder, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_SHOWN", 2)
    send(*(letter(f"numéro {number}") for number in range(3)), into=folder)

    shown = staff.get("/interne/courriels/").context["mails"]

    assert [mail.subject for mail in shown] == ["numéro 2", "numéro 1"]
