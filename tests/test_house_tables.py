"""The house checks its tables and roles: docs/tenancy.md tells why."""

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Organization
from accounts.tenancy import TenantModel, TenantPart

pytestmark = pytest.mark.django_db

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
TENANT_TABLES = {model._meta.db_table for model in TENANT_MODELS}
OF_NOBODY = {  # what belongs to no organization; a new table stands here or has organization_id
    "accounts_outgoingmail",  # rows go in, staff read them
    "accounts_user",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "digiforma_cache",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "options_option",
    "subscriptions_component",
    "subscriptions_invariantbreach",
    "subscriptions_numberseries",
    "subscriptions_plan",
    "subscriptions_plan_includes",
    "subscriptions_price",
    "subscriptions_pricelist",
    "subscriptions_seller",
    "support_busyseason",  # staff announce, customers read
    "support_cannedreply",  # staff's own
    "support_contactevent",  # staff's own
    "support_contactmessage",  # rows go in, staff read them
    "support_deskmeasure",  # staff's figures, customers read
    "support_inboundmail",  # staff's own
    "support_requestcounter",
}
OF_THE_SELLER = {  # unique over all organizations, since the seller numbers for all of them
    "subscriptions_invoice.one_document_per_number",
    "support_request.support_request_reference_key",
}
TENANT = "(NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::bigint"
PERSON = "(NULLIF(current_setting('app.user_id'::text, true), ''::text))::bigint"


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def grouped(statement: str) -> dict[str, set]:
    """Group the rest of each row by its first column."""
    found = {}
    for key, *rest in rows(statement):
        found.setdefault(key, set()).add(tuple(rest) if len(rest) > 1 else rest[0])
    return found


# Row-level security


