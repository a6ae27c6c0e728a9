"""Staff read sessions and counts of every organization, and write none."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import staff_context, tenant_context
from learners import services
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
