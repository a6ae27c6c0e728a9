"""The four pages of an import: who may open them, what each button does."""

import csv
import io
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, OutgoingMail
from accounts.tenancy import staff_context, tenant_context
from learners import importing, tasks
from learners.csv_text import MAX_BYTES
from learners.models import Enrollment, EnrollmentImport, Learner, TrainingSession
from tests.learners.deposits import BAD, GOOD, HEADER, desk, enrollments, number_of, stored

DATA = Path(__file__).parent.parent / "data"

pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture(autouse=True)
def _the_day_of_the_files():
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield


def test_a_stranger_is_sent_to_the_login(ravel):
    response = Client().get(reverse("imports"))

    assert response.url == f"{reverse('account_login')}?next={reverse('imports')}"


@pytest.mark.parametrize("name", ["sam", "tara"])
def test_a_sales_rep_or_a_trainer_deposits_nothing(ravel, name):
    assert desk(name).deposit(HEADER + GOOD).status_code == 403
    with tenant_context(ravel.pk):
        assert not EnrollmentImport.objects.exists()


def test_nothing_is_written_before_the_confirmation(ravel):
    alice = desk("alice")

    number = alice.checked(HEADER + GOOD)
    page = alice.show(number)

    with tenant_context(ravel.pk):
        written = [model.objects.count() for model in (TrainingSession, Learner, Enrollment)]
    assert written == [0, 0, 0]
    assert page.context["card"].outcome["created"] == 1
    assert "Importer 1 ligne" in page.text.replace("\xa0", " ")


@pytest.mark.parametrize("name", ["alice", "adam"])
def test_a_confirmed_file_is_imported_by_the_worker_and_mailed(ravel, name):
    somebody = desk(name)

    number = somebody.imported((DATA / "inscriptions-excel.csv").read_bytes())
    page = somebody.show(number)

    assert enrollments(ravel) == 549
    assert "Import terminé\u00a0: 549 lignes importées" in page.text
    with tenant_context(ravel.pk):
        event = AuditEvent.objects.get(action="enrollments imported")
        assert event.actor.email == f"{name}@exemple.fr"
    with staff_context():
        mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject) == (
        f"{name}@exemple.fr",
        "Import terminé : 549 lignes",
    )


def test_an_import_stays_in_the_organization_of_its_author(places):
    number = desk("charlie").imported(HEADER + GOOD)

    assert (enrollments(places.elsewhere), enrollments(places.ravel)) == (1, 0)
    assert desk("alice").show(number).status_code == 404
    assert desk("alice").confirm(number).status_code == 404


def test_a_long_file_is_checked_by_the_worker(ravel):
    alice = desk("alice")
    lines = [GOOD.replace("a@b.fr", f"a{n}@b.fr") for n in range(2_001)]
    number = number_of(alice.deposit(HEADER + "".join(lines)))

    alice.match(number)
    waiting = alice.show(number)
    tasks.work_imports()
    checked = alice.show(number)

    assert 'hx-trigger="every 2s"' in waiting.text
    assert "En attente" in waiting.text
    assert "hx-trigger" not in checked.text.partition('id="etape"')[2]
    assert checked.context["card"].outcome["created"] == 2_001


def test_good_lines_alone_are_imported_once_said(ravel):
    alice = desk("alice")
    number = alice.checked(HEADER + GOOD + BAD)

    unsaid = alice.confirm(number)
    said = alice.confirm(number, skips_errors="on")
    tasks.work_imports()

    assert (unsaid.status_code, said.status_code) == (409, 302)
    assert enrollments(ravel) == 1
    assert stored(ravel, number).report["bad_line_count"] == 1


def test_a_bad_line_is_shown_escaped_under_the_name_of_its_column(ravel):
    alice = desk("alice")
    number = alice.checked((HEADER + GOOD + BAD).replace("email", "Courriel"))

    page = alice.show(number).text

    assert "<code>31/02/2026</code>" in page
    assert "<code>&lt;b&gt;@b</code>" in page
    assert "<code>Courriel</code>" in page


def test_nothing_is_imported_without_a_good_line(ravel):
    alice = desk("alice")
    number = alice.checked(HEADER + BAD)

    assert alice.confirm(number, skips_errors="on").status_code == 409
    assert stored(ravel, number).state == "checked"


def test_nothing_is_imported_of_a_file_that_cannot_be_read_to_its_end(ravel):
    alice = desk("alice")
    number = alice.checked(HEADER + GOOD + 'S2;"Bilan;01/03/2026\n')

    page = alice.show(number)

    assert "ne se lit pas jusqu’au bout" in page.text
    assert "Importer" not in page.text.partition('class="panel__foot"')[2]
    assert alice.confirm(number, skips_errors="on").status_code == 409


