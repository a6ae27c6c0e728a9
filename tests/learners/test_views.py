"""The import page: who may open it, what each button does."""

from datetime import date
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEvent, User
from accounts.tenancy import tenant_context
from learners import importing
from learners.csv_text import MAX_BYTES
from learners.models import Enrollment, TrainingSession

DATA = Path(__file__).parent.parent / "data"
HEADER = "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\n"
GOOD = "S1;Bilan;01/03/2026;02/03/2026;a@b.fr;A;B;inscrit;\n"
BAD = "S2;Bilan;31/02/2026;02/03/2026;<b>@b;A;B;inscrit;\n"

pytestmark = pytest.mark.usefixtures("places")


@pytest.fixture(autouse=True)
def _the_day_of_the_files():
    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def enter(client):
    """Sign somebody in."""

    def enter(name):
        client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
        return client

    return enter


def post(client, content, deed="import", **fields):
    if isinstance(content, str):
        content = content.encode()
    file = SimpleUploadedFile("inscriptions.csv", content)
    return client.post(reverse("imports"), {"file": file, "deed": deed, **fields})


def stored(organization):
    with tenant_context(organization.pk):
        return Enrollment.objects.count()


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 200), ("adam", 200), ("sam", 403), ("tara", 403), ("charlie", 200)],
)
@pytest.mark.parametrize("page", ["imports", "import-template"])
def test_the_page_opens_for_owner_and_administrators(enter, name, status, page):
    assert enter(name).get(reverse(page)).status_code == status


@pytest.mark.parametrize("page", ["imports", "import-template"])
def test_a_stranger_is_sent_to_the_login(client, page):
    response = client.get(reverse(page))

    assert response.status_code == 302
    assert response.url == f"{reverse('account_login')}?next={reverse(page)}"


@pytest.mark.parametrize("name", ["sam", "tara"])
def test_a_sales_rep_or_a_trainer_imports_nothing(enter, ravel, name):
    response = post(enter(name), HEADER + GOOD)

    assert response.status_code == 403
    assert stored(ravel) == 0


@pytest.mark.parametrize(("page", "method"), [("imports", "put"), ("import-template", "post")])
def test_another_method_is_refused(enter, page, method):
    assert getattr(enter("alice"), method)(reverse(page)).status_code == 405


@pytest.mark.parametrize("name", ["alice", "adam"])
def test_import_redirects_and_tells_once_what_was_done(enter, ravel, name):
    client = enter(name)

    response = post(client, (DATA / "inscriptions-excel.csv").read_bytes())
    page, again = client.get(response.url), client.get(response.url)

    assert (response.status_code, response.url) == (302, reverse("imports"))
    assert stored(ravel) == 549
    assert "Import terminé\u00a0: 549 lignes lues" in page.text
    assert "Apprenants comptés\u00a0: 0 avant, 179 après." in page.text
    assert "Import terminé" not in again.text
    with tenant_context(ravel.pk):
        event = AuditEvent.objects.get(action="enrollments imported")
        assert event.actor.email == f"{name}@exemple.fr"


def test_an_import_stays_in_the_organization_of_its_author(enter, places):
    post(enter("charlie"), HEADER + GOOD)

    assert (stored(places.elsewhere), stored(places.ravel)) == (1, 0)


def test_check_shows_the_effect_and_writes_nothing(enter, ravel):
    response = post(enter("alice"), (DATA / "inscriptions-ravel.csv").read_bytes(), "check")

    assert response.status_code == 200
    assert response.context["outcome"].created == 1220
    assert "Apprenants comptés\u00a0: 0 avant, 260 après." in response.text
    assert "séparateur virgule" in response.text
    assert stored(ravel) == 0


@pytest.mark.parametrize("deed", ["check", "import"])
def test_a_bad_line_is_shown_escaped_and_stops_everything(enter, ravel, deed):
    response = post(enter("alice"), HEADER + GOOD + BAD, deed)

    assert response.status_code == 422
    assert "<title>Erreur" in response.text
    assert "<code>31/02/2026</code>" in response.text
    assert "<code>&lt;b&gt;@b</code>" in response.text
    assert stored(ravel) == 0


def test_good_lines_are_imported_once_confirmed(enter, ravel):
    client = enter("alice")

    response = post(client, HEADER + GOOD + BAD, skips_errors="on")

    assert response.status_code == 302
    assert stored(ravel) == 1
    assert client.get(response.url).context["done"]["left_out"] == 1


def test_nothing_is_imported_without_a_good_line(enter, ravel):
    response = post(enter("alice"), HEADER + BAD, skips_errors="on")

    assert response.status_code == 422
    assert stored(ravel) == 0


@pytest.mark.parametrize(
    ("content", "status", "text"),
    [
        (b"", 422, "Le fichier est vide."),
        (b"PK\x03\x04", 422, "exportez-le en CSV"),
        (HEADER.encode(), 422, "Aucune ligne à importer."),
        (b"a" * (MAX_BYTES + 1), 413, "10\u00a0Mo et 50\u00a0000 lignes au plus. Coupez-le"),
        ((HEADER + GOOD * 50_001).encode(), 413, "Coupez-le en plusieurs fichiers."),
        (b"\x00\xff" * 40, 422, "Enregistrez en CSV UTF-8."),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(enter, content, status, text):
    response = post(enter("alice"), content)

    assert response.status_code == status
    assert text in response.text


def test_no_file_is_told_beside_the_field(enter):
    response = enter("alice").post(reverse("imports"), {"deed": "import"})

    assert response.status_code == 422
    assert response.context["form"].errors == {"file": ["Choisissez un fichier."]}


def test_the_template_can_be_imported_as_it_is(enter, ravel):
    client = enter("alice")

    response = client.get(reverse("import-template"))
    post(client, response.content)

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.decode("utf-8-sig") == importing.TEMPLATE
    with tenant_context(ravel.pk):
        session = TrainingSession.objects.get()
        assert (session.code, session.starts_on) == ("S2026-0001", date(2026, 1, 12))
        assert Enrollment.objects.count() == 2
