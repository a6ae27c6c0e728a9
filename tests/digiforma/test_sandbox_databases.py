"""The ground of the other tests: which role they are, and databases where commits are real."""

import threading

import pytest
from django.db import ProgrammingError, connection, transaction

COUNT = "SELECT count(*) FROM django_content_type WHERE app_label = 'probe'"


def one_value(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def write_probe():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('probe', 'p')")


@pytest.mark.django_db
def test_tests_run_as_the_role_that_row_level_security_binds():
    assert one_value("SELECT current_user") == "dg_app"
    assert one_value("SELECT session_user") == "dg_login"


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["TRUNCATE django_session", "CREATE TABLE t (a int)"])
def test_tests_may_not_change_the_schema(statement):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        one_value(statement)


@pytest.mark.parametrize("turn", [1, 2])
def test_committed_db_starts_afresh_and_shows_commits_to_threads(committed_db, turn):
    before = one_value(COUNT)
    seen = []

    write_probe()
    reader = threading.Thread(target=lambda: seen.append(one_value(COUNT)))
    reader.start()
    reader.join()

    assert (before, seen) == (0, [1])


@pytest.mark.seeded(by=write_probe)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_db_starts_with_the_rows_of_its_seed(committed_db, turn):
    before = one_value(COUNT)

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_content_type WHERE app_label = 'probe'")

    assert (before, one_value(COUNT)) == (1, 0)


@pytest.mark.django_db
def test_other_tests_do_not_see_what_a_committed_db_held():
    assert one_value(COUNT) == 0


@pytest.mark.browser
def test_live_site_is_read_by_a_browser(live_site, page):
    answer = page.goto(f"{live_site.url}/sante/")

    assert answer.json() == {"database": "ok", "redis": "ok"}
