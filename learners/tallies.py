"""Keep the entries of each day added up (`EntryTally`), so that a count reads days."""

from django.db import connection, transaction

FOLD_LOCK = 4_715  # an advisory lock's key; any constant of our own
FOLD_SQL = """
    WITH crowded AS (
        SELECT organization_id, counts_on FROM learners_entrytally
         GROUP BY organization_id, counts_on
        HAVING count(*) > 1 OR sum(units) = 0),
    parts AS (
        DELETE FROM learners_entrytally AS part USING crowded
         WHERE part.organization_id = crowded.organization_id
           AND part.counts_on = crowded.counts_on
        RETURNING part.organization_id, part.counts_on, part.units)
    INSERT INTO learners_entrytally (organization_id, counts_on, units)
    SELECT organization_id, counts_on, sum(units) FROM parts
     GROUP BY organization_id, counts_on
    HAVING sum(units) <> 0
"""
MISTOLD_SQL = """
    SELECT organization_id, counts_on, coalesce(written.units, 0) - coalesce(told.units, 0) AS units
      FROM (SELECT organization_id, counts_on, count(*) AS units FROM learners_enrollment
             WHERE counted GROUP BY organization_id, counts_on) AS written
      FULL JOIN (SELECT organization_id, counts_on, sum(units) AS units FROM learners_entrytally
                  GROUP BY organization_id, counts_on HAVING sum(units) <> 0) AS told
     USING (organization_id, counts_on)
     WHERE written.units IS DISTINCT FROM told.units
"""


@transaction.atomic
def fold() -> None:
    """Make one row of the parts of each day, and none of those that cancel out. Staff scope.

    Twice, or beside those who enrol, is harmless: it replaces the parts that it takes away by
    their sum, in one statement. Two at once would take the parts in orders of their own and could
    wait for each other: the second waits for the first's transaction, and finds little left.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        cursor.execute(FOLD_SQL)


@transaction.atomic
def mend() -> int:
    """Add what is missing of each day, from the enrolments; return how many days were wrong.

    Staff scope. None ever is, but where triggers were off while enrolments were written: a
    restored table, rows loaded by a superuser. Nobody enrols meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE learners_enrollment IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"INSERT INTO learners_entrytally (organization_id, counts_on, units) {MISTOLD_SQL}"
        )
        return cursor.rowcount
