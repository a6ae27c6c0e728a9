"""Insert many rows in few statements, without a model instance for each.

A page of rows travels as one JSON array that the database reads back into its own types; COPY is
refused under row-level security (fact L12).
"""

import json
from collections.abc import Iterable, Sequence
from operator import attrgetter

from django.db import connection, models

PAGE = 1000  # rows a statement


def insert(
    model: type[models.Model],
    rows: Iterable[object],
    columns: Sequence[str],
    *,
    stamped: Sequence[str] = (),
) -> list[int]:
    """Insert rows by their attributes named as the columns; return the new ids in order.

    The `stamped` columns take the transaction's time. No default and no `save` of the model runs.
    """
    statement = _statement(model, columns, stamped)
    values = attrgetter(*columns)
    told = [dict(zip(columns, values(row), strict=True)) for row in rows]
    ids = []
    with connection.cursor() as cursor:
        for first in range(0, len(told), PAGE):
            page = json.dumps(told[first : first + PAGE], default=str, ensure_ascii=False)
            cursor.execute(statement, [page])
            ids += [identifier for [identifier] in cursor.fetchall()]
    return ids


def _statement(model: type[models.Model], columns: Sequence[str], stamped: Sequence[str]) -> str:
    """Return the INSERT that reads one JSON array. Names are ours, never a person's."""
    fields = [(name, model._meta.get_field(name.removesuffix("_id"))) for name in columns]
    # Without its length: the column itself refuses a text that is too long.
    typed = [f"{name} {field.db_type(connection).partition('(')[0]}" for name, field in fields]
    return f"""
        INSERT INTO {model._meta.db_table} ({", ".join((*columns, *stamped))})
        SELECT {", ".join((*columns, *["now()"] * len(stamped)))}
          FROM json_to_recordset(%s) AS told({", ".join(typed)})
        RETURNING id
    """
