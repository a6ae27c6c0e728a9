"""The house checks the rows that have their organization by the key of another row (L11)."""

import pytest

from accounts.tenancy import TenantPart
from tests.test_house_tables import TENANT_MODELS, rows, table_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "model",
    [model for model in TENANT_MODELS if issubclass(model, TenantPart)],
    ids=lambda model: model._meta.label,
)
def test_a_part_is_held_by_a_key_that_is_never_null(model):
    """A composite key says nothing of a row where one of its columns is null."""
    never_null = {
        column
        for (column,) in rows(
            "SELECT attname FROM pg_attribute WHERE attnotnull"
            f" AND attrelid = '{table_of(model)}'::regclass"
        )
    }
    held_by = {
        field.related_model
        for field in model._meta.concrete_fields
        if field.related_model in TENANT_MODELS and field.related_model is not model
        if {"organization_id", field.column} <= never_null
    }

    assert any(not issubclass(each, TenantPart) for each in held_by)
