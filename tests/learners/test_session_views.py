"""The pages of sessions: the list, one session, what each button does to it."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.tenancy import tenant_context
from learners import sessions
from learners.models import Enrollment, Learner, TrainingSession
from tests.learners.pages import DAY, TODAY, opened, plain

pytestmark = pytest.mark.usefixtures("on_the_day", "places")


# Reading


def test_the_list_stands_in_four_groups_each_in_its_order(alice, ravel):
    for code, days, lasts in (
        ("R1", -9, 14),
        ("R2", -1, 3),
        ("F1", 30, 0),
        ("F2", 7, 2),
        ("P1", -90, 2),
        ("P2", -30, 0),
    ):
        opened(ravel, code=code, starts_on=TODAY + days * DAY, lasts=lasts)
    with tenant_context(ravel.pk):
        for code in ("R1", "F1"):
            sessions.cancel_session(session=TrainingSession.objects.get(code=code))

    listed = alice.get(reverse("sessions")).context["list"]

    assert [(stage.label, [line.code for line in lines]) for stage, lines in listed.groups] == [
        ("En cours", ["R2"]),
        ("À venir", ["F2"]),
        ("Terminées", ["P2", "P1"]),
        ("Annulées", ["F1", "R1"]),
    ]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("parole S2", ["S2"]),
        ("PRISE", ["S1", "S2"]),
        ("priśe", []),
        ("100%", []),
        ("\0", ["S1", "S2"]),
        ("s2", ["S2"]),
    ],
)
def test_a_search_finds_words_whatever_their_capitals(alice, ravel, query, codes):
    for code in ("S1", "S2"):
        opened(ravel, code=code)

    listed = alice.get(reverse("sessions"), {"q": query}).context["list"]

    assert [line.code for _stage, lines in listed.groups for line in lines] == codes


def test_a_search_forgets_accents_on_both_sides(alice, ravel):
    session = opened(ravel)
    alice.post(reverse("session-rename", args=[session.pk]), {"title": "Évaluer l’élève"})

    for query in ("evaluer", "ÉLÈVE", "l'eleve"):
        assert alice.get(reverse("sessions"), {"q": query}).context["list"].groups, query


def test_a_long_list_is_cut_into_pages_that_keep_the_search(alice, ravel):
    for number in range(16):
        opened(ravel, code=f"S{number:02}", people=())

    first = alice.get(reverse("sessions"), {"q": "prise"})
    second = alice.get(reverse("sessions"), {"q": "prise", "page": "2"})

    assert "?q=prise&amp;page=2" in first.text
    [(_stage, lines)] = second.context["list"].groups
    assert [line.code for line in lines] == ["S14", "S15"]
    assert alice.get(reverse("sessions"), {"page": "zéro"}).context["list"].pages.number == 1


@pytest.mark.parametrize(
    ("starts_on", "said"),
    [
        (TODAY, "2 inscrits comptés depuis le 23 novembre 2026 ; ils sortiront du décompte le"),
        (TODAY + DAY, "2 inscrits : ils compteront à partir du 24 novembre 2026"),
        (TODAY - 364 * DAY, "ils sortiront du décompte le 24 novembre 2026"),
        (TODAY - 365 * DAY, "2 inscrits : ils sont sortis du décompte le 23 novembre 2026"),
    ],
)
def test_a_session_says_when_it_counts(alice, ravel, starts_on, said):
    session = opened(ravel, starts_on=starts_on, lasts=0, people=("zoe", "ali"))

    assert said in plain(alice.get(reverse("session", args=[session.pk])))


@pytest.mark.parametrize("name", ["sessions", "session", "learners", "learner"])
def test_a_sales_rep_reads_and_is_offered_no_deed(enter, ravel, name):
    session = opened(ravel)
    with tenant_context(ravel.pk):
        learner = Learner.objects.get()
    arguments = {"session": [session.pk], "learner": [learner.pk]}.get(name, [])

    response = enter("sam").get(reverse(name, args=arguments))

    main = response.text.partition("<main")[2].partition("</main>")[0]
    assert response.status_code == 200
    assert 'method="post"' not in main
    assert 'type="checkbox" name="enrollment"' not in main


# Sessions


def test_a_session_is_opened_and_leads_to_the_first_e_mail(alice, ravel):
    response = alice.post(
        reverse("session-add"),
        {"title": " Excel ", "code": "S2026-0001", "starts_on": "2026-12-07", "ends_on": ""},
    )

    with tenant_context(ravel.pk):
        session = TrainingSession.objects.get()
        event = AuditEvent.objects.get(action="session created")
    assert response.url == reverse("session", args=[session.pk]) + "#id_email"
    assert (session.title, session.code) == ("Excel", "S2026-0001")
    assert (session.starts_on, session.ends_on) == (date(2026, 12, 7), date(2026, 12, 7))
    assert (event.actor.email, event.details) == ("alice@exemple.fr", {"session": "S2026-0001"})


def test_the_code_proposed_is_the_next_of_the_year(alice, ravel):
    for code in ("S2026-0009", "S2026-0103", "S2025-0500", "S2026-x", "autre"):
        opened(ravel, code=code, people=())

    assert alice.get(reverse("session-add")).context["form"].initial["code"] == "S2026-0104"


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"title": " "}, "title", "Donnez un intitulé à la session."),
        ({"title": "a" * 300}, "title", "Texte trop long (max 254)."),
        ({"code": ""}, "code", "Donnez un code à la session."),
        ({"code": "S1"}, "code", "Une autre session a ce code : choisissez-en un autre."),
        ({"code": "a\u200bb"}, "code", "Caractère interdit U+200B : retirez-le."),
        ({"starts_on": ""}, "starts_on", "Donnez une date, par exemple 16/11/2026."),
        ({"starts_on": "2026-02-30"}, "starts_on", "Cette date n’existe pas."),
        ({"starts_on": "demain"}, "starts_on", "Date illisible : format attendu JJ/MM/AAAA."),
        ({"starts_on": "1999-12-31"}, "starts_on", "Date hors plage : du 01/01/2000 au"),
        ({"ends_on": "2026-12-06"}, "ends_on", "Le dernier jour est avant le premier."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_written(
    alice, ravel, told, field, words
):
    opened(ravel, people=())
    good = {"title": "Excel", "code": "S2", "starts_on": "2026-12-07", "ends_on": "2026-12-08"}

    response = alice.post(reverse("session-add"), good | told)

    assert response.status_code == 422
    assert "<title>Erreur" in response.text
    assert words in response.context["form"].errors[field][0]
    with tenant_context(ravel.pk):
        assert TrainingSession.objects.count() == 1


def test_a_move_shows_its_effect_before_it_is_confirmed(alice, ravel):
    session = opened(ravel, people=("zoe", "ali"))
    wanted = {"starts_on": "2026-12-01", "ends_on": "2026-12-02"}
    address = reverse("session-move", args=[session.pk])

    shown = alice.post(address, wanted)
    with tenant_context(ravel.pk):
        session.refresh_from_db()
        assert session.starts_on == TODAY - 7 * DAY
        assert not AuditEvent.objects.filter(action="session moved").exists()
    confirmed = alice.post(address, wanted | {"deed": "confirm"})

    assert (shown.context["effect"].before, shown.context["effect"].after) == (2, 0)
    assert "Aujourd’hui : 0 apprenant compté au lieu de 2." in plain(shown)
    assert confirmed.url == reverse("session", args=[session.pk])
    with tenant_context(ravel.pk):
        assert set(Enrollment.objects.values_list("counts_on", flat=True)) == {date(2026, 12, 1)}


def test_a_cancelled_session_counts_nothing_and_can_be_restored(alice, ravel):
    session = opened(ravel, people=("zoe", "ali"))
    page = reverse("session", args=[session.pk])
    assert "2 inscriptions ne compteront plus : 0 apprenant au lieu de 2." in " ".join(
        plain(alice.get(page)).replace("</b>", "").replace("<b>", "").split()
    )

    alice.post(reverse("session-cancel", args=[session.pk]))
    cancelled = alice.get(page)
    alice.post(reverse("session-restore", args=[session.pk]))

    assert cancelled.context["count"] == 0
    assert alice.get(page).context["count"] == 2
