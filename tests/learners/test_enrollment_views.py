"""A session's page: who is enrolled, leaves, comes back, goes to another session."""

import pytest
from django.urls import reverse

from accounts.tenancy import tenant_context
from learners.models import EnrollmentGate, Learner
from tests.learners.pages import DAY, TODAY, keys, opened, plain, rows

pytestmark = pytest.mark.usefixtures("on_the_day", "places")


def enrol(client, session, email, **name):
    address = reverse("session-enroll", args=[session.pk])
    return client.post(address, {"email": email, **name}, follow=False)


def test_an_address_is_enough_for_somebody_known(alice, ravel):
    opened(ravel)
    session = opened(ravel, code="S2", people=())

    response = enrol(alice, session, " ZOE@Exemple.fr")
    page = alice.get(response.url)

    assert response.url == reverse("session", args=[session.pk]) + "#id_email"
    assert "Zoe Été : inscription enregistrée." in plain(page)
    assert "2 apprenants comptés." in plain(page)
    assert rows(ravel, session=session) == [("S2", "Zoe", "enrolled", None, True)]


def test_somebody_new_needs_a_name(alice, ravel):
    session = opened(ravel, people=())

    unknown = enrol(alice, session, "neuf@exemple.fr")
    enrol(alice, session, "neuf@exemple.fr", first_name="Luc", last_name="Roy")

    assert unknown.status_code == 422
    assert "donnez aussi le prénom et le nom" in unknown.context["form"].errors["email"][0]
    assert rows(ravel) == [("S1", "Luc", "enrolled", None, True)]


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "Donnez l’adresse e-mail de l’apprenant."),
        ("zoe", "Adresse invalide : écrivez nom@domaine.fr."),
        ("zoe@exemple.fr", "Zoe Été est déjà dans cette session."),
    ],
)
def test_an_address_that_enrols_nobody_says_why(alice, ravel, email, words):
    session = opened(ravel)

    response = enrol(alice, session, email)

    assert response.status_code == 422
    assert response.context["form"].errors["email"] == [words]
    assert len(rows(ravel)) == 1


def test_a_cancelled_session_receives_nobody(alice, ravel):
    session = opened(ravel)
    alice.post(reverse("session-cancel", args=[session.pk]))

    response = enrol(alice, session, "neuf@exemple.fr", first_name="Luc", last_name="Roy")

    assert response.status_code == 422
    assert "Une session annulée ne reçoit personne" in response.text
    with tenant_context(ravel.pk):
        assert Learner.objects.count() == 1


def test_behind_the_closed_gate_only_who_had_left_comes_back(alice, ravel):
    session = opened(ravel, people=("zoe", "ali"))
    opened(ravel, code="S2", people=("luc",))
    with tenant_context(ravel.pk):
        EnrollmentGate.objects.create(organization=ravel, closed_from=TODAY, limit=2)
    page = alice.get(reverse("session", args=[session.pk]))

    known = enrol(alice, session, "luc@exemple.fr")
    new = enrol(alice, session, "neuf@exemple.fr", first_name="Luc", last_name="Roy")
    pick(alice, session, ravel, "leave", "Zoe")
    alice.post(reverse("session-pick", args=[session.pk]), {"again": keys(ravel)["Zoe"]})

    assert "Les nouvelles inscriptions sont refusées depuis le 23 novembre 2026" in plain(page)
    assert (known.status_code, new.status_code) == (422, 422)
    assert "une limite de 2" in new.context["form"].errors["__all__"][0]
    assert [row[2] for row in rows(ravel, session=session)] == ["enrolled", "enrolled"]


def pick(client, session, organization, deed, *names, on=TODAY, **told):
    ticked = [key for name, key in keys(organization).items() if name in names]
    fields = {"enrollment": ticked, "deed": deed, "on": f"{on}", **told}
    return client.post(reverse("session-pick", args=[session.pk]), fields)


