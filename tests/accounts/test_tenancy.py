"""What row-level security holds, table by table: docs/tenancy.md says which fact each test is."""

import re
from io import StringIO

import psycopg2
import pytest
from django.apps import apps
from django.db import Error, IntegrityError, connection, transaction

from accounts import tenancy
from accounts.models import Membership, Organization, OutgoingMail
from accounts.roles import Role
from accounts.tenancy import (
    NestedScope,
    SecureTenantTable,
    person_context,
    set_tenant,
    staff_context,
    tenant_context,
)
from learners.models import Learner
from tests.neighbours import settle, tenant_models

TABLES = pytest.mark.parametrize(
    "model", tenant_models(), ids=[model._meta.label for model in tenant_models()]
)
BONDS = [
    (model, field)
    for model in tenant_models()
    for field in model._meta.concrete_fields
    if field.related_model in tenant_models()
]


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """Settle the two organizations once for this module, and take them back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield settle()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def undone(town):
    """Undo what one test wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def ravel(town) -> Organization:
    return town["ravel"].organization


@pytest.fixture
def atelier(town) -> Organization:
    return town["atelier"].organization


def execute(statement: str, params=()) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def refusal(deed) -> str:
    """Run what the database must refuse, in a savepoint, and return what it says."""
    with pytest.raises((Error, psycopg2.Error)) as refused, transaction.atomic():
        deed()
    return str(refused.value)


def row_of(model, organization):
    with staff_context():
        return model._default_manager.filter(organization=organization).earliest("pk")


def organizations_seen(model) -> set[int]:
    return set(model._default_manager.values_list("organization_id", flat=True))


# Every tenant table (L1, P2)


@TABLES
def test_a_query_without_a_filter_sees_the_rows_of_one_organization(model, ravel, atelier):
    with tenant_context(ravel.pk):
        of_ravel = organizations_seen(model)
    with tenant_context(atelier.pk):
        of_atelier = organizations_seen(model)

    assert (of_ravel, of_atelier) == ({ravel.pk}, {atelier.pk})


@TABLES
def test_raw_sql_sees_no_more(model, ravel):
    with tenant_context(ravel.pk):
        seen = execute(f'SELECT DISTINCT organization_id FROM "{model._meta.db_table}"')

    assert seen == [(ravel.pk,)]


@TABLES
def test_nobody_in_particular_sees_nothing(model):
    assert model._default_manager.count() == 0


@TABLES
def test_staff_see_the_rows_of_all(model, ravel, atelier):
    with staff_context():
        assert organizations_seen(model) == {ravel.pk, atelier.pk}


@TABLES
@pytest.mark.parametrize("as_whom", ["a neighbour", "nobody"])
def test_a_row_written_for_another_organization_is_refused(model, as_whom, ravel, atelier):
    row = row_of(model, atelier)
    row.pk, row._state.adding = None, True

    def write():
        if as_whom == "a neighbour":
            set_tenant(ravel.pk)
        row.save(force_insert=True)

    assert "row-level security" in refusal(write)


@TABLES
def test_a_row_of_another_organization_can_be_neither_changed_nor_deleted(model, ravel, atelier):
    theirs = row_of(model, atelier)
    table = f'"{model._meta.db_table}"'

    with tenant_context(ravel.pk):
        changed = model._default_manager.filter(pk=theirs.pk).update(organization=ravel)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [theirs.pk])
            deleted = cursor.rowcount

    assert (changed, deleted) == (0, 0)
    assert row_of(model, atelier) == theirs


@TABLES
def test_a_row_cannot_be_given_to_another_organization(model, ravel, atelier):
    ours = row_of(model, ravel)

    def give():
        set_tenant(ravel.pk)
        model._default_manager.filter(pk=ours.pk).update(organization=atelier)

    assert re.search("row-level security|pgtrigger: Cannot update", refusal(give))


@pytest.mark.parametrize(
    ("model", "field"), BONDS, ids=[f"{model._meta.label}.{field.name}" for model, field in BONDS]
)
def test_a_row_cannot_hang_on_a_row_of_another_organization(model, field, ravel, atelier):
    """The composite key stands even where the triggers that freeze a row do not (L11)."""
    ours, theirs = row_of(model, ravel), row_of(field.related_model, atelier)
    table = f'"{model._meta.db_table}"'

    def hang():
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("SET LOCAL ROLE dg_owner")
        set_tenant(ravel.pk)
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        execute(
            f'UPDATE {table} SET "{field.column}" = %s WHERE id = %s RETURNING id',
            [theirs.pk, ours.pk],
        )

    with pytest.raises(IntegrityError, match="violates foreign key constraint"):
        hang()


def test_every_bond_between_tenant_tables_is_tried():
    assert len(BONDS) >= len(tenant_models()) / 2


# Organizations and people


def test_an_organization_sees_itself_alone(ravel):
    with tenant_context(ravel.pk):
        assert list(Organization.objects.all()) == [ravel]


def test_nobody_in_particular_sees_no_organization(town):
    assert list(Organization.objects.all()) == []


def test_an_organization_cannot_be_founded_without_staff(ravel):
    def found():
        set_tenant(ravel.pk)
        Organization.objects.create(name="Fantôme", slug="fantome")

    assert "row-level security" in refusal(found)


def test_a_person_sees_their_own_accesses_and_the_organizations_behind_them(town, ravel):
    sam = town["ravel"].people[Role.SALES]

    with person_context(sam.pk):
        accesses = list(Membership.objects.values_list("user__email", "organization__name"))
        organizations = list(Organization.objects.all())

    assert (accesses, organizations) == ([("sam@exemple.fr", "Ravel")], [ravel])


