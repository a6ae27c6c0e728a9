"""The hall: health for monitors, and words for a failure."""

import re
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.urls import path

from digiforma import views
from digiforma.urls import urlpatterns as addresses


@contextmanager
def broken_database():
    """Refuse every statement, as a stopped server does."""

    def refuse(*_anything):
        raise OperationalError("could not connect to server at 10.0.0.1, password secret")

    with connection.execute_wrapper(refuse):
        yield


def test_health_says_what_answers(client, db):
    response = client.get("/sante/")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "ok"})
    assert "no-store" in response.headers["Cache-Control"]


def test_health_is_503_without_the_database_and_leaks_nothing(client, db):
    with broken_database():
        response = client.get("/sante/")

    assert (response.status_code, response.json()) == (503, {"database": "down", "redis": "ok"})


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "redis://nowhere.invalid:6379/0"])
def test_health_stands_without_redis(client, db, url):
    with override_settings(REDIS_URL=url):
        response = client.get("/sante/")

    assert (response.status_code, response.json()) == (200, {"database": "ok", "redis": "degraded"})


def test_health_refuses_other_methods(client, db):
    assert client.post("/sante/").status_code == 405


def fail(request):
    raise ValueError("a secret detail")


urlpatterns = [*addresses, path("panne/", fail)]  # this module stands in for digiforma.urls
handler500 = views.server_error


@pytest.mark.urls(__name__)
def test_server_error_gives_a_reference_that_stands_in_the_log(db, caplog):
    response = Client(raise_request_exception=False).get("/panne/")

    page = response.content.decode()
    reference = re.search(r"référence ([0-9a-f]{8})", page)[1]
    assert response.status_code == 500
    assert f"Failure {reference} at /panne/" in caplog.text
    assert "a secret detail" not in page


def test_unknown_address_is_a_page_of_ours(client, db):
    response = client.get("/nulle-part/")

    assert response.status_code == 404
    assert "Cette page n’existe pas ou plus" in response.content.decode()
