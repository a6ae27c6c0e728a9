"""France as data: 154 107 training bodies and 35.66 million trainees a year, at any scale.

The counts by size are public figures (2024); inside a class the sizes are spread evenly, and above
2 000 by a power law, so that those 2 681 bodies hold two thirds of the trainees. Everything is
seeded: one scale is one population.
"""

import random
import time
from collections.abc import Iterator
from datetime import date

import psycopg2
from psycopg2.extras import execute_values

from learners.tallies import MISTOLD_SQL

TODAY = date(2026, 11, 23)
YEARS = 3
SEED = 20261123
CLASSES = (  # bodies, trainees a year from, to
    (81_337, 0, 0),
    (16_833, 1, 10),
    (19_029, 11, 50),
    (9_490, 51, 100),
    (9_055, 101, 200),
    (9_069, 201, 500),
    (4_142, 501, 1_000),
    (2_471, 1_001, 2_000),
)
LARGE_BODIES, LARGE_FROM, LARGE_UP_TO = 2_681, 2_000, 120_000
EXPONENT = 0.94  # the large bodies then hold 64 % of 35.4 million trainees

BODIES = """
    CREATE TEMP TABLE body (organization_id bigint PRIMARY KEY, a_year int, enrolled int)
"""
SESSIONS = """
    INSERT INTO learners_trainingsession
           (organization_id, code, title, starts_on, ends_on, is_held, created_at)
    SELECT organization_id, 'S' || k, 'Session ' || k, starts_on, starts_on + 2, true, now()
      FROM body,
           generate_series(0, (enrolled - 1) / 10) AS k,
           LATERAL (SELECT %(today)s::date + 30
                           - abs(hashint8(organization_id * 1000003 + k)) %% 1095 AS starts_on)
     WHERE enrolled > 0
     ORDER BY organization_id, k
"""
LEARNERS = """
    INSERT INTO learners_learner
           (organization_id, email, last_name, first_name, created_at)
    SELECT organization_id, 'a' || k || '@exemple.fr', 'Nom', 'Prénom', now()
      FROM body, generate_series(1, greatest(a_year, 10)) AS k
     WHERE enrolled > 0
     ORDER BY organization_id, k
"""
ENROLLMENTS = """
    INSERT INTO learners_enrollment
           (organization_id, session_id, learner_id, counts_on, session_is_held, status, left_on,
            created_at)
    SELECT session.organization_id, session.id, known.first + (k * 10 + place) %% known.learners,
           session.starts_on, true, state.status,
           CASE state.status WHEN 'cancelled' THEN session.starts_on - 5
                             WHEN 'abandoned' THEN session.starts_on + 1 END,
           now()
      FROM learners_trainingsession AS session
      JOIN body USING (organization_id)
      JOIN (SELECT organization_id, min(id) AS first, count(*) AS learners
              FROM learners_learner GROUP BY organization_id) AS known USING (organization_id)
     CROSS JOIN LATERAL (SELECT substr(code, 2)::bigint AS k) AS named
     CROSS JOIN generate_series(0, 9) AS place
     CROSS JOIN LATERAL (SELECT CASE WHEN luck < 3 THEN 'cancelled'
                                     WHEN luck < 6 THEN 'abandoned'
                                     ELSE 'enrolled' END AS status
                           FROM (SELECT abs(hashint8(session.id * 10 + place)) %% 100 AS luck)
                                AS drawn) AS state
     WHERE k * 10 + place < enrolled
     ORDER BY session.organization_id, session.id
"""

TALLY = "INSERT INTO learners_entrytally (organization_id, counts_on, units)"


def sizes(scale: float) -> list[int]:
    """Return the trainees a year of every body of a country so many times the real one."""
    found: list[int] = []
    for bodies, least, most in CLASSES:
        count = round(bodies * scale)
        found += [least + (most - least) * i // max(count - 1, 1) for i in range(count)]
    large = round(LARGE_BODIES * scale)
    found += [_large((i + 0.5) / large) for i in range(large)]
    random.Random(SEED).shuffle(found)
    return found


def _large(rank: float) -> int:
    """Return the size at a rank from 0 to 1 of a power law cut at its largest body."""
    cut = 1 - (LARGE_FROM / LARGE_UP_TO) ** EXPONENT
    return int(LARGE_FROM * (1 - rank * cut) ** (-1 / EXPONENT))


def populate(dsn: str, scale: float) -> Iterator[str]:
    """Write the country as a superuser, past the triggers; yield what was written, step by step."""
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
        cursor.execute(BODIES)
        organizations = [
            (f"Organisme {n}", f"o{n}", size) for n, size in enumerate(sizes(scale), start=1)
        ]
        ids = execute_values(
            cursor,
            "INSERT INTO accounts_organization (name, slug, created_at) VALUES %s RETURNING id",
            [(name, slug) for name, slug, _size in organizations],
            "(%s, %s, now())",
            fetch=True,
        )
        execute_values(
            cursor,
            "INSERT INTO body VALUES %s",
            [
                (key, size, size * YEARS)
                for (key,), (*_names, size) in zip(ids, organizations, strict=True)
            ],
        )
        yield f"{len(organizations)} bodies"
        for name, statement in (
            ("sessions", SESSIONS),
            ("learners", LEARNERS),
            ("enrolments", ENROLLMENTS),
        ):
            cursor.execute(statement, {"today": TODAY})
            yield f"{cursor.rowcount} {name}"
        cursor.execute(f"{TALLY} {MISTOLD_SQL}")  # no trigger has added them up
        yield f"{cursor.rowcount} days"
        for table in ("trainingsession", "learner", "enrollment", "entrytally"):
            _settle(cursor, f"learners_{table}")
    connection.close()


def _settle(cursor, table: str) -> None:
    """Vacuum a table until its pages are known to be visible to all, as a quiet night leaves it."""
    for _attempt in range(10):
        cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute(
            "SELECT relallvisible >= 0.99 * relpages FROM pg_class WHERE relname = %s", [table]
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(1)
    raise RuntimeError(f"{table} is still seen by an old transaction")
