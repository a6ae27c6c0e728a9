"""What the database refuses for rows that are written once, beside update and delete."""

import pgtrigger


def never_emptied() -> pgtrigger.Trigger:
    """Return the trigger that refuses TRUNCATE, which asks neither policies nor row triggers."""
    return pgtrigger.Trigger(
        name="never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate table %', TG_TABLE_NAME;",
    )
