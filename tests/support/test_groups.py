from io import StringIO

from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts.tenancy import staff_context


def loaded() -> dict[str, list[str]]:
    return {
        group.name: sorted(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.prefetch_related("permissions")
    }


def test_the_groups_are_loaded_twice_without_a_difference_and_only_look(desk):
    said = StringIO()
    with staff_context():
        before = loaded()

    call_command("load_staff_groups", stdout=said)

    with staff_context():
        assert loaded() == before
    assert said.getvalue() == "Groupes : customer_care, manager, reader, sales_team.\n"
    assert set(before) == {"customer_care", "manager", "reader", "sales_team"}
    assert all(name.startswith("view_") for names in before.values() for name in names)
    assert "view_request" in before["reader"]
