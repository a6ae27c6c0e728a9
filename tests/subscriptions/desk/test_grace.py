"""The grace of an overrun, extended at the desk (R20)."""

from datetime import date

import pytest
from django.db import transaction

from accounts.models import AuditEvent, OutgoingMail
from accounts.tenancy import staff_context
from learners.models import EnrollmentGate
from subscriptions import alerts
from subscriptions.models import Overrun, StaffOrder
from tests.subscriptions.desk.pages import TODAY, deed_of, done, page_of, rows, shown, text
from tests.subscriptions.limits import counts

LATER = "2027-01-31"


@pytest.fixture
def over(ravel):
    """Ravel, above its limit since today."""
    with staff_context():
        counts(ravel.organization, 528, on=TODAY)
        alerts.warn(on=TODAY, scope=transaction.atomic)
    return ravel


def closes_on() -> tuple[date, date]:
    """Return the day as the overrun tells it and as the gate obeys it."""
    [overrun], [gate] = rows(Overrun), rows(EnrollmentGate)
    return overrun.closes_on, gate.closed_from


def test_the_page_tells_the_overrun_and_shows_the_button(over, enter):
    response = enter("lea").get(page_of(over))

    assert (
        "Limite de 500 apprenants dépassée depuis le 23 novembre 2026. Nouvelles inscriptions "
        "refusées à partir du 23 décembre 2026."
    ) in text(response)
    assert deed_of(over, "extend_grace") in response.text


def test_the_grace_goes_to_the_day_given_and_the_owner_is_told(over, enter):
    client = enter("lea")

    answer = done(client, over, "extend_grace", until=LATER)

    assert (answer.status_code, answer.url) == (302, page_of(over))
    assert closes_on() == (date(2027, 1, 31), date(2027, 1, 31))
    [mail] = rows(OutgoingMail, subject__startswith="Vous pouvez inscrire")
    assert (mail.recipient, mail.subject) == (
        "alice@exemple.fr",
        "Vous pouvez inscrire jusqu’au 30 janvier 2027",
    )
    [event] = rows(AuditEvent, action="grace extended")
    assert (event.actor.email, event.details) == (
        "lea@exemple.fr",
        {"until": LATER, "before": "2026-12-23", "reason": "convenu au téléphone"},
    )
    told = text(client.get(page_of(over)))
    assert "Délai prolongé : le possesseur est prévenu." in told
    assert "Nouvelles inscriptions refusées à partir du 31 janvier 2027." in told


def test_the_confirmation_says_the_day_in_words(over, enter):
    sent = {"reason": "x", "until": LATER}

    told = text(enter("lea").post(deed_of(over, "extend_grace"), sent))

    assert "Refuser les nouvelles inscriptions à partir du 31 janvier 2027 Motif x" in told
    assert "Ce qui sera émis Aucun document." in told


def test_a_second_click_extends_nothing_more(over, enter):
    client = enter("lea")
    sent = shown(client, over, "extend_grace", until=LATER)

    answers = [client.post(deed_of(over, "extend_grace"), sent).status_code for _click in range(2)]

    assert answers == [302, 302]
    assert len(rows(StaffOrder)) == len(rows(AuditEvent, action="grace extended")) == 1


@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("", "À remplir avant de continuer."),
        ("demain", "Saisissez une date valide."),
        ("2026-11-23", "Choisissez un jour à venir, d’ici un an au plus."),
        ("2027-11-24", "Choisissez un jour à venir, d’ici un an au plus."),
        ("2026-12-23", "Le délai va déjà jusque-là : choisissez un jour plus tard."),
    ],
)
def test_a_day_that_extends_nothing_is_refused_in_words(over, enter, until, why):
    sent = {"reason": "x", "until": until}

    answer = enter("magda").post(deed_of(over, "extend_grace"), sent)

    assert answer.status_code == 422
    assert why in text(answer)
    assert closes_on() == (date(2026, 12, 23), date(2026, 12, 23))


def test_without_an_overrun_there_is_no_grace(ravel, enter):
    answer = enter("magda").post(deed_of(ravel, "extend_grace"), {"reason": "x", "until": LATER})

    assert answer.status_code == 422
    assert "La limite d’apprenants n’est pas dépassée" in text(answer)


@pytest.mark.parametrize("kind", ["limitalert", "overrun"])
def test_staff_read_what_was_told_and_what_runs(over, enter, kind):
    answer = enter("remi").get(f"/admin/subscriptions/{kind}/")

    assert answer.status_code == 200
    assert "Ravel Formation" in text(answer)
