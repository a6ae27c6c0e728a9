"""A world on sale, one organization in it, and documents told in plain tuples."""

import pytest

from accounts.tenancy import staff_context
from subscriptions.models import Invoice
from tests import world


@pytest.fixture
def staff(db):
    """Run the test in the staff's scope, where every organization is seen."""
    with staff_context():
        yield


@pytest.fixture
def ravel(staff):
    """Return Alice's organization, the catalogue being on sale."""
    world.put_on_sale()
    return world.organization()


@pytest.fixture
def seller(staff):
    """Return the seller of the catalogue, which is on sale."""
    return world.put_on_sale()


@pytest.fixture
def told():
    """Return a document's lines as (component, kind, first day, end, euros)."""

    def tell(invoice: Invoice) -> list[tuple]:
        return [
            (
                line.component.label,
                line.kind,
                line.starts_on.isoformat(),
                line.ends_before.isoformat(),
                f"{line.net_cents / 100:.2f}",
            )
            for line in invoice.lines.select_related("component").order_by("position")
        ]

    return tell