def test_the_same_file_again_changes_nothing(ravel):
    alice = desk("alice")
    content = (DATA / "inscriptions-excel.csv").read_bytes()
    alice.imported(content)

    number = alice.checked(content)
    page = alice.show(number)

    assert "549 déjà inscrits" in page.text
    assert stored(ravel, number).report["outcome"]["changes"] == 0


def test_the_bad_lines_come_back_corrected(ravel):
    alice = desk("alice")
    formula = GOOD.replace("Bilan", "=1+1").replace("a@b.fr", "c@d.fr")
    bad = formula.replace("01/03/2026", "31/02/2026").replace("S1", "S9")
    number = alice.imported(HEADER + GOOD + bad)

    file = alice.client.get(reverse("import-bad-lines", args=[number]))
    header, line = csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    corrected = file.content.decode("utf-8-sig").replace("31/02/2026", "28/02/2026")
    alice.imported(corrected)

    assert header == [*HEADER.strip().split(";"), "problème"]
    assert line[1] == "'=1+1"
    assert line[-1] == "debut : Cette date n’existe pas."
    with tenant_context(ravel.pk):
        assert TrainingSession.objects.get(code="S9").title == "=1+1"


def test_columns_are_recognised_and_remembered(ravel):
    alice = desk("alice")
    header = "Réf;Titre;Date de début;Date de fin;E-mail;Nom;Prénom;Statut;Remarque\n"
    content = header + GOOD.replace("inscrit;", "inscrit;Convention reçue")
    number = number_of(alice.deposit(content))

    refused = alice.match(number)
    done = alice.match(number, c0="session")
    again = number_of(alice.deposit(content))
    form = alice.client.get(reverse("import-columns", args=[again])).context["form"]

    assert refused.status_code == 422
    assert "Aucune colonne du fichier ne correspond à\u00a0: «\u00a0Code de la session\u00a0»" in (
        refused.text
    )
    assert done.status_code == 302
    assert [field.initial for field in form.fields.values()] == [
        "session", "intitule", "debut", "fin", "email", "nom", "prenom", "statut", "",
    ]  # fmt: skip


def test_a_column_chosen_twice_is_refused(ravel):
    alice = desk("alice")
    number = number_of(alice.deposit(HEADER + GOOD))

    response = alice.match(number, c8="nom")

    assert response.status_code == 422
    assert "Plusieurs colonnes du fichier correspondent" in response.text


def test_an_abandoned_file_is_forgotten_at_once(ravel):
    alice = desk("alice")
    number = alice.checked(HEADER + GOOD + BAD)

    response = alice.client.post(reverse("import-abandon", args=[number]), follow=True)

    row = stored(ravel, number)
    assert (row.state, row.content, row.bad_lines, row.sample) == ("abandoned", None, None, [])
    assert "Abandonné avant l’import, rien n’a été écrit" in response.text
    assert alice.confirm(number).status_code == 302
    assert enrollments(ravel) == 0


@pytest.mark.parametrize(
    ("content", "name", "status", "text"),
    [
        (b"", "a.csv", 422, "Le fichier est vide."),
        (b"PK\x03\x04", "a.csv", 422, "exportez-le en CSV"),
        (b"PK\x03\x04", "a.xlsx", 422, "enregistrez-le de nouveau en .xlsx"),
        (b"\xd0\xcf\x11\xe0", "a.xls", 422, "enregistrez-le en .xlsx, sans mot de passe"),
        (HEADER.encode(), "a.csv", 422, "Aucune ligne à importer."),
        (b"a" * (MAX_BYTES + 1), "a.csv", 413, "10\u00a0Mo et 50\u00a0000 lignes au plus. Coupez"),
        ((HEADER + GOOD * 50_001).encode(), "a.csv", 413, "Coupez-le en plusieurs fichiers."),
        (b"\x00\xff" * 40, "a.csv", 422, "Enregistrez en CSV UTF-8."),
        ((";".join("a" * 201) + "\n").encode(), "a.csv", 422, "Plus de 200 colonnes"),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence_and_no_row(ravel, content, name, status, text):
    response = desk("alice").deposit(content, name)

    assert response.status_code == status
    assert text in response.text
    with tenant_context(ravel.pk):
        assert not EnrollmentImport.objects.exists()


def test_no_file_is_told_beside_the_field(ravel):
    response = desk("alice").client.post(reverse("imports"))

    assert response.status_code == 422
    assert response.context["form"].errors == {"file": ["Choisissez un fichier."]}


def test_the_template_can_be_imported_as_it_is(ravel):
    alice = desk("alice")

    response = alice.client.get(reverse("import-template"))
    alice.imported(response.content)

    assert response.content.decode("utf-8-sig") == importing.TEMPLATE
    assert enrollments(ravel) == 2
