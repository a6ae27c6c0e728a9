"""Which documents the desk calls late."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import issued
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.issued import with_paid
from subscriptions.lateness import Payable
from subscriptions.models import Invoice
from tests import world
from tests.subscriptions.desk.pages import TODAY
from tests.subscriptions.invoices.pages import pay

LIST = reverse("admin:subscriptions_invoice_changelist")


@pytest.fixture
def documents(ravel) -> list[Invoice]:
    """Ravel's invoices: one half paid, one paid, one due with a credit note; others settled."""
    with staff_context():
        half_paid, paid, due = Invoice.objects.order_by("pk")
        pay(half_paid, 4280, date(2026, 9, 30))
        pay(paid, 14280, date(2026, 10, 20))
        credit_days(subscription_id=due.subscription_id, days=3, on=TODAY, reason="panne")
        elsewhere = world.organization("Ailleurs", "ailleurs", owner=world.person("Charlie"))
        _subscription, first = world.subscribed(elsewhere, on=TODAY, code="indep-plus")
        cancel_document(invoice_id=first.pk, on=TODAY, reason="erreur")
        world.subscribed(elsewhere, on=TODAY + timedelta(days=1), code="indep-plus")
    return [half_paid, paid, due]


@pytest.mark.parametrize(
    "on", [TODAY, *(date(2026, 9, 8) + timedelta(days=days) for days in (0, 31, 32, 60, 61, 400))]
)
def test_what_is_late_in_the_database_is_late_on_the_page(documents, on):
    with staff_context():
        told = {
            each.number
            for each in with_paid(Invoice.objects.all())
            if issued.state(each, each.paid_cents, on) == Payable.LATE
        }

        assert {each.number for each in issued.late(Invoice.objects.all(), on=on)} == told


def test_the_list_filters_the_documents_that_are_late(documents, enter):
    half_paid, *_others = documents
    client = enter("remi")

    found = client.get(LIST, {"payment": "late"}).context["cl"].result_list
    every = client.get(LIST).context["cl"].result_count

    assert [each.number for each in found] == [half_paid.number]
    assert every == 7
