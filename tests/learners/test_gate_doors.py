"""New enrolments refused at each door, with the reason and the way out (R20)."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.views import APIView

from accounts.tenancy import tenant_context
from learners import gate, services
from learners.gate import EnrollmentRefused
from learners.models import Enrollment, EnrollmentGate
from tests.learners.deposits import desk
from tests.learners.test_gate import rows

TODAY = date(2026, 12, 6)
HEADER = "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\n"
KNOWN = "".join(
    f"S1;Gestes;05/12/2026;05/12/2026;a{number}@exemple.fr;Été;Zoé;inscrit;\n"
    for number in range(3)
)
NEW = "S1;Gestes;05/12/2026;05/12/2026;neuf@exemple.fr;Neuf;Nora;inscrit;\n"
REASON = (
    "Les nouvelles inscriptions sont refusées depuis le 06/12/2026 : 3 apprenants comptés pour "
    "une limite de 2."
)


@pytest.fixture
def ravel(places):
    """Ravel, three learners for a limit of two, on the first day of the refusal."""
    with time_machine.travel("2026-12-06T10:00:00+01:00", tick=False):
        with tenant_context(places.ravel.pk):
            told = {"organization": places.ravel, "rows": rows(3), "by": None}
            services.import_rows(**told, on=TODAY - timedelta(days=1))
            EnrollmentGate.objects.create(organization=places.ravel, limit=2, closed_from=TODAY)
        yield places.ravel


def enrolled(organization) -> int:
    with tenant_context(organization.pk):
        return Enrollment.objects.count()


# The command


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_the_command_refuses_a_file_with_a_new_line(ravel, tmp_path, dry_run):
    file = tmp_path / "inscriptions.csv"
    file.write_text(HEADER + KNOWN + NEW)

    with pytest.raises(CommandError) as refused:
        call_command("import_enrollments", str(file), "--organization", "ravel", *dry_run)

    assert str(refused.value).startswith(f"Rien n’a été importé. {REASON}")
    assert str(refused.value).endswith("[enrollments_closed]")
    assert enrolled(ravel) == 3


def test_the_command_takes_a_file_that_is_known(ravel, tmp_path, capsys):
    file = tmp_path / "inscriptions.csv"
    file.write_text(HEADER + KNOWN)

    call_command("import_enrollments", str(file), "--organization", "ravel")

    assert "Inscriptions créées : 0, mises à jour : 0, inchangées : 3." in capsys.readouterr().out


# The page


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("alice", "Changer de formule"),
        ("adam", "Alice, possesseur du compte, valide le changement de formule."),
    ],
)
def test_the_page_refuses_a_file_with_a_new_line(ravel, name, way_out):
    somebody = desk(name)
    number = somebody.checked(HEADER + KNOWN + NEW)

    answer = somebody.confirm(number)

    page = answer.text.replace("\u00a0", " ")
    assert (somebody.show(number).status_code, answer.status_code) == (200, 409)
    assert "Les nouvelles inscriptions sont refusées depuis le 6 décembre 2026" in page
    assert "3 apprenants sont comptés pour une limite de 2." in page
    assert way_out in page
    assert f'href="{reverse("plans")}"' in page
    assert f'href="{reverse("contact")}">Écrire au support' in page
    assert enrolled(ravel) == 3


def test_the_page_takes_a_file_that_is_known(ravel):
    adam = desk("adam")

    number = adam.checked(HEADER + KNOWN.replace("inscrit", "Inscrit"))

    assert "3 déjà inscrits" in adam.show(number).text
    assert adam.confirm(number).status_code == 302


# The API


def test_the_api_answers_with_a_problem(ravel):
    class Enrolling(APIView):
        authentication_classes = permission_classes = ()

        def post(self, request):
            gate.check(ravel, on=TODAY)

    with tenant_context(ravel.pk):
        answer = Enrolling.as_view()(RequestFactory().post("/")).render()

    told = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert (told["code"], told["errors"][0]["code"]) == ("enrollments_closed",) * 2
    assert told["errors"][0]["message"].startswith(REASON)


# What a person does one by one


def test_the_service_refuses_whoever_calls_it(ravel):
    with tenant_context(ravel.pk):
        with pytest.raises(EnrollmentRefused):
            services.import_rows(organization=ravel, rows=rows(4), on=TODAY, by=None)
        assert Enrollment.objects.count() == 3
