"""The three commands, on the customers' own files."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.tenancy import staff_context, tenant_context
from learners.models import DailyCount, Enrollment, Learner, TrainingSession

DATA = Path(__file__).parent.parent / "data"
FILES = ["inscriptions-ravel", "inscriptions-excel"]
HEADER = "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\n"

pytestmark = pytest.mark.usefixtures("the_day_of_the_files")


@pytest.fixture
def the_day_of_the_files():
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield


def run(*words):
    """Return what a command prints on its two outputs."""
    out, err = StringIO(), StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def refused(*words):
    """Return why a command refuses and what it printed before."""
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*words, stdout=out, stderr=err)
    assert out.getvalue() == ""
    return str(refusal.value), err.getvalue()


def expected_counts(name):
    return json.loads((DATA / f"{name}.counts.json").read_text())["counts"]


@pytest.mark.parametrize("name", FILES)
def test_a_customers_file_counts_what_it_should_on_every_day(name, ravel):
    run("import_enrollments", str(DATA / f"{name}.csv"), "--organization", "ravel")
    days = expected_counts(name)

    counts = {day: run("learner_count", "--organization", "ravel", "--on", day) for day in days}
    for day in days:
        run("recount_learners", "--on", day)

    assert counts == {day: (f"{count}\n", "") for day, count in days.items()}
    with tenant_context(ravel.pk):
        stored = DailyCount.objects.values_list("counted_on", "count")
        assert {f"{on}": count for on, count in stored} == days


def test_both_dialects_count_apart_in_two_organizations(places):
    for slug, name in zip(("ravel", "ailleurs"), FILES, strict=True):
        run("import_enrollments", str(DATA / f"{name}.csv"), "--organization", slug)

    for slug, name in zip(("ravel", "ailleurs"), FILES, strict=True):
        count = expected_counts(name)["2026-11-23"]
        assert run("learner_count", "--organization", slug) == (f"{count}\n", "")


def test_import_says_what_it_did_and_then_that_nothing_changed(ravel):
    words = ("import_enrollments", str(DATA / "inscriptions-ravel.csv"), "--organization", "ravel")

    first, progress = run(*words)
    second, _progress = run(*words)

    assert first == (
        "Import terminé.\n"
        "Organisme : Ravel.\n"
        "Inscriptions créées : 1220, mises à jour : 0, inchangées : 0.\n"
        f"Sessions créées : {sessions(ravel)}, mises à jour : 0. "
        f"Apprenants créés : {learners(ravel)}, mis à jour : 0.\n"
        "Apprenants comptés aujourd’hui : 0 avant, 260 après.\n"
    )
    assert progress == "Lecture de inscriptions-ravel.csv…\nÉcriture de 1220 lignes…\n"
    assert second == (
        "Import terminé.\n"
        "Organisme : Ravel.\n"
        "Inscriptions créées : 0, mises à jour : 0, inchangées : 1220.\n"
        "Sessions créées : 0, mises à jour : 0. Apprenants créés : 0, mis à jour : 0.\n"
        "Apprenants comptés aujourd’hui : 260 avant, 260 après.\n"
    )


def sessions(organization):
    with tenant_context(organization.pk):
        return TrainingSession.objects.count()


def learners(organization):
    with tenant_context(organization.pk):
        return Learner.objects.count()


def enrollments(organization):
    with tenant_context(organization.pk):
        return Enrollment.objects.count()


def test_a_dry_run_tells_the_same_and_writes_nothing(ravel):
    words = ("import_enrollments", str(DATA / "inscriptions-excel.csv"), "--organization", "ravel")

    tried, progress = run(*words, "--dry-run")

    assert (sessions(ravel), learners(ravel), enrollments(ravel)) == (0, 0, 0)
    assert "Fichier lu comme Windows-1252." in progress
    assert tried.startswith("Essai : rien n’a été écrit.\n")
    assert tried.splitlines()[1:] == run(*words)[0].splitlines()[1:]


def test_any_bad_line_stops_the_import_with_line_and_column(ravel, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        HEADER
        + "S1;Bilan;01/03/2026;02/03/2026;a@b.fr;A;B;inscrit;\n"
        + "S2;Bilan;31/02/2026;02/03/2026;a@b;A;B;inscrit;\n"
    )

    reason, told = refused("import_enrollments", str(file), "--organization", "ravel")

    assert reason == "Rien n’a été importé. Erreurs : 2."
    assert told == (
        "Lecture de a.csv…\n"
        "ligne 3, colonne debut « 31/02/2026 » : Cette date n’existe pas. [date_nonexistent]\n"
        "ligne 3, colonne email « a@b » : Adresse invalide : écrivez nom@domaine.fr. "
        "[email_invalid]\n"
    )
    assert (sessions(ravel), learners(ravel), enrollments(ravel)) == (0, 0, 0)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            ("import_enrollments", "absent.csv", "--organization", "ravel"),
            "Fichier illisible : absent.csv (No such file or directory).",
        ),
        (
            ("import_enrollments", "absent.csv", "--organization", "personne"),
            "Aucun organisme n’a l’identifiant « personne ».",
        ),
        (
            ("learner_count", "--organization", "personne"),
            "Aucun organisme n’a l’identifiant « personne ».",
        ),
        (
            ("learner_count", "--organization", "ravel", "--on", "2026-02-30"),
            "« 2026-02-30 » n’est pas un jour AAAA-MM-JJ qui existe.",
        ),
        (
            ("recount_learners", "--on", "23/11/2026"),
            "« 23/11/2026 » n’est pas un jour AAAA-MM-JJ qui existe.",
        ),
    ],
)
@pytest.mark.usefixtures("ravel")
def test_a_wrong_word_gets_one_sentence(words, reason):
    assert refused(*words) == (reason, "")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.usefixtures("ravel")
def test_learner_count_takes_any_day(day):
    assert run("learner_count", "--organization", "ravel", "--on", day) == ("0\n", "")


@pytest.mark.usefixtures("places")
def test_recount_without_a_day_counts_today():
    assert run("recount_learners") == ("Comptages écrits : 2.\n", "")
    assert run("recount_learners") == ("Comptages écrits : 0.\n", "")

    with staff_context():
        days = set(DailyCount.objects.values_list("counted_on", flat=True))
    assert days == {date(2026, 11, 23)}
