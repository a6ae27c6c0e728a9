from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import emails, reminders, tasks
from support.contact_queue import Visitors
from support.measures import DailyFigures
from support.models import InboundMail
from tests.support.conftest import TODAY

LAST_DAY = date(2026, 12, 1)


@pytest.fixture
def quoted(staff, today):
    """A quote sent today to Alice, to accept up to 1 December."""
    request = staff.ask("adam")
    staff.price(request)
    return staff.send(request, valid_until=LAST_DAY)


def written(template: str) -> list[tuple[str, str]]:
    rows = OutgoingMail.objects.filter(dedupe_key__startswith=f"{template}-").order_by("subject")
    return list(rows.values_list("recipient", "subject"))


TOLD = [("alice@exemple.fr", "Votre devis expire le 1er décembre 2026")]


@pytest.mark.parametrize(
    ("days_before", "told"), [(8, []), (4, []), (3, TOLD), (1, TOLD), (0, TOLD), (-1, [])]
)
def test_a_quote_is_reminded_within_three_days_of_its_end(quoted, days_before, told):
    reminders.remind_of_quotes(on=LAST_DAY - timedelta(days=days_before))

    assert written("quote_ends") == told


def test_a_quote_is_reminded_once_whatever_the_runs(quoted):
    for days_before in (3, 3, 2, 0):
        reminders.remind_of_quotes(on=LAST_DAY - timedelta(days=days_before))

    assert written("quote_ends") == TOLD


def test_a_quote_sent_for_a_few_days_is_not_reminded_the_same_day(staff, today):
    request = staff.ask("adam")
    staff.price(request)
    staff.send(request, valid_until=TODAY + timedelta(days=2))

    assert [reminders.remind_of_quotes(on=TODAY + timedelta(days=each)) for each in (0, 1)] == [
        0,
        1,
    ]


def test_a_quote_that_was_accepted_is_not_reminded(staff, quoted):
    staff.accept(quoted.request)

    assert reminders.remind_of_quotes(on=LAST_DAY) == 0


# support-quotidien

MORNING = "T07:30:00+00:00"


def tell(day: str) -> bool:
    return reminders.tell_desk(
        on=date.fromisoformat(day), at=datetime.fromisoformat(f"{day}{MORNING}")
    )


def keep_mail(number: int) -> None:
    InboundMail.objects.create(message_id=str(number), raw=b"x", status="quarantined")


def test_nothing_is_written_when_nothing_waits(staff):
    assert (tell("2026-11-24"), written("desk-day")) == (False, [])


def test_what_waits_is_written_once_a_day(staff, today):
    staff.ask("adam")
    keep_mail(1)

    assert [tell("2026-11-27"), tell("2026-11-27"), tell("2026-11-30")] == [True, True, True]

    assert [subject for _to, subject in written("desk-day")] == [
        "1 demande en retard",
        "1 demande en retard",
    ]
    mail = OutgoingMail.objects.filter(dedupe_key="desk-day-2026-11-27").get()
    assert mail.recipient == "support@digiforma.example"
    assert mail.text.replace("\u00a0", " ").startswith("1 demande en retard.\n\nEn retard : 1\n")
    assert "E-mails en quarantaine : 1\n" in mail.text.replace("\u00a0", " ")


def test_quarantine_alone_is_told(staff):
    keep_mail(1)
    keep_mail(2)

    tell("2026-11-24")

    assert [subject for _to, subject in written("desk-day")] == ["2 e-mails en quarantaine"]


@pytest.mark.parametrize(
    ("late", "soon", "subject"),
    [
        (2, 3, "2 demandes en retard, 3 avec une facture sous 8 jours"),
        (2, 0, "2 demandes en retard"),
        (0, 3, "3 demandes avec une facture sous 8 jours"),
        (1, 1, "1 demande en retard, 1 avec une facture sous 8 jours"),
        (0, 0, "5 e-mails en quarantaine"),
    ],
)
def test_the_subject_says_what_is_most_urgent(staff, late, soon, subject):
    figures = DailyFigures(
        late=late, invoice_soon=soon, without_reply=4, quarantined=5, visitors=Visitors(6, 0)
    )

    emails.desk_day(figures, on=TODAY)

    assert written("desk-day") == [("support@digiforma.example", subject)]


@pytest.mark.parametrize("day", ["2026-11-28", "2026-11-29", "2026-12-25", "2027-01-01"])
def test_nobody_is_told_on_a_day_off(staff, day):
    keep_mail(1)

    assert (tell(day), written("desk-day")) == (False, [])


def test_the_jobs_of_the_morning_run_twice(desk):
    with staff_context(), time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        request = desk.ask("adam")
        desk.price(request)
        desk.send(request, valid_until=LAST_DAY)
        keep_mail(1)

    with time_machine.travel("2026-11-30T08:30:00+01:00", tick=False):
        ran = [(tasks.remind_of_quotes(), tasks.tell_desk()) for _again in range(2)]

    assert ran == [(1, True), (1, True)]
    with staff_context():
        assert (len(written("quote_ends")), len(written("desk-day"))) == (1, 1)
