"""The queue's page and its doors: what stands where, who may press what."""

import re

import pytest
import time_machine
from django.urls import reverse

from accounts.models import OutgoingMail
from accounts.tenancy import staff_context
from support import conversation, services
from support.models import Request
from tests.support.conftest import TODAY

QUEUE = reverse("admin:support_request_changelist")
NEXT = reverse("admin:support_request_next")
BULK = reverse("admin:support_request_bulk")


def text(response) -> str:
    """Return what a page says, without its tags; no-break spaces are plain."""
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.replace("\u00a0", " ").split())


def lines(response) -> list[str]:
    """Return the lines of the queue, each as its text."""
    body = response.content.decode().partition("<tbody")[2].partition("</tbody")[0]
    plain = [re.sub(r"<[^>]+>", " ", f"<tr{row}") for row in body.split("<tr")[1:]]
    return [" ".join(row.replace("\u00a0", " ").split()) for row in plain]


def file_of(request: Request) -> str:
    return reverse("admin:support_request_change", args=[request.pk])


@pytest.fixture
def asked(desk, today):
    """A plan change and two messages, asked today at 10 h; the last one was answered."""
    with staff_context():
        sam = desk.membership("sam")
        rows = [
            desk.ask(),
            services.ask_by_message(membership=sam, message="Bonjour", on=TODAY),
            services.ask_by_message(membership=sam, message="Un tarif ?", on=TODAY),
        ]
        conversation.reply_as_staff(
            request_id=rows[2].pk, actor=desk.people["lea"], body="Lequel ?", on=TODAY
        )
    return rows


@pytest.mark.parametrize(
    ("moment", "expected", "tag"),
    [
        ("2026-11-23T10:00", "Demain 10 h", ""),
        ("2026-11-24T09:30", "Aujourd’hui 10 h", "warn"),
        ("2026-11-24T10:20", "En retard de 20 min", "stop"),
        ("2026-11-24T13:10", "En retard de 3 h", "stop"),
        ("2026-11-24T10:00:30", "En retard", "stop"),
        ("2026-11-25T10:00", "En retard de 1 j", "stop"),
        ("2026-11-30T12:00", "En retard de 4 j", "stop"),  # a weekend is not late
        ("2026-11-20T10:00", "24 nov.", ""),
    ],
)
def test_the_first_column_tells_when_the_answer_is_due(enter, asked, moment, expected, tag):
    with time_machine.travel(f"{moment}+01:00", tick=False):
        page = enter("lea").get(QUEUE, {"view": "todo"})

    first = lines(page)[0]
    cell = page.content.decode().split("<tbody")[1].split("<td")[2]
    assert first.startswith(f"{expected} ÉQUIPE → ORGA D-2026-0001, reçue le 23 nov.")
    assert [kind for kind in ("warn", "stop") if f"tag--{kind}" in cell] == ([tag] if tag else [])


def test_what_waits_for_the_client_says_since_when(enter, asked):
    with time_machine.travel("2026-11-25T09:00:00+01:00", tick=False):
        [waiting] = lines(enter("lea").get(QUEUE, {"view": "waiting"}))

    assert waiting.startswith("En attente du client depuis 2 j Un tarif ? D-2026-0003, message,")


def test_what_stands_still_is_told(enter, asked):
    with time_machine.travel("2026-11-26T09:59:00+01:00", tick=False):
        before = text(enter("lea").get(QUEUE))
    with time_machine.travel("2026-11-26T10:00:00+01:00", tick=False):
        after = lines(enter("lea").get(QUEUE))

    assert "Sans mouvement" not in before
    assert ["Sans mouvement" in line for line in after] == [True, True]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (
            "2026-11-23T11:00",
            "Aucune en retard, aucune dont la facture tombe dans 8 jours ou moins.",
        ),
        ("2026-12-01T11:00", "2 en retard, 3 dont la facture tombe dans 8 jours ou moins ."),
    ],
)
def test_the_head_counts_what_presses(enter, asked, moment, expected):
    with time_machine.travel(f"{moment}:00+01:00", tick=False):
        client = enter("lea")
        page = client.get(QUEUE)
        links = re.findall(rf'href="{QUEUE}(\?view=all[^"]+)"', page.content.decode())
        found = [len(lines(client.get(QUEUE + link.replace("&amp;", "&")))) for link in links]

    assert expected.replace(" ", "") in text(page).replace(" ", "")
    assert found == [int(number) for number in re.findall(r"\d+(?= en| dont)", expected)]


def test_an_empty_queue_says_what_waits_for_the_client(enter, desk, asked):
    lea = desk.people["lea"]
    with staff_context():
        conversation.ask_details(request_id=asked[0].pk, actor=lea, body="Quand ?", on=TODAY)
        conversation.close(request_id=asked[1].pk, actor=lea, on=TODAY)

    page = text(enter("lea").get(QUEUE))

    assert "Rien à traiter. 2 demandes attendent le client." in page