def test_every_table_belongs_to_an_organization_or_is_named_here():
    tables = {name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname='public'")}

    assert tables == TENANT_TABLES | OF_NOBODY | {"accounts_organization"}


def test_every_column_organization_id_stands_in_a_tenant_table():
    having = rows(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name = 'organization_id' AND is_nullable = 'NO'"
    )

    assert {name for (name,) in having} == TENANT_TABLES


def test_every_tenant_table_enforces_row_level_security_upon_its_owner_too():
    secured = rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")

    assert {name for (name,) in secured} == TENANT_TABLES | {
        "accounts_organization",
        "accounts_outgoingmail",
        "support_busyseason",
        "support_cannedreply",
        "support_contactevent",
        "support_contactmessage",
        "support_deskmeasure",
        "support_inboundmail",
    }


def expected_policies() -> dict[str, set]:
    """Return table: {(policy, command, roles, USING, WITH CHECK)}."""
    staff = ("staff_rows", "ALL", "{dg_ops}", "true", "true")
    mine = f"(organization_id = {TENANT})"
    tables = {
        table: {("tenant_rows", "ALL", "{public}", mine, mine), staff} for table in TENANT_TABLES
    }
    itself = f"(id = {TENANT})"
    tables["accounts_organization"] = {
        ("tenant_rows", "ALL", "{public}", itself, itself),
        staff,
        ("own_rows", "SELECT", "{public}", BEHIND_OWN_ACCESSES, None),
    }
    own = f"((user_id = {PERSON}) AND is_active)"
    tables["accounts_membership"] |= {("own_rows", "SELECT", "{public}", own, None)}
    tables["accounts_outgoingmail"] = {staff, ("posted", "INSERT", "{public}", None, "true")}
    announced = ("announced", "SELECT", "{public}", "true", None)
    tables["support_busyseason"] = tables["support_deskmeasure"] = {staff, announced}
    for table in ("support_cannedreply", "support_contactevent", "support_inboundmail"):
        tables[table] = {staff}
    tables["support_contactmessage"] = {staff, ("left_with_us", "INSERT", "{public}", None, "true")}
    return tables


BEHIND_OWN_ACCESSES = (
    "(id IN ( SELECT accounts_membership.organization_id FROM accounts_membership "
    f"WHERE (accounts_membership.user_id = {PERSON})))"
)


def test_every_policy_is_one_of_these():
    found = grouped(
        "SELECT tablename, policyname, cmd, roles::text, regexp_replace(qual, '\\s+', ' ', 'g'),"
        " with_check FROM pg_policies WHERE schemaname = 'public'"
    )

    assert found == expected_policies()


# Keys that keep an organization together (L11), and that let its rows be moved elsewhere together

KEYS = """
    SELECT conrelid::regclass::text, (
        SELECT array_agg(attname ORDER BY position)::text
        FROM unnest(conkey) WITH ORDINALITY AS key (number, position)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = number
    ), confrelid::regclass::text, (
        SELECT array_agg(attname ORDER BY position)::text
        FROM unnest(confkey) WITH ORDINALITY AS key (number, position)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = number
    )
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


def test_every_foreign_key_to_a_tenant_table_carries_the_organization():
    bare = {
        (table, columns, target)
        for table, columns, target, referenced in rows(KEYS)
        if target in TENANT_TABLES
        if not columns.startswith("{organization_id,")
        or not referenced.startswith("{organization_id,id")
    }

    assert bare == set()


@pytest.mark.parametrize("model", TENANT_MODELS, ids=[each._meta.label for each in TENANT_MODELS])
def test_every_foreign_key_of_a_tenant_model_stands_in_the_database(model):
    keys = {
        (columns, target) for table, columns, target, _ in rows(KEYS) if table == table_of(model)
    }
    wanted = {
        (f"{{organization_id,{field.column}}}", table_of(field.related_model))
        for field in model._meta.concrete_fields
        if field.related_model in TENANT_MODELS
    }

    assert wanted - keys == set()
    assert issubclass(model, TenantPart) or ("{organization_id}", table_of(Organization)) in keys


def table_of(model) -> str:
    return model._meta.db_table


UNIQUE = """
    SELECT indrelid::regclass::text, indexrelid::regclass::text, (
        SELECT array_agg(attname ORDER BY attnum)::text[] FROM pg_attribute
        WHERE attrelid = indexrelid
    ), indisexclusion
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE (indisunique OR indisexclusion) AND NOT indisprimary
    AND relnamespace = 'public'::regnamespace
"""


def test_every_tenant_table_has_the_key_that_composite_keys_point_to():
    keyed = {
        table
        for table, _name, columns, _ in rows(UNIQUE)
        if columns == ["id", "organization_id"] or columns == ["organization_id", "id"]
    }

    assert TENANT_TABLES - keyed == set()


def test_every_unique_key_of_a_tenant_table_contains_the_organization():
    """Any other would tell one organization what another holds, and would not be distributed."""
    over_all = {
        f"{table}.{name}"
        for table, name, columns, _ in rows(UNIQUE)
        if table in TENANT_TABLES and "organization_id" not in columns
        if not name.endswith("_like")
    }

    assert over_all == OF_THE_SELLER


# What goes round row-level security (L8)

LEAKING_VIEWS = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind IN ('v', 'm') AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'
"""


def test_no_view_reads_with_the_rights_of_its_owner():
    assert rows(LEAKING_VIEWS) == []


def test_a_view_without_security_invoker_would_be_found():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE dg_owner")
        cursor.execute("CREATE VIEW leaking AS SELECT * FROM learners_learner")
        cursor.execute(
            "CREATE VIEW sound WITH (security_invoker=true) AS SELECT * FROM learners_learner"
        )

    assert rows(LEAKING_VIEWS) == [("leaking",)]


def test_no_function_runs_with_the_rights_of_its_owner():
    assert (
        rows(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        == []
    )


# Roles, facts L9 and L10

ATTRIBUTES = "rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin"


def test_no_role_of_ours_is_mightier_than_it_must_be():
    found = rows(f"SELECT rolname, {ATTRIBUTES} FROM pg_roles WHERE rolname ~ '^dg_' ORDER BY 1")

    assert found == [
        # superuser, bypasses security, inherits, creates roles, creates databases, logs in
        ("dg_app", False, False, False, False, False, False),
        ("dg_backup", False, True, False, False, False, True),
        ("dg_login", False, False, False, False, False, True),
        ("dg_ops", False, False, False, False, False, False),
        ("dg_owner", False, False, False, False, True, False),
    ]


def test_only_the_login_may_become_another_role_and_it_inherits_none():
    """A role that inherits dg_ops would see every row by its policy (L10)."""
    members = grouped(
        "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members"
        " WHERE roleid::regrole::text ~ '^dg_' OR member::regrole::text ~ '^dg_'"
    )
    powers = rows(
        "SELECT a.rolname, b.rolname FROM pg_roles a, pg_roles b WHERE a.rolname ~ '^dg_'"
        " AND b.rolname ~ '^dg_' AND a.rolname <> b.rolname"
        " AND pg_has_role(a.rolname, b.rolname, 'USAGE')"
    )

    assert members == {"dg_login": {"dg_owner", "dg_app", "dg_ops"}}
    assert powers == []


def test_the_login_owns_nothing_and_may_do_nothing_by_itself():
    may = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm') AND (pg_get_userbyid(relowner) <> 'dg_owner'"
        " OR has_table_privilege('dg_login', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE'))"
    )
    owned = rows("SELECT 1 FROM pg_database WHERE pg_get_userbyid(datdba) = 'dg_login'")

    assert (may, owned) == ([], [])


@pytest.mark.parametrize("role", ["dg_app", "dg_ops"])
def test_no_role_at_work_may_empty_a_table_or_lay_triggers(role):
    may = rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        f" AND relkind = 'r'"
        f" AND has_table_privilege('{role}', oid, 'TRUNCATE, TRIGGER, REFERENCES')"
    )
    creates = rows(f"SELECT has_schema_privilege('{role}', 'public', 'CREATE')")

    assert (may, creates) == ([], [(False,)])
