"""A person at the pages of an import, as tests need one."""

import re
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import tenant_context
from learners import tasks
from learners.models import Enrollment, EnrollmentImport

HEADER = "session;intitule;debut;fin;email;nom;prenom;statut;annule_le\n"
GOOD = "S1;Bilan;01/03/2026;02/03/2026;a@b.fr;A;B;inscrit;\n"
BAD = "S2;Bilan;31/02/2026;02/03/2026;<b>@b;A;B;inscrit;\n"


@dataclass(frozen=True)
class Desk:
    """Somebody signed in, who imports."""

    client: Client

    def deposit(self, content: str | bytes, name: str = "inscriptions.csv"):
        content = content.encode() if isinstance(content, str) else content
        return self.client.post(reverse("imports"), {"file": SimpleUploadedFile(name, content)})

    def match(self, number: int, **choices):
        """Take the columns as they are recognised, save those that are chosen here."""
        address = reverse("import-columns", args=[number])
        form = self.client.get(address).context["form"]
        first = {name: field.initial for name, field in form.fields.items()}
        return self.client.post(address, first | choices)

    def confirm(self, number: int, **fields):
        return self.client.post(reverse("import-confirm", args=[number]), fields)

    def show(self, number: int):
        return self.client.get(reverse("import", args=[number]))

    def checked(self, content: str | bytes, name: str = "inscriptions.csv") -> int:
        """Deposit a file and have it checked; return its number."""
        number = number_of(self.deposit(content, name))
        assert self.match(number).status_code == 302
        tasks.work_imports()
        return number

    def imported(self, content: str | bytes, name: str = "inscriptions.csv") -> int:
        """Deposit a file and have its good lines imported; return its number."""
        number = self.checked(content, name)
        assert self.confirm(number, skips_errors="on").status_code == 302
        tasks.work_imports()
        return number


def desk(name: str) -> Desk:
    client = Client()
    client.force_login(User.objects.get(email=f"{name}@exemple.fr"))
    return Desk(client)


def number_of(response) -> int:
    """Return the number of the import that a redirect leads to."""
    assert response.status_code == 302, response.context["form"].errors
    return int(re.search(r"/imports/(\d+)/", response.url)[1])


def enrollments(organization) -> int:
    with tenant_context(organization.pk):
        return Enrollment.objects.count()


def stored(organization, number: int) -> EnrollmentImport:
    with tenant_context(organization.pk):
        return EnrollmentImport.objects.get(pk=number)
