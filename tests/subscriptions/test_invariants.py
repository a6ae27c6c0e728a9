"""A right database breaks nothing; each sabotage breaks the claim that speaks of it."""

import os
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection

from accounts.tenancy import staff_context
from subscriptions import agreements, invariants, items, renewal_run
from subscriptions.credit_notes import cancel_document, credit_days
from subscriptions.models import InvariantBreach, Invoice
from subscriptions.plan_changes import Change, change_at_term, change_now
from subscriptions.verification import tampered
from tests import world

START, TODAY = date(2026, 1, 31), date(2026, 4, 10)
AT = datetime(2026, 4, 10, 8, 20, tzinfo=UTC)


def a_full_life() -> None:
    """Issue every kind of document: periods, charges, credits, a carried line, credit notes."""
    with staff_context():
        world.put_on_sale()
        ravel = world.organization()
        subscription, _invoice = world.subscribed(ravel, on=START, options=("e-signature",))
        order = {"subscription_id": subscription.pk}
        option = [world.option("custom-fields")]
        items.add_items(**order, components=option, on=date(2026, 2, 3), operation="option")
        change = Change(plan=world.plan("orga"))
        change_now(**order, change=change, on=date(2026, 2, 10), operation="upgrade")
        agreements.add_discount(
            organization=ravel, percent=Decimal(10), periods=1, on=date(2026, 2, 12), reason="geste"
        )
        upgrade = Invoice.objects.get(lines__operation="upgrade", lines__kind="charge")
        cancel_document(invoice_id=upgrade.pk, on=date(2026, 2, 13), reason="erreur")
        credit_days(**order, days=3, on=date(2026, 2, 13), reason="panne")
        change_at_term(**order, change=Change(plan=world.plan("leader")), on=date(2026, 2, 14))
    renewal_run.run(on=TODAY)


@pytest.fixture
def life(committed_db):
    return committed_db


pytestmark = pytest.mark.seeded(by=a_full_life)


def test_a_right_database_breaks_nothing(life, capsys):
    with staff_context():
        assert invariants.broken(today=TODAY) == {}
        assert list(tampered()) == []

    call_command("verify_invoices")

    assert "documents vérifiés, aucun altéré" in capsys.readouterr().out


SABOTAGES = {
    "billed_in_time": "UPDATE subscriptions_subscription SET renews_on = '2026-04-08'",
    "trials_end": "UPDATE subscriptions_subscription SET status = 'trialing', "
    "trial_ends_on = '2026-04-08'",
    "active_has_a_plan": "UPDATE subscriptions_item SET ends_before = starts_on + 1 "
    "WHERE kind = 'plan' AND ends_before IS NULL",
    "active_has_a_commitment": "UPDATE subscriptions_commitmentspan SET ends_before = '2026-04-09'",
    "echeance_ends_a_period": "UPDATE subscriptions_subscription SET renews_on = '2026-05-01'",
    "periods_follow": "UPDATE subscriptions_period SET ends_before = ends_before - 1 "
    "WHERE number = 0",
    "periods_are_numbered": "DELETE FROM subscriptions_period WHERE number = 1",
    "periods_are_billed": "DELETE FROM subscriptions_invoiceline WHERE starts_on = '2026-03-31'",
    "a_period_is_billed_once": "DROP INDEX period_billed_once; INSERT INTO "
    "subscriptions_invoiceline SELECT (l).* FROM (SELECT l #= hstore('id', (id + 1000)::text) AS l "
    "FROM subscriptions_invoiceline AS l WHERE kind = 'period' LIMIT 1) AS copy",
    "lines_add_up": "UPDATE subscriptions_invoiceline SET net_cents = net_cents + 1",
    "vat_adds_up": "UPDATE subscriptions_invoice SET vat_totals = '[]'",
    "gross_adds_up": "ALTER TABLE subscriptions_invoice DROP CONSTRAINT gross_is_net_and_vat; "
    "UPDATE subscriptions_invoice SET gross_cents = gross_cents + 1",
    "credits_within_billed": "UPDATE subscriptions_invoiceline SET net_cents = net_cents - 50000 "
    "WHERE kind = 'credit'",
    "numbers_have_no_gap": "DELETE FROM subscriptions_invoice WHERE number = 'F2026-000002'",
    "dates_never_go_back": "UPDATE subscriptions_invoice SET issued_on = '2020-01-01' "
    "WHERE number = 'F2026-000003'",
    "the_chain_holds": "UPDATE subscriptions_invoice SET previous_hash = 'x' "
    "WHERE number = 'F2026-000002'",
    "the_counter_holds_the_last_link": "UPDATE subscriptions_numberseries SET last_hash = 'x'",
    "credit_notes_correct": "ALTER TABLE subscriptions_invoice DROP CONSTRAINT document_sign; "
    "UPDATE subscriptions_invoice SET corrects_id = NULL",
    "nothing_is_paid_twice": "INSERT INTO subscriptions_payment (organization_id, invoice_id, "
    "amount_cents, received_on, reference, created_at) SELECT organization_id, id, "
    "gross_cents + 1, issued_on, 'x', now() FROM subscriptions_invoice WHERE kind = 'invoice'",
    "credit_used_is_recorded": "UPDATE subscriptions_invoice SET credit_used_cents = 1",
    "credit_is_used_once": "UPDATE subscriptions_accountcredit SET amount_cents = 1",
    "credit_notes_leave_credit": "UPDATE subscriptions_accountcredit SET amount_cents = 1",
    "pending_changes_are_carried_out": "UPDATE subscriptions_pendingchange SET state = 'waiting'",
    "the_gate_follows_the_overrun": "INSERT INTO learners_enrollmentgate (organization_id, "
    "closed_from, \"limit\") SELECT id, '2026-04-01', 500 FROM accounts_organization",
    "entries_add_up": "INSERT INTO learners_entrytally (organization_id, counts_on, units) "
    "SELECT id, '2026-04-01', 1 FROM accounts_organization",
    "seats_follow_the_plan": "UPDATE accounts_seatlimit SET trainers = 1",
}


