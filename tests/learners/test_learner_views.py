"""The pages of learners: a search, one person with sessions, a name, a merge shown before."""

import pytest
from django.urls import reverse

from accounts.tenancy import tenant_context
from learners import sessions
from learners.models import Learner, TrainingSession
from tests.learners.pages import DAY, TODAY, opened, plain, rows

pytestmark = pytest.mark.usefixtures("on_the_day", "places")


def known(organization, name="zoe") -> Learner:
    with tenant_context(organization.pk):
        return Learner.objects.get(email=f"{name}@exemple.fr")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ali Été", "Zoe Été"]),
        ("ete zo", ["Zoe Été"]),
        ("ÉTÉ", ["Ali Été", "Zoe Été"]),
        ("exemple", ["Ali Été", "Zoe Été"]),
        (" ZOE@exemple.fr ", ["Zoe Été"]),
        ("@exemple.fr", ["Ali Été", "Zoe Été"]),
        ("%", []),
        ("absent", []),
    ],
)
def test_a_search_finds_names_and_addresses(alice, ravel, query, names):
    opened(ravel, people=("zoe", "ali"))

    found = alice.get(reverse("learners"), {"q": query}).context["list"]

    assert [line.name for line in found.lines] == names


def test_the_list_tells_how_many_sessions_count_today(alice, ravel):
    opened(ravel)
    opened(ravel, code="S2", starts_on=TODAY + DAY)
    opened(ravel, code="S3", starts_on=TODAY - 365 * DAY, lasts=0)

    [line] = alice.get(reverse("learners")).context["list"].lines

    assert (line.sessions, line.counted) == (3, 1)


def test_a_learner_s_page_says_when_each_session_counts(alice, ravel):
    opened(ravel)
    opened(ravel, code="S2", starts_on=TODAY + DAY)
    opened(ravel, code="S3", starts_on=TODAY - 365 * DAY, lasts=0)
    cancelled = opened(ravel, code="S4")
    with tenant_context(ravel.pk):
        sessions.cancel_session(session=cancelled)

    text = plain(alice.get(reverse("learner", args=[known(ravel).pk])))

    for said in (
        "4 inscriptions, dont 1 compte aujourd’hui.",
        "Compte, sort le 16 novembre 2027",
        "Comptera le 24 novembre 2026",
        "Sorti le 23 novembre 2026",
        "Session annulée",
    ):
        assert said in text


def test_a_name_is_corrected(alice, ravel):
    opened(ravel)
    learner = known(ravel)
    address = reverse("learner-rename", args=[learner.pk])

    refused = alice.post(address, {"first_name": "", "last_name": "Été"})
    alice.post(address, {"first_name": " Zoé ", "last_name": "Été"})

    assert refused.status_code == 422
    assert refused.context["form"].errors == {"first_name": ["Donnez le prénom."]}
    assert str(known(ravel)) == "Zoé Été"


def merge(client, kept, duplicate, **fields):
    return client.post(reverse("learner-merge", args=[kept.pk]), {"duplicate": duplicate, **fields})


def test_a_merge_is_shown_then_done(alice, ravel):
    opened(ravel, people=("zoe", "ali"))
    opened(ravel, code="S2", people=("ali",))
    zoe, ali = known(ravel), known(ravel, "ali")

    shown = merge(alice, zoe, "ALI@exemple.fr")
    unchanged = rows(ravel)
    done = merge(alice, zoe, ali.email, deed="confirm")

    assert "Aujourd’hui : 2 apprenants comptés au lieu de 3." in plain(shown)
    assert {row[1] for row in unchanged} == {"Ali", "Zoe"}
    assert done.url == reverse("learner", args=[zoe.pk])
    assert rows(ravel) == [
        ("S1", "Ali", "merged", TODAY, False),
        ("S1", "Zoe", "enrolled", None, True),
        ("S2", "Zoe", "enrolled", None, True),
    ]
    page = alice.get(done.url)
    assert page.context["card"].other_addresses == [ali.email]
    assert alice.get(reverse("learner", args=[ali.pk])).url == done.url
    assert [line.pk for line in alice.get(reverse("learners")).context["list"].lines] == [zoe.pk]
    found = alice.get(reverse("learners"), {"q": ali.email}).context["list"]
    assert [line.pk for line in found.lines] == [zoe.pk]


@pytest.mark.parametrize(
    ("duplicate", "words"),
    [
        ("", "Donnez l’adresse e-mail de l’autre fiche."),
        ("zoe", "Adresse invalide : écrivez nom@domaine.fr."),
        ("personne@exemple.fr", "Aucun apprenant n’a cette adresse."),
        ("zoe@exemple.fr", "C’est l’adresse de cette fiche."),
        ("luc@exemple.fr", "La fiche luc@exemple.fr a déjà été fusionnée avec une autre."),
    ],
)
@pytest.mark.parametrize("deed", ["", "confirm"])
def test_a_merge_that_makes_no_sense_is_refused(alice, ravel, duplicate, words, deed):
    opened(ravel, people=("zoe", "ali", "luc"))
    merge(alice, known(ravel, "ali"), "luc@exemple.fr", deed="confirm")
    before = rows(ravel)

    response = merge(alice, known(ravel), duplicate, deed=deed)

    assert response.status_code == 422
    assert response.context["form"].errors["duplicate"] == [words]
    assert rows(ravel) == before


def test_another_organization_s_learner_cannot_be_merged(alice, enter, places):
    opened(places.elsewhere, people=("theirs",))
    opened(places.ravel)

    response = merge(alice, known(places.ravel), "theirs@exemple.fr", deed="confirm")

    assert response.status_code == 422
    assert response.context["form"].errors["duplicate"] == ["Aucun apprenant n’a cette adresse."]
    with tenant_context(places.elsewhere.pk):
        assert TrainingSession.objects.get().enrollments.get().learner.merged_into is None