def test_several_leave_at_once_and_still_count(alice, ravel):
    session = opened(ravel, people=("zoe", "ali", "luc"))

    pick(alice, session, ravel, "leave", "Zoe", "Ali", on=TODAY - DAY)

    left = ("abandoned", TODAY - DAY, True)
    assert rows(ravel) == [
        ("S1", "Ali", *left),
        ("S1", "Luc", "enrolled", None, True),
        ("S1", "Zoe", *left),
    ]


def test_an_enrolment_cancelled_before_the_first_day_counts_no_more(alice, ravel):
    session = opened(ravel)

    pick(alice, session, ravel, "cancel", "Zoe", on=TODAY - 8 * DAY)

    assert rows(ravel) == [("S1", "Zoe", "cancelled", TODAY - 8 * DAY, False)]


@pytest.mark.parametrize(
    ("deed", "on", "field", "words"),
    [
        ("cancel", TODAY, "on", "La session a commencé le 16/11/2026"),
        ("leave", TODAY - 8 * DAY, "on", "La session ne commence que le 16/11/2026"),
        ("leave", TODAY + DAY, "on", "Cette date est à venir"),
        ("leave", "hier", "on", "Date illisible"),
        ("move", TODAY, "target", "Donnez le code de la session où ils vont."),
        ("nonsense", TODAY, "target", "Donnez le code"),
    ],
)
def test_a_deed_that_the_day_contradicts_is_refused(alice, ravel, deed, on, field, words):
    session = opened(ravel)

    response = pick(alice, session, ravel, deed, "Zoe", on=on)

    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert rows(ravel) == [("S1", "Zoe", "enrolled", None, True)]


@pytest.mark.parametrize("ticked", [[], ["x"], ["9" * 30], ["0"]])
def test_nobody_ticked_changes_nobody(alice, ravel, ticked):
    session = opened(ravel)

    response = alice.post(
        reverse("session-pick", args=[session.pk]),
        {"enrollment": ticked, "deed": "leave", "on": f"{TODAY}"},
    )

    assert response.status_code == 422
    assert rows(ravel) == [("S1", "Zoe", "enrolled", None, True)]


@pytest.mark.parametrize(
    ("starts_on", "former", "count", "said"),
    [
        (TODAY, ("abandoned", TODAY, True), 2, "compte aussi toujours pour S1"),
        (TODAY + DAY, ("cancelled", TODAY, False), 1, "ne compte plus pour S1"),
    ],
)
def test_a_change_of_session_says_what_counts(alice, ravel, starts_on, former, count, said):
    session = opened(ravel, starts_on=starts_on)
    opened(ravel, code="S2", people=())

    response = pick(alice, session, ravel, "move", "Zoe", target="S2")

    assert rows(ravel) == [("S1", "Zoe", *former), ("S2", "Zoe", "enrolled", None, True)]
    page = alice.get(response.url)
    assert said in plain(page)
    assert page.context["count"] == count


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("S9", "Aucune session n’a ce code"),
        ("S1", "Ils sont déjà dans cette session."),
        ("S3", "Une session annulée ne reçoit personne"),
    ],
)
def test_a_change_to_nowhere_changes_nothing(alice, ravel, target, words):
    session, cancelled = opened(ravel), opened(ravel, code="S3", people=())
    alice.post(reverse("session-cancel", args=[cancelled.pk]))

    response = pick(alice, session, ravel, "move", "Zoe", target=target)

    assert response.status_code == 422
    assert words in plain(response)
    assert rows(ravel) == [("S1", "Zoe", "enrolled", None, True)]


def test_the_same_press_twice_says_that_it_was_done(alice, ravel):
    session = opened(ravel)

    first = pick(alice, session, ravel, "leave", "Zoe")
    again = pick(alice, session, ravel, "leave", "Zoe")

    assert (first.status_code, again.status_code) == (302, 422)
    assert "Ces apprenants étaient déjà partis" in plain(again)