@pytest.fixture
def sabotage(life):
    """Run statements as the superuser with triggers switched off."""
    socket = os.environ.get("TEST_SUPERUSER")
    if not socket:
        pytest.skip("the superuser of an outside PostgreSQL is not ours")

    def run(statements: str) -> None:
        name = connection.settings_dict["NAME"]
        with closing(psycopg2.connect(f"{socket} dbname={name}")) as session:
            cursor = session.cursor()
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("CREATE EXTENSION IF NOT EXISTS hstore")
            cursor.execute(statements)
            session.commit()

    return run


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_sabotage_breaks_the_claim_that_speaks_of_it(sabotage, name):
    sabotage(SABOTAGES[name])

    with staff_context():
        assert name in {each.name for each in invariants.broken(today=TODAY)}


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE subscriptions_invoiceline SET designation = 'autre chose' WHERE position = 1",
            "F2026-000001 : le contenu ne correspond plus à son empreinte",
        ),
        (
            "DELETE FROM subscriptions_invoice WHERE number = 'F2026-000002'",
            "F2026 : F2026-000003 suit le numéro 1",
        ),
        (
            "UPDATE subscriptions_invoice SET buyer_identity = '{}' WHERE number = 'F2026-000001'",
            "F2026-000001 : le contenu ne correspond plus à son empreinte",
        ),
    ],
)
def test_a_tampered_document_is_named(sabotage, statement, sentence, capsys):
    sabotage(statement)

    with pytest.raises(SystemExit):
        call_command("verify_invoices")

    assert sentence in capsys.readouterr().err


def test_a_breach_is_kept_once_and_mended(sabotage):
    sabotage("UPDATE accounts_seatlimit SET trainers = 1")
    with staff_context():
        invariants.check(today=TODAY, at=AT)
        invariants.check(today=TODAY, at=AT)
    sabotage("UPDATE accounts_seatlimit SET trainers = NULL, administrators = NULL")

    with staff_context():
        invariants.check(today=TODAY, at=AT.replace(hour=9))

        breach = InvariantBreach.objects.get()
        assert (breach.name, breach.rows) == ("seats_follow_the_plan", 1)
        assert breach.mended_at == AT.replace(hour=9)


def test_the_admin_is_red_while_an_invariant_is_broken(sabotage, client):
    call_command("load_staff_groups", verbosity=0)
    client.force_login(world.staff("Lea", "customer_care"))
    calm = client.get("/admin/").content.decode()
    sabotage("UPDATE accounts_seatlimit SET trainers = 1")
    with staff_context():
        invariants.check(today=TODAY, at=AT)

    red = client.get("/admin/").content.decode()

    assert "Invariant rompu" not in calm
    assert "Les places écrites sont celles de la formule en cours." in red
