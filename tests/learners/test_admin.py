"""Staff read sessions and counts of every organization, and write none."""

import dataclasses

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context, tenant_context
from learners import services
from learners.models import DailyCount
from tests.learners.test_services import ROW, START


@pytest.fixture
def staff_client(client, places):
    with tenant_context(places.ravel.pk):
        services.import_rows(organization=places.ravel, rows=[ROW], on=START, by=None)
    with staff_context():
        services.recount_all(on=START)
    client.force_login(User.objects.create_superuser("lea@digiforma.example", "secret"))
    return client


@pytest.mark.parametrize(
    ("model", "search", "shown"),
    [
        ("trainingsession", "S1", "Gestes et postures"),
        ("enrollment", "zoe@exemple.fr", "Zoé Été"),
        ("dailycount", "Ailleurs", "Ailleurs"),
    ],
)
def test_staff_find_a_row_and_change_none(staff_client, model, search, shown):
    page = staff_client.get(reverse(f"admin:learners_{model}_changelist"), {"q": search})
    added = staff_client.post(reverse(f"admin:learners_{model}_add"), {})

    assert (page.status_code, page.context["cl"].result_count) == (200, 1)
    assert shown in page.text
    assert added.status_code == 403


def test_staff_read_the_list_behind_each_version(staff_client, places):
    with tenant_context(places.ravel.pk):
        another = dataclasses.replace(ROW, email="b@c.fr", first_name="Bo", last_name="=1+1")
        services.import_rows(organization=places.ravel, rows=[another], on=START, by=None)
    with staff_context():
        services.recount_all(on=START)
        counts = DailyCount.objects.filter(organization=places.ravel).order_by("version")
        first, second = counts.values_list("pk", flat=True)

    page = staff_client.get(reverse("admin:learners_dailycount_change", args=[second])).text
    lists = [staff_client.get(listed(pk)).content.decode("utf-8-sig") for pk in (first, second)]

    assert "inscriptions : 2, sessions : 1, personnes : 2" in page
    assert f'<a href="{listed(second)}">Télécharger (CSV)</a>' in page
    zoe = '"Zoé Été";"S1";"Gestes et postures";"01/03/2026";"01/03/2027"'
    assert lists[0].splitlines()[1:] == [zoe]
    assert sorted(lists[1].splitlines()[1:]) == sorted([zoe.replace("Zoé Été", "Bo =1+1"), zoe])


def listed(pk: int) -> str:
    return reverse("admin:learners_dailycount_file", args=[pk])
