"""Issued documents, published prices and the journal never change, whoever asks in SQL (R12)."""

import os
from contextlib import closing

import psycopg2
import pytest
from django.apps import apps
from django.db import Error, connection, transaction

from accounts.models import Organization
from accounts.tenancy import set_tenant, staff_context, tenant_context
from digiforma.sandbox.roles import database_role
from tests.neighbours import settle

ATTACKS = {
    "another amount": "UPDATE subscriptions_invoice SET net_cents = 1, gross_cents = 1",
    "another number": "UPDATE subscriptions_invoice SET number = 'F2026-999999'",
    "another day": "UPDATE subscriptions_invoice SET issued_on = issued_on - 30",
    "another buyer": "UPDATE subscriptions_invoice SET buyer_identity = '{}'",
    "another hash": "UPDATE subscriptions_invoice SET hash = ''",
    "no invoice": "DELETE FROM subscriptions_invoice",
    "upsert": (
        "INSERT INTO subscriptions_invoice SELECT * FROM subscriptions_invoice "
        "ON CONFLICT (id) DO UPDATE SET net_cents = 1, gross_cents = 1"
    ),
    "merge": (
        "MERGE INTO subscriptions_invoice AS kept USING subscriptions_invoice AS again "
        "ON kept.id = again.id WHEN MATCHED THEN DELETE"
    ),
    "another line": "UPDATE subscriptions_invoiceline SET net_cents = 0",
    "a line moved": "UPDATE subscriptions_invoiceline SET position = position + 1",
    "no line": "DELETE FROM subscriptions_invoiceline",
    "another payment": "UPDATE subscriptions_payment SET amount_cents = amount_cents + 1",
    "no payment": "DELETE FROM subscriptions_payment",
    "another credit": "UPDATE subscriptions_accountcredit SET amount_cents = 100000",
    "a credit unused": "DELETE FROM subscriptions_credituse",
    "another price": "UPDATE subscriptions_price SET amount_cents = 0",
    "no price": "DELETE FROM subscriptions_price",
    "a list antedated": "UPDATE subscriptions_pricelist SET effective_on = '2020-01-01'",
    "no list": "DELETE FROM subscriptions_pricelist",
    "another quote": "UPDATE support_quote SET net_cents = 1, gross_cents = 1",
    "no quote": "DELETE FROM support_quote",
    "another word": "UPDATE support_message SET body = 'Rien.'",
    "another history": "UPDATE support_requestevent SET happened_on = '2020-01-01'",
    "no request": "DELETE FROM support_request",
    "another deed": "UPDATE accounts_auditevent SET action = 'nothing'",
    "no deed": "DELETE FROM accounts_auditevent",
}
FROZEN = [
    "subscriptions_invoice",
    "subscriptions_invoiceline",
    "subscriptions_payment",
    "subscriptions_accountcredit",
    "subscriptions_credituse",
    "subscriptions_price",
    "subscriptions_pricelist",
    "support_request",
    "support_requestevent",
    "support_message",
    "support_quote",
    "accounts_auditevent",
]
EMPTYING = {f"empty {table}": f"TRUNCATE {table} CASCADE" for table in FROZEN}
SWITCHES = {
    "triggers off": "ALTER TABLE subscriptions_invoice DISABLE TRIGGER ALL",
    "no table": "DROP TABLE subscriptions_payment",
    "replica": "SET LOCAL session_replication_role = replica",
    "security off": "ALTER TABLE subscriptions_invoice DISABLE ROW LEVEL SECURITY",
}
BY_TRIGGER = r"pgtrigger: Cannot (update|delete|truncate|update or delete) "
BY_RIGHT = r"permission denied|must be owner"


def cases(attacks: dict[str, str]):
    return pytest.mark.parametrize("attack", attacks.values(), ids=attacks.keys())


@pytest.fixture(scope="module", autouse=True)
def town(clones, django_db_blocker):
    """Settle two organizations in a database of this module; a refused attack leaves it as is."""
    with django_db_blocker.unblock(), clones.one(settle):
        yield


@pytest.fixture
def ravel():
    with staff_context():
        return Organization.objects.get(slug="ravel")


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# As the application, in an organization and as staff


@cases(ATTACKS)
def test_the_application_changes_nothing_issued(attack, ravel):
    with pytest.raises(Error, match=BY_TRIGGER), tenant_context(ravel.pk):
        execute(attack)


@cases(ATTACKS)
def test_staff_change_nothing_issued(attack):
    with pytest.raises(Error, match=BY_TRIGGER), staff_context():
        execute(attack)


@cases(EMPTYING | SWITCHES)
def test_the_application_empties_nothing_and_switches_nothing_off(attack, ravel):
    with pytest.raises(Error, match=BY_RIGHT), tenant_context(ravel.pk):
        execute(attack)


@cases(EMPTYING | SWITCHES)
def test_staff_empty_nothing_and_switch_nothing_off(attack):
    with pytest.raises(Error, match=BY_RIGHT), staff_context():
        execute(attack)


# As the owner of the tables, and as the superuser


@pytest.fixture
def as_owner(ravel):
    """Run statements as dg_owner, whom forced row-level security binds too."""

    def run(statement: str) -> None:
        with transaction.atomic():
            set_tenant(ravel.pk)
            execute(statement)

    with database_role("dg_owner"):
        yield run


@cases(ATTACKS | EMPTYING)
def test_the_owner_of_the_tables_changes_nothing_issued(attack, as_owner):
    with pytest.raises(Error, match=BY_TRIGGER):
        as_owner(attack)


@pytest.fixture
def as_superuser():
    """Run statements as the superuser, whom row-level security does not bind."""
    socket = os.environ.get("TEST_SUPERUSER")
    if not socket:
        pytest.skip("the superuser of an outside PostgreSQL is not ours")
    name = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(f"{socket} dbname={name}")) as session:
        yield session.cursor().execute


@cases(ATTACKS | EMPTYING)
def test_the_superuser_changes_nothing_issued(attack, as_superuser):
    with pytest.raises(psycopg2.Error, match=BY_TRIGGER):
        as_superuser(attack)


def test_every_table_that_refuses_update_refuses_truncate():
    """A row trigger does not see TRUNCATE: what is written once has both."""
    protected = {
        model._meta.db_table: {trigger.name for trigger in model._meta.triggers}
        for model in apps.get_models()
        if getattr(model._meta, "triggers", None)
    }
    written_once = {
        table
        for table, names in protected.items()
        if names & {"frozen", "published", "append_only", "kept"}
    }

    assert {table for table in written_once if "never_emptied" not in protected[table]} == set()
    assert written_once >= set(FROZEN)
