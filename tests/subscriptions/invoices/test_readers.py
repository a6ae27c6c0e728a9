"""Who reads the invoices, role by role; Charlie is from elsewhere."""

from datetime import date

import pytest

from accounts.tenancy import staff_context
from tests.subscriptions.invoices.pages import PAGE, renewed, text


@pytest.mark.parametrize("name", ["Alice", "Adam"])
def test_owner_and_administrators_read(ravel, visit, name):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    assert "F2026-000001" in text(visit(name))
    assert "Facture F2026-000001" in text(visit(name, PAGE + "F2026-000001/"))


@pytest.mark.parametrize("name", ["Sam", "Tara"])
@pytest.mark.parametrize("address", [PAGE, PAGE + "F2026-000001/", PAGE + "F2026-999999/"])
def test_sales_reps_and_trainers_are_refused(ravel, visit, name, address):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    response = visit(name, address)

    assert response.status_code == 403
    assert "alice@exemple.fr" in response.text
    assert "F2026" not in response.text.replace(address, "")


def test_strangers_find_nothing(ravel, visit, client):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 9))

    assert visit("Charlie", PAGE + "F2026-000001/").status_code == 404
    assert "F2026" not in text(visit("Charlie"))
    client.logout()
    assert client.get(PAGE).headers["Location"] == f"/connexion/?next={PAGE}"


@pytest.mark.parametrize("address", [PAGE, PAGE + "F2026-000001/"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_documents_are_only_read(ravel, visit, address, method):
    assert visit("Alice", address, method).status_code == 405
