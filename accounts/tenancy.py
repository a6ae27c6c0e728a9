"""The tenant of the running transaction: scopes, row-level security, and the migration for it.

Facts L1 to L14 of docs/tenancy.md: the setting is local to the transaction, scopes do not nest,
composite foreign keys keep rows of one organization together.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction
from django.db.migrations.operations.base import Operation
from django.db.models.expressions import RawSQL

APP_ROLE = "dg_app"
STAFF_ROLE = "dg_ops"


class NestedScope(Exception):
    """A tenant or staff scope was opened inside another: SET LOCAL outlives its savepoint."""


@contextmanager
def _scope(name: str) -> Iterator[None]:
    """Open one transaction for one scope; on the way out leave nothing of it behind."""
    if getattr(connection, "scope", None):
        raise NestedScope(f"{name} inside {connection.scope}")
    outermost = not connection.in_atomic_block
    connection.scope = name
    try:
        with transaction.atomic():
            yield
            if not outermost and not connection.needs_rollback:
                _run("SET LOCAL ROLE " + APP_ROLE, [])
                _run(SET_TENANT, ["", ""])
    finally:
        connection.scope = None


SET_TENANT = "SELECT set_config('app.tenant_id', %s, true), set_config('app.user_id', %s, true)"


def _run(sql: str, params: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@contextmanager
def tenant_context(organization_id: int) -> Iterator[None]:
    """Run one transaction that sees and writes the rows of one organization only.

    Raises NestedScope inside another scope.
    """
    with _scope(f"organization {organization_id}"):
        set_tenant(organization_id)
        yield


@contextmanager
def person_context(user_id: int) -> Iterator[None]:
    """Run one transaction for a person: own memberships are readable, no tenant is chosen yet.

    The door then picks one membership and calls `set_tenant`.
    """
    with _scope(f"person {user_id}"):
        _run(SET_TENANT, ["", str(user_id)])
        yield


@contextmanager
def staff_context() -> Iterator[None]:
    """Run one transaction as the staff's database role, which sees every organization."""
    with _scope("staff"):
        _run("SET LOCAL ROLE " + STAFF_ROLE, [])
        yield


def set_tenant(organization_id: int) -> None:
    """Choose the organization of the running transaction; a person's others are hidden."""
    _run(SET_TENANT, [str(organization_id), ""])


class TenantQuerySet(models.QuerySet):
    def for_organization(self, organization) -> "TenantQuerySet":
        """Return the rows of one organization; row-level security stands behind it."""
        return self.filter(organization=organization)

    def among(self, name: str, ids: Iterable[int]) -> "TenantQuerySet":
        """Return the rows whose `name` is one of many ids.

        The ids travel as one array: as a list, Django would prepare each of them alone.
        """
        return self.filter(**{f"{name}__in": RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])})


class TenantModel(models.Model):
    """A row that belongs to one organization; its migration runs `SecureTenantTable`."""

    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The tenant; in every unique key and composite foreign key.",
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


class TenantPart(TenantModel):
    """A row of another one of its tenant, by a key that is never null.

    That composite key holds the organization already; a key of its own would be looked up again
    for each row written. For tables written by the thousand.
    """

    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,  # (organization_id, id) is one
        help_text="The tenant; in every unique key and composite foreign key.",
    )

    class Meta:
        abstract = True


TENANT = "NULLIF(current_setting('app.tenant_id', true), '')::bigint"
PERSON = "NULLIF(current_setting('app.user_id', true), '')::bigint"


class SecureTenantTable(Operation):
    """Lay row-level security on a tenant's table and tie its foreign keys to one organization.

    Enables and forces row-level security with the policies of tenant and staff, makes
    (organization_id, id) unique, and adds a composite foreign key for each column that points to
    another tenant table (declare those with `db_constraint=False`).
    """

    reversible = True

    def __init__(self, model_name: str):
        self.model_name = model_name

    def state_forwards(self, app_label, state):
        """Policies are not part of Django's model state."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        for statement in secure_table_sql(model):
            schema_editor.execute(statement)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f'DROP POLICY tenant_rows ON "{table}"')
        schema_editor.execute(f'DROP POLICY staff_rows ON "{table}"')
        schema_editor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_tenant" CASCADE')

    def describe(self):
        return f"Secure the rows of {self.model_name} by organization"


def secure_table_sql(model: type[models.Model]) -> list[str]:
    """Return the statements that secure one tenant table."""
    table = model._meta.db_table
    statements = [
        *policies_sql(table, using=f"organization_id = {TENANT}"),
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant" UNIQUE (organization_id, id)',
    ]
    for field in model._meta.concrete_fields:
        target = field.related_model
        if target is None or not _is_tenant(target) or field.db_constraint:
            continue
        statements.append(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_{field.column}_tenant" '
            f"FOREIGN KEY (organization_id, {field.column}) "
            f'REFERENCES "{target._meta.db_table}" (organization_id, id) '
            f"DEFERRABLE INITIALLY DEFERRED"
        )
    return statements


def _is_tenant(model: type[models.Model]) -> bool:
    return any(field.name == "organization" for field in model._meta.concrete_fields)


def policies_sql(table: str, *, using: str) -> list[str]:
    """Return row-level security for one table: the tenant's rows, and every row for staff."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'CREATE POLICY tenant_rows ON "{table}" USING ({using}) WITH CHECK ({using})',
        f'CREATE POLICY staff_rows ON "{table}" TO {STAFF_ROLE} USING (true) WITH CHECK (true)',
    ]
