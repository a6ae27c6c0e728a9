"""Insert many rows in few statements, without a model instance for each.

Multi-row VALUES, since row-level security refuses COPY (fact L12).
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from django.db import connection, models
from psycopg2.extras import execute_values

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
    quoted = ", ".join(f'"{name}"' for name in (*columns, *stamped))
    places = ", ".join(["%s"] * len(columns) + ["now()"] * len(stamped))
    statement = f'INSERT INTO "{model._meta.db_table}" ({quoted}) VALUES %s RETURNING id'
    values = map(attrgetter(*columns), rows)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        returned = execute_values(
            cursor.cursor, statement, values, f"({places})", page_size=PAGE, fetch=True
        )
    return [identifier for [identifier] in returned]