def test_a_person_cannot_raise_their_own_access(town):
    sam = town["ravel"].people[Role.SALES]

    with person_context(sam.pk):
        raised = Membership.objects.filter(user=sam).update(role=Role.ADMINISTRATOR)

    assert raised == 0


def test_a_person_who_chose_an_organization_sees_its_rows(town, ravel):
    sam = town["ravel"].people[Role.SALES]

    with person_context(sam.pk):
        set_tenant(ravel.pk)
        seen = organizations_seen(Learner)

    assert seen == {ravel.pk}


def test_mails_can_be_written_by_anybody_and_read_by_staff_alone(ravel):
    mail = OutgoingMail(recipient="a@exemple.fr", dedupe_key="k", subject="s", text="t", html="h")
    OutgoingMail.objects.bulk_create([mail])

    with tenant_context(ravel.pk):
        seen_by_ravel = OutgoingMail.objects.count()
    with staff_context():
        seen_by_staff = OutgoingMail.objects.filter(pk=mail.pk).count()

    assert (OutgoingMail.objects.count(), seen_by_ravel, seen_by_staff) == (0, 0, 1)


# Scopes

STATE = """
    SELECT current_user, coalesce(current_setting('app.tenant_id', true), ''),
           coalesce(current_setting('app.user_id', true), '')
"""
NOTHING = [("dg_app", "", "")]
SCOPES = {
    "tenant": lambda: tenant_context(1),
    "person": lambda: person_context(1),
    "staff": staff_context,
}


@pytest.mark.parametrize("inner", SCOPES)
@pytest.mark.parametrize("outer", SCOPES)
def test_scopes_do_not_nest(outer, inner):
    with SCOPES[outer](), pytest.raises(NestedScope, match=f" inside {outer}|inside organization"):
        SCOPES[inner]().__enter__()

    assert execute(STATE) == NOTHING


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_leaves_nothing_behind_in_an_outer_transaction(scope):
    with SCOPES[scope]():
        inside = execute(STATE)

    assert inside != NOTHING
    assert execute(STATE) == NOTHING


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_fails_leaves_nothing_behind(scope):
    with pytest.raises(ZeroDivisionError), SCOPES[scope]():
        raise ZeroDivisionError

    assert execute(STATE) == NOTHING


def test_a_scope_whose_query_fails_leaves_nothing_behind(ravel):
    with pytest.raises(Error, match="division by zero"), tenant_context(ravel.pk):
        execute("SELECT 1 / 0")

    assert execute(STATE) == NOTHING


def test_after_a_scope_a_query_finds_nothing_and_does_not_fail(ravel):
    """The setting is '' from then on, not null: without NULLIF the cast would fail (L6)."""
    with tenant_context(ravel.pk):
        execute("SELECT 1")

    assert execute("SELECT current_setting('app.tenant_id', true)") == [("",)]
    assert Learner.objects.count() == 0


def test_rows_read_after_the_scope_are_not_there(ravel):
    """What a streamed answer would meet; a generator opens a scope of its own (L5)."""
    with tenant_context(ravel.pk):
        late = Learner.objects.values_list("organization_id", flat=True).iterator()

    assert list(late) == []


def test_the_database_refuses_what_row_level_security_does_not_see(ravel):
    """COPY and TRUNCATE pass by the policies (L12)."""

    def copy():
        set_tenant(ravel.pk)
        with connection.cursor() as cursor:
            cursor.copy_expert("COPY learners_learner (email) FROM STDIN", StringIO())

    assert "COPY FROM not supported with row-level security" in refusal(copy)
    assert "permission denied" in refusal(lambda: execute("TRUNCATE learners_learner"))


@pytest.mark.parametrize(("lookup", "is_indexed"), [("email", True), ("email__iexact", False)])
def test_an_address_is_found_by_its_index_in_a_scope(ravel, lookup, is_indexed):
    """Under a policy only leakproof operators reach an index: compare with plain equality (L13)."""
    with tenant_context(ravel.pk):
        Learner.objects.bulk_create(
            Learner(organization=ravel, email=f"{number}@exemple.fr") for number in range(1000)
        )
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET LOCAL ROLE dg_owner")
    execute("CREATE INDEX ON learners_learner (organization_id, upper(email))")
    execute("ANALYZE learners_learner")
    execute("SET LOCAL ROLE dg_app")

    with tenant_context(ravel.pk):
        plan = Learner.objects.filter(**{lookup: "7@exemple.fr"}).explain()

    conditions = " ".join(re.findall(r"Index Cond: (.*)", plan))
    assert ("email" in conditions) == is_indexed


# The migration


def test_secure_tenant_table_can_be_taken_back(town):
    operation = SecureTenantTable("dailycount")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET LOCAL ROLE dg_owner")

    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("learners", editor, _State, _State)
        bare = _security("learners_dailycount")
        operation.database_forwards("learners", editor, _State, _State)

    assert bare == (False, 0)
    assert _security("learners_dailycount") == (True, 2)


class _State:
    """What a migration operation asks of the project's state."""

    apps = apps


def _security(table: str) -> tuple[bool, int]:
    (row,) = execute(
        "SELECT relrowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid) "
        "FROM pg_class WHERE relname = %s",
        [table],
    )
    return row


def test_the_roles_that_the_code_names_exist():
    wanted = {tenancy.APP_ROLE, tenancy.STAFF_ROLE}

    assert {name for (name,) in execute("SELECT rolname FROM pg_roles")} >= wanted
