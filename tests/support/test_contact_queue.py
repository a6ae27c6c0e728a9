"""Visitors' messages in the desk's queue: their tab, their turn, their figures."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import contact_queue, contacts, reminders, services
from support.assignments import NothingLeft, take_next
from support.contact_queue import Visitors, visitors
from support.models import ContactMessage
from tests.budgets import statements
from tests.support.answered import moment
from tests.support.conftest import TODAY
from tests.support.test_queue_views import NEXT, QUEUE, lines, text
from tests.support.visitors import WRITTEN, wrote

TAB = reverse("admin:support_contactmessage_changelist")
LATER = moment("2026-11-24 10:30")


@pytest.fixture
def written(desk, today) -> list[ContactMessage]:
    """Three that wait, the second the most urgent; then one of each end."""
    with staff_context():
        lea = desk.people["lea"]
        rows = [
            wrote("Anne", "anne@exemple.fr", "Un tarif ?", at=WRITTEN + timedelta(hours=1)),
            wrote("Zoé", "zoe@exemple.fr", "Une démonstration ?"),
            wrote("Ali", "ali@exemple.fr", "Une facture ?", at=WRITTEN + timedelta(hours=2)),
            *(wrote(name, f"{name}@exemple.fr") for name in ("rendu", "clos", "client")),
        ]
        contacts.reply(contact_id=rows[3].pk, actor=lea, body="Oui.")
        contacts.close(contact_id=rows[4].pk, actor=lea, reason="unwanted")
        contacts.attach(contact_id=rows[5].pk, organization=desk.ravel, actor=lea, on=TODAY)
        contacts.take(contact_id=rows[2].pk, actor=lea)
    return rows


def test_the_tab_stands_in_the_queue_with_its_count(enter, written):
    client = enter("lea")

    queue, tab = client.get(QUEUE), client.get(TAB)

    for page in (queue, tab):
        assert "Intérêts pour une option 0 Visiteurs 3 Terminées" in text(page)
    current = [each.label for each in tab.context["head"].tabs if each.is_current]
    assert list(map(str, current)) == ["Visiteurs"]


def test_what_waits_comes_the_most_urgent_first(enter, written):
    with time_machine.travel(LATER, tick=False):
        first, second, third = lines(enter("lea").get(TAB))

    assert first.startswith("En retard de 30 min Une démonstration ? Formulaire, reçu le 23 nov.")
    assert first.endswith("Zoé zoe@exemple.fr À traiter – Personne")
    assert second.startswith("Aujourd’hui 11 h Un tarif ?")
    assert third.startswith("Aujourd’hui 12 h Une facture ?")
    assert third.endswith("L Lea")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"Anne", "Zoé", "Ali"}),
        ({"view": "late"}, {"Zoé"}),
        ({"view": "done"}, {"rendu", "clos", "client"}),
        ({"view": "all"}, {"Anne", "Zoé", "Ali", "rendu", "clos", "client"}),
        ({"view": "rien"}, {"Anne", "Zoé", "Ali"}),
        ({"q": "zoé"}, {"Zoé"}),
        ({"q": "ALI@exemple.fr"}, {"Ali"}),
        ({"q": "clos"}, {"clos"}),
        ({"q": "clos", "view": "waiting"}, set()),
        ({"q": "D-2026-0001"}, {"client"}),
        ({"q": "personne"}, set()),
    ],
)
def test_a_view_and_a_search_find_what_they_say(enter, written, given, found):
    with time_machine.travel(LATER, tick=False):
        rows = enter("remi").get(TAB, given).context["rows"]

    assert {row.contact.name for row in rows} == found


@pytest.mark.parametrize(
    ("term", "told"),
    [
        ("zoe@exemple.fr", "1 message de visiteur correspond"),
        ("exemple.fr", "6 messages de visiteurs correspondent"),
        ("personne", ""),
    ],
)
def test_a_search_of_the_queue_tells_of_the_visitors_it_finds(enter, written, term, told):
    page = text(enter("lea").get(QUEUE, {"q": term}))

    assert told in page
    assert ("visiteurs correspond" in page or "visiteur correspond" in page) == bool(told)


def test_an_empty_tab_says_so(enter, desk):
    client = enter("lea")

    assert "Aucun visiteur n’attend de réponse." in text(client.get(TAB))
    assert "Aucun message ne correspond." in text(client.get(TAB, {"q": "zoé"}))
    assert "Rien ici." in text(client.get(TAB, {"view": "done"}))


def test_the_head_tells_of_late_visitors_and_opens_them(enter, written):
    with time_machine.travel(LATER, tick=False):
        client = enter("lea")
        page = client.get(QUEUE)
        listed = client.get(TAB, {"view": "late"}).context["cl"].result_count

    assert "1 message de visiteur en retard" in text(page)
    assert f'href="{TAB}?view=late"' in page.content.decode()
    assert listed == 1


def test_many_messages_are_read_in_as_many_queries_as_few(enter, desk, written):
    client = enter("lea")

    def count(address: str) -> int:
        with statements() as sent:
            assert client.get(address).status_code == 200
        return len(sent)

    pages = (TAB, f"{TAB}?view=all", QUEUE)
    client.get(TAB)
    few = [count(page) for page in pages]
    with staff_context():
        for number in range(40):
            contact = wrote(f"Visiteur {number}")
            contacts.take(contact_id=contact.pk, actor=desk.people["lea"])

    assert [count(page) for page in pages] == few


# « Prendre la suivante »


def test_the_next_one_is_a_request_or_a_visitor_whichever_is_due_first(staff, today):
    lea = staff.people["lea"]
    first = wrote(at=WRITTEN - timedelta(hours=1))
    asked = services.ask_by_message(membership=staff.membership("sam"), message="Bonjour", on=TODAY)
    last = wrote(at=WRITTEN + timedelta(hours=1))

    taken = [take_next(actor=lea, on=TODAY) for _again in range(3)]

    assert taken == [first, asked, last]
    assert ContactMessage.objects.filter(assigned_to=lea).count() == 2
    with pytest.raises(NothingLeft):
        take_next(actor=lea, on=TODAY)


def test_sales_take_no_visitor_and_nobody_what_is_done(staff, today):
    contact = wrote()

    with pytest.raises(NothingLeft):
        take_next(actor=staff.people["victor"], on=TODAY)
    contacts.close(contact_id=contact.pk, actor=staff.people["lea"], reason="other")
    with pytest.raises(NothingLeft):
        take_next(actor=staff.people["magda"], on=TODAY)


def test_what_was_written_before_there_was_a_clock_comes_last(staff, today):
    old = ContactMessage.objects.create(name="Ancien", email="a@exemple.fr", message="?")
    new = wrote()

    assert [take_next(actor=staff.people["lea"], on=TODAY) for _again in range(2)] == [new, old]
    assert contact_queue.contact_rows([old], at=LATER)[0].due.level == ""


def test_the_next_visitor_is_opened(enter, desk):
    with staff_context():
        contact = wrote()

    page = enter("lea").post(NEXT, follow=True)

    address = reverse("admin:support_contactmessage_change", args=[contact.pk])
    assert page.redirect_chain == [(address, 302)]
    assert "Le message de Jean Petit est à vous." in text(page)


# Figures


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-24 10:00", Visitors(3, 0)),
        ("2026-11-24 10:01", Visitors(3, 1)),
        ("2026-11-24 11:01", Visitors(3, 2)),
        ("2026-11-24 18:00", Visitors(3, 3)),
    ],
)
def test_what_waits_and_what_is_late_are_counted(written, at, told):
    with staff_context():
        assert visitors(at=moment(at)) == told


@pytest.mark.parametrize(
    ("at", "subject", "told"),
    [
        ("2026-11-23 11:00", "1 message de visiteur", "Messages de visiteurs : 1\n"),
        (
            "2026-11-24 10:01",
            "1 message de visiteur en retard",
            "Messages de visiteurs : 1, dont 1 en retard\n",
        ),
    ],
)
def test_the_morning_tells_of_visitors_once_a_day(staff, today, at, subject, told):
    wrote()
    OutgoingMail.objects.all().delete()
    at = moment(at)

    assert [reminders.tell_desk(on=at.date(), at=at) for _again in range(2)] == [True, True]

    mail = OutgoingMail.objects.get()
    assert mail.subject.replace("\u00a0", " ") == subject
    assert told in mail.text.replace("\u00a0", " ")


def test_the_morning_says_nothing_of_visitors_who_were_answered(staff, today):
    contact = wrote()
    contacts.reply(contact_id=contact.pk, actor=staff.people["lea"], body="Oui.")

    assert reminders.tell_desk(on=TODAY, at=WRITTEN) is False
