import re
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from accounts import emails, tasks
from accounts.models import OutgoingMail
from accounts.tenancy import staff_context, tenant_context
from tests import world

AT = datetime(2100, 1, 1, 8, tzinfo=UTC)  # rows written now are due
MAILS = 12


def post(key: str = "key", to: str = "alice@exemple.fr", **context) -> None:
    context = {"password_reset_url": "https://exemple.fr/nouveau/?a=1&b=2", **context}
    emails.post(to=to, template="accounts/password_reset_key", context=context, dedupe_key=key)


def row(key: str = "key") -> OutgoingMail:
    with staff_context():
        return OutgoingMail.objects.get(dedupe_key=key)


def left() -> list[str]:
    return [message.to[0] for message in outbox.outbox]


@pytest.fixture
def closed_port(settings):
    """Send through a mail server that does not answer."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


# Writing


def test_post_renders_subject_text_and_html_at_once(db):
    post()

    mail = row()
    assert mail.subject == "Choisir un nouveau mot de passe"
    assert mail.text.startswith("Vous avez demandé un nouveau mot de passe pour Digiforma.\n\n")
    assert "https://exemple.fr/nouveau/?a=1&b=2\n" in mail.text
    assert 'href="https://exemple.fr/nouveau/?a=1&amp;b=2"' in mail.html
    assert (mail.recipient, mail.mailed_at, mail.attempts) == ("alice@exemple.fr", None, 0)


def test_post_carries_its_style_inline_for_mail_readers(db):
    post()

    html = row().html
    assert '<p class="foot" style="' in html
    assert "<link" not in html


def test_post_keeps_beside_them_only_the_colours_of_the_night(db):
    post()

    [kept] = re.findall(r"<style>(.*?)</style>", row().html, re.DOTALL)
    assert kept.lstrip().startswith("@media (prefers-color-scheme: dark) {")
    assert kept.count("@media") == 1


def test_a_subject_is_cut_at_a_word():
    long = "Votre intérêt pour « Signature électronique des feuilles d’émargement » est transmis"
    assert emails.short_subject(long) == (
        "Votre intérêt pour « Signature électronique des feuilles…"
    )
    assert emails.short_subject("Votre devis a expiré\n") == "Votre devis a expiré"


def test_post_names_the_organization_at_the_foot(db):
    with staff_context():
        ravel = world.organization()
        emails.post(
            to="alice@exemple.fr",
            template="accounts/password_reset_key",
            context={"password_reset_url": "https://exemple.fr/"},
            dedupe_key="key",
            organization=ravel,
        )

    mail = row()
    assert mail.organization_number == ravel.number
    assert f"Ravel Formation, compte nº&nbsp;{ravel.number}" in mail.html


def test_post_of_a_known_key_writes_nothing(db):
    post(to="alice@exemple.fr")
    post(to="bob@exemple.fr")

    with staff_context():
        assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["alice@exemple.fr"]


def test_post_works_in_any_scope_and_without(db):
    with staff_context():
        ravel = world.organization()
    with tenant_context(ravel.pk):
        post("in a scope")
    post("without")

    with staff_context():
        assert OutgoingMail.objects.count() == 2


def test_a_mail_of_a_deed_undone_is_not_written(db):
    with transaction.atomic():
        post()
        transaction.set_rollback(True)

    with staff_context():
        assert OutgoingMail.objects.count() == 0


# Sending


def test_send_waiting_sends_text_and_html_once(db):
    post()

    assert [emails.send_waiting(at=AT), emails.send_waiting(at=AT)] == [1, 0]

    (message,) = outbox.outbox
    assert message.to == ["alice@exemple.fr"]
    assert message.body == row().text
    assert message.alternatives == [(row().html, "text/html")]
    assert message.extra_headers == {"X-Digiforma-Mail": str(row().pk)}
    assert row().mailed_at == AT


def test_send_waiting_leaves_what_is_not_due(db):
    post()

    assert emails.send_waiting(at=datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert left() == []


def test_send_waiting_sends_no_more_than_asked_and_the_oldest_first(db):
    for number in range(3):
        post(str(number), to=f"n{number}@exemple.fr")

    assert emails.send_waiting(at=AT, most=2) == 2
    assert left() == ["n0@exemple.fr", "n1@exemple.fr"]


@pytest.mark.parametrize(
    ("refusals", "minutes"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (30, 360)]
)
def test_a_refused_mail_waits_twice_as_long_each_time(db, closed_port, refusals, minutes):
    post()
    with staff_context():
        OutgoingMail.objects.update(attempts=refusals - 1)

    assert emails.send_waiting(at=AT) == 0

    mail = row()
    assert (mail.attempts, mail.mailed_at) == (refusals, None)
    assert mail.next_attempt_at == AT + timedelta(minutes=minutes)
    assert mail.last_error == "ConnectionRefusedError: [Errno 111] Connection refused"


def test_a_refused_mail_leaves_when_its_turn_comes_again(db, closed_port, settings):
    post()
    emails.send_waiting(at=AT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    assert [emails.send_waiting(at=AT), emails.send_waiting(at=AT + timedelta(minutes=1))] == [0, 1]


def test_a_mail_that_cannot_be_written_does_not_hold_the_others(db):
    post("broken")
    post("sound", to="bob@exemple.fr")
    with staff_context():
        OutgoingMail.objects.filter(dedupe_key="broken").update(recipient="a@b.fr\nBcc: c@d.fr")

    assert emails.send_waiting(at=AT) == 1

    assert left() == ["bob@exemple.fr"]
    assert row("broken").last_error.startswith("BadHeaderError: Header values can't contain")


# With real commits


def write_mails() -> None:
    for number in range(MAILS):
        post(str(number), to=f"n{number:02}@exemple.fr")


ALL = [f"n{number:02}@exemple.fr" for number in range(MAILS)]


@pytest.mark.seeded(by=write_mails)
def test_two_drains_at_once_send_each_mail_once(committed_db):
    start, counts = Barrier(2), []

    def drain():
        start.wait()
        counts.append(emails.send_waiting(at=AT))
        connection.close()

    threads = [Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(left()) == ALL
    assert sum(counts) == MAILS


class FatalAtTheFifth(EmailBackend):
    """A provider during whose fifth answer the worker is killed."""

    def send_messages(self, messages):
        if len(outbox.outbox) == 4:
            raise SystemExit
        return super().send_messages(messages)


@pytest.mark.seeded(by=write_mails)
def test_a_drain_that_is_killed_forgets_no_mail_that_left(committed_db, settings):
    settings.EMAIL_BACKEND = f"{__name__}.FatalAtTheFifth"
    with pytest.raises(SystemExit):
        emails.send_waiting(at=AT)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    emails.send_waiting(at=AT)

    assert left() == ALL


@pytest.mark.seeded(by=write_mails)
def test_send_mail_sends_what_is_due_now_and_twice_is_harmless(committed_db):
    tasks.send_mail()
    tasks.send_mail()

    assert left() == ALL
