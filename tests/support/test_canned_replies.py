import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from support.canned_replies import Ready, left, load_ready_answers, ready, unknown
from support.catalog import READY_ANSWERS
from support.models import CannedReply

LIST = reverse("admin:support_cannedreply_changelist")
ADD = reverse("admin:support_cannedreply_add")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bonjour {prenom}, de {organisme}", ()),
        ("Bonjour {prénom}", ("prénom",)),
        ("{prenom} {nom} {nom} {tarif}", ("nom", "tarif")),
        ("Bonjour { prenom }", ()),
        ("Accolades vides {}", ("",)),
        ("Une accolade { seule", ()),
        ("Rien", ()),
    ],
)
def test_what_is_no_variable_is_named(text, expected):
    assert unknown(text) == expected


def test_words_take_the_place_of_variables():
    reply = CannedReply(pk=7, title="Merci", body="Bonjour {prenom}, {reference} { agent }")

    filled = ready(reply, {"prenom": "Claire", "reference": "D-2026-0001", "agent": "Léa"})

    assert filled == Ready(7, "Merci", "Bonjour Claire, D-2026-0001 Léa", ())


def test_a_variable_without_a_word_stays_and_is_told():
    reply = CannedReply(pk=7, title="Merci", body="{formule} le {echeance}, {formule}")

    filled = ready(reply, {"formule": "", "echeance": "9 décembre 2026"})

    assert filled == Ready(7, "Merci", "{formule} le 9 décembre 2026, {formule}", ("formule",))


def test_a_word_in_braces_is_no_variable_again():
    reply = CannedReply(pk=7, title="Merci", body="{organisme} {prenom}")

    filled = ready(reply, {"organisme": "{prenom}", "prenom": "Claire"})

    assert filled.body == "{prenom} Claire"


def test_the_first_answers_use_known_variables_and_come_once(db):
    with staff_context():
        load_ready_answers()
        CannedReply.objects.filter(title="Devis envoyé").update(body="Réécrite {prenom}")
        load_ready_answers()

        kept = dict(CannedReply.objects.values_list("title", "body"))
    assert {title: unknown(body) for title, body in kept.items()} == dict.fromkeys(
        (title for title, _body in READY_ANSWERS), ()
    )
    assert kept["Devis envoyé"] == "Réécrite {prenom}"
    assert left("Bonjour {prenom} {autre}") == ("prenom",)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("Bonjour {prénom}", "{prénom} n’est pas une variable. Variables : {prenom}, {organisme}"),
        ("", "Ce champ est obligatoire."),
        ("a" * 5001, "5000 caractères"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(enter, body, told):
    response = enter("lea").post(ADD, {"title": "Merci", "body": body, "rank": "5"})

    assert response.status_code == 422
    assert told in response.content.decode().replace("\u00a0", " ")
    with staff_context():
        assert not CannedReply.objects.exists()


@pytest.mark.parametrize("name", ["lea", "magda"])
def test_customer_care_and_managers_write_them(enter, name):
    client = enter(name)
    given = {"title": "Merci", "body": "Merci {prenom}.", "rank": "5"}

    assert client.post(ADD, given).status_code == 302
    with staff_context():
        made = CannedReply.objects.get()
    change = reverse("admin:support_cannedreply_change", args=[made.pk])
    assert client.post(change, given | {"body": "Merci {agent}."}).status_code == 302
    assert client.post(f"{change}../delete/", {"post": "yes"}).status_code in (403, 404)
    with staff_context():
        made.refresh_from_db()
    assert made.body == "Merci {agent}."
    assert "Écrire une réponse type" in client.get(LIST).content.decode()


@pytest.mark.parametrize("name", ["victor", "remi"])
def test_the_others_read_them(enter, name):
    with staff_context():
        made = CannedReply.objects.create(title="Merci", body="Merci {prenom}.")
    client = enter(name)
    change = reverse("admin:support_cannedreply_change", args=[made.pk])

    page = client.get(change)

    assert page.status_code == 200
    assert "Merci {prenom}." in page.content.decode()
    assert "Enregistrer" not in page.content.decode()
    assert client.post(change, {"title": "Non", "body": "Non", "rank": "1"}).status_code == 403
    assert client.get(ADD).status_code == 403
    assert "Écrire une réponse type" not in client.get(LIST).content.decode()
