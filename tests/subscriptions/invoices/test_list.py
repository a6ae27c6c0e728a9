"""The list of the invoices of an account."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import staff_context
from subscriptions import account_credit
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.renewal import renew
from subscriptions.trials import start_trial
from tests import world
from tests.subscriptions.invoices.pages import PAGE, TODAY, pay, plain, renewed, text


def rows(response) -> list[str]:
    body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [plain(row) for row in body.split("</tr>")[:-1]]


def test_invoices_say_what_is_paid_late_due_and_credited(ravel, visit):
    with staff_context():
        late, paid, due = renewed(ravel, since=date(2026, 9, 9))
        pay(late, 4280, date(2026, 9, 30))
        pay(paid, 14280, date(2026, 10, 20))
        credit_days(subscription_id=due.subscription_id, days=3, on=TODAY, reason="panne")

    assert rows(visit("alice")) == [
        "A2026-000001 23 novembre 2026 du 23 novembre au 25 novembre 2026 -14,28 € – rien Avoir",
        "F2026-000003 9 novembre 2026 du 9 novembre au 8 décembre 2026 142,80 € 142,80 € "
        "À régler avant le 9 décembre",
        "F2026-000002 9 octobre 2026 du 9 octobre au 8 novembre 2026 142,80 € – rien Payée",
        "F2026-000001 9 septembre 2026 du 9 septembre au 8 octobre 2026 142,80 € 100,00 € "
        "En retard",
    ]


def test_invoices_settled_by_credit_await_nothing(ravel, visit):
    with staff_context():
        first, *_rest = renewed(ravel, since=date(2026, 11, 1), code="indep-plus")
        cancel_document(invoice_id=first.pk, on=date(2026, 11, 1), reason="erreur")
        world.subscribed(ravel, on=date(2026, 11, 2), code="indep-plus")
        left = account_credit.balance(ravel)

    found = rows(visit("alice"))

    assert left == 0
    assert found[0].endswith("70,80 € – rien Réglée par avoir")


def test_invoices_of_one_year_only(ravel, visit):
    with staff_context():
        renewed(ravel, since=date(2025, 11, 1))

    said = text(visit("alice", PAGE + "?annee=2025"))

    assert "Toutes 2026 2025" in said
    assert "F2025-000002" in said
    assert "F2026-" not in said


@pytest.mark.parametrize("year", ["1789", "9999"])
def test_invoices_of_a_year_without_any_say_so(ravel, visit, year):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 1))

    assert f"Aucun document en {year}." in text(visit("alice", f"{PAGE}?annee={year}"))


@pytest.mark.parametrize("query", ["?annee=x", "?annee=20266", "?page=nul", "?page=99"])
def test_invoices_of_a_nonsense_address_are_the_usual_ones(ravel, visit, query):
    with staff_context():
        renewed(ravel, since=date(2026, 11, 1))

    assert "F2026-000001" in text(visit("alice", PAGE + query))


def test_invoices_before_the_first_say_when_it_comes(ravel, visit):
    with staff_context():
        seller = world.plan("equipe").component.seller
        start_trial(
            organization=ravel,
            seller=seller,
            on=date(2026, 11, 25),
            plan=world.plan("equipe"),
            commitment="monthly",
        )

    assert "Votre première facture paraîtra ici le 9 décembre 2026." in text(visit("alice"))


def test_invoices_without_a_plan_in_view_promise_no_day(ravel, visit):
    assert "dès que vous aurez choisi une formule" in text(visit("alice"))


def test_invoices_cost_the_same_queries_for_three_and_for_forty(ravel, visit):
    with staff_context():
        subscription, _first = world.subscribed(ravel, on=date(2023, 7, 1))
        for _month in range(2):
            renew(subscription_id=subscription.pk, on=TODAY)
    with CaptureQueriesContext(
        connection,
    ) as few:
        visit("alice")
    with staff_context():
        for _month in range(38):
            renew(subscription_id=subscription.pk, on=TODAY)
    with CaptureQueriesContext(connection) as many:
        first = visit("alice")

    assert len(rows(first)) == 24
    assert "Page 1 sur 2" in text(first)
    assert len(rows(visit("alice", PAGE + "?page=2"))) == 17
    assert len(many) == len(few)