def test_filters_that_find_nothing_are_cleared_in_one_click(enter, asked):
    page = enter("lea").get(QUEUE, {"view": "todo", "topic": "task"})

    assert "Aucune demande ne correspond." in text(page)
    assert '<a href="?view=todo">Effacer les filtres</a>' in page.content.decode()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"since": "hier"}, "Reçue du : Saisissez une date valide."),
        ({"until": "2026-02-30"}, "au : Saisissez une date valide."),
        ({"topic": "rien"}, "Type : "),
        ({"assigned": "0"}, "Assignée à : "),
        ({"plan": "' OR 1=1"}, "Formule du client : "),
        ({"view": "nulle part"}, ""),
        ({"p": "99"}, ""),
    ],
)
def test_a_wrong_filter_is_told_and_filters_nothing(enter, asked, given, told):
    response = enter("lea").get(QUEUE, given, follow=True)

    assert response.status_code == 200
    assert told in text(response)
    assert len(lines(response)) == 2


def test_a_filter_keeps_what_was_chosen(enter, desk, asked):
    victor = str(desk.people["victor"].pk)
    given = {"view": "all", "q": "ravel", "topic": "message", "assigned": victor, "due": "late"}

    page = enter("lea").get(QUEUE, given).content.decode()

    for value in ("all", "ravel"):
        assert f'value="{value}"' in page
    for value in ("message", victor, "late"):
        assert f'<option value="{value}" selected>' in page
    assert '<details class="tools__more" open>' in page


def test_the_next_one_is_taken_and_opened(enter, desk, asked):
    client = enter("lea")

    first = client.post(NEXT)
    second = client.post(NEXT)
    nothing = client.post(NEXT, follow=True)

    assert [first.url, second.url] == [file_of(asked[0]), file_of(asked[1])]
    assert "Rien à prendre : chaque demande a déjà quelqu’un." in text(nothing)
    assert nothing.redirect_chain == [(QUEUE, 302)]
    with staff_context():
        assert Request.objects.filter(assigned_to=desk.people["lea"]).count() == 2


def test_the_ticked_ones_are_given_to_a_colleague(enter, desk, asked):
    victor = desk.people["victor"]
    given = {"pk": [row.pk for row in asked], "deed": "assign", "to": victor.pk, "back": "view=all"}

    page = enter("lea").post(BULK, given, follow=True)

    assert page.redirect_chain == [(f"{QUEUE}?view=all", 302)]
    assert "3 demandes assignées à Victor." in text(page)
    with staff_context():
        assert Request.objects.filter(assigned_to=victor).count() == 3


def test_the_clients_of_the_ticked_ones_are_reminded_once(enter, asked):
    client = enter("lea")
    given = {"pk": [row.pk for row in asked], "deed": "remind"}

    once = text(client.post(BULK, given, follow=True))
    twice = text(client.post(BULK, given, follow=True))

    assert "1 client relancé. 2 demandes laissées" in once
    assert "3 demandes laissées" in twice
    assert "relancé." not in twice
    with staff_context():
        mails = OutgoingMail.objects.filter(dedupe_key__startswith="reminded-")
        assert list(mails.values_list("recipient", flat=True)) == ["sam@exemple.fr"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"deed": "remind"}, "Cochez au moins une demande."),
        ({"deed": "assign", "pk": "one", "to": "remi"}, "Sélectionnez un choix valide."),
        ({"deed": "assign", "pk": "one"}, "Choisissez à qui assigner ces demandes."),
        ({"deed": "assign", "pk": "one", "to": "x"}, "Sélectionnez un choix valide."),
        ({"deed": "remind", "pk": ["x", "-1", "9" * 30]}, "Cochez au moins une demande."),
        ({"deed": "apply", "pk": "one"}, "Sélectionnez un choix valide."),
        ({}, "Cochez au moins une demande."),
    ],
)
def test_a_bulk_that_says_too_little_does_nothing(enter, desk, asked, given, told):
    known = {"one": asked[0].pk, "remi": desk.people["remi"].pk}
    given = {
        name: known.get(value, value) if isinstance(value, str) else value
        for name, value in given.items()
    }

    page = enter("lea").post(BULK, given, follow=True)

    assert told in text(page)
    with staff_context():
        assert not Request.objects.exclude(assigned_to=None).exists()
        assert not OutgoingMail.objects.filter(dedupe_key__startswith="reminded-").exists()


def test_the_way_back_leads_nowhere_else(enter, asked):
    given = {"deed": "remind", "back": "https://ailleurs.example/?a=b"}

    assert enter("lea").post(BULK, given).url.startswith(f"{QUEUE}?https%3A%2F%2F")


@pytest.mark.parametrize("door", [NEXT, BULK])
def test_a_reader_takes_and_gives_nothing(enter, asked, door):
    client = enter("remi")

    assert client.post(door, {"deed": "remind", "pk": asked[0].pk}).status_code == 403
    assert client.get(door).url == QUEUE
    page = client.get(QUEUE).content.decode()
    for name in ("Prendre la suivante", "Relancer les clients", 'name="pk"'):
        assert name not in page


def test_what_had_no_reply_is_found(enter, asked):
    page = lines(enter("lea").get(QUEUE, {"replied": "no", "view": "all"}))

    assert [line.split("D-2026-")[1][:4] for line in page] == ["0001", "0002"]


def test_the_head_tells_the_median_reply_of_the_week(enter, desk, asked):
    with time_machine.travel("2026-11-23T15:00:00+01:00", tick=False), staff_context():
        for request in asked[:2]:
            conversation.reply_as_staff(
                request_id=request.pk, actor=desk.people["lea"], body="Oui.", on=TODAY
            )

    page = text(enter("lea").get(QUEUE))

    assert "Délai médian de réponse cette semaine : 5 h." in page
