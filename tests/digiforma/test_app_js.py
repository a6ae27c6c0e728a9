"""The pages' own script, in a real browser: dialogs, one deed per press, a lost connection."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from playwright.sync_api import expect

from digiforma.urls import urlpatterns as addresses
from tests.databases import serve

pytestmark = [pytest.mark.browser, pytest.mark.urls(__name__)]

PAGE = """{% extends "base.html" %}{% block heading %}Essai{% endblock %}{% block content %}
<button id="opener" type="button" data-open="here">Ouvrir</button>
<dialog id="here" aria-labelledby="here-title"><h2 id="here-title">Ici</h2>
  <button type="button" data-close>Annuler</button></dialog>
<a id="fetcher" href="/fragment/" hx-get="/fragment/" hx-target="#dialog">Souscrire</a>
<a id="broken" href="/broken/" hx-get="/broken/" hx-target="#dialog">Gérer</a>
<form id="plain" method="post" action="/count/">{% csrf_token %}<button>Envoyer</button></form>
<form id="live-form" method="post" action="/answer/" hx-post="/answer/" hx-target="this"
  hx-swap="outerHTML" hx-sync="this:drop">{% csrf_token %}
  <input name="message" aria-label="Message"><button>Répondre</button></form>
{% endblock %}"""

posted = []


def page(request):
    return HttpResponse(engines["django"].from_string(PAGE).render({}, request))


def fragment(request):
    if request.htmx:
        return HttpResponse('<h2 id="dialog-title" tabindex="-1" autofocus>Prix</h2>')
    return HttpResponse("<h1>La page entière</h1>")


def broken(request):
    return HttpResponse("<h1>La page de repli</h1>", status=500 if request.htmx else 200)


def count(request):
    posted.append(request.path)
    return HttpResponse(status=204)  # the page stays, as after a download


def answer(request):
    response = HttpResponse('<p tabindex="-1" autofocus>Écrivez un message.</p>', status=422)
    response["HX-Trigger"] = '{"announce": "Une erreur \\u00e0 corriger."}'
    return response


urlpatterns = [
    *addresses,
    path("essai/", transaction.non_atomic_requests(page)),
    path("fragment/", transaction.non_atomic_requests(fragment)),
    path("broken/", transaction.non_atomic_requests(broken)),
    path("count/", transaction.non_atomic_requests(count)),
    path("answer/", transaction.non_atomic_requests(answer)),
]


@pytest.fixture(scope="module")
def site():
    with serve() as served:
        yield served


@pytest.fixture
def tab(browser, site):
    context = browser.new_context(base_url=site.url)
    opened = context.new_page()
    opened.goto("/essai/")
    yield opened
    context.close()


def test_a_dialog_of_the_page_takes_the_focus_and_gives_it_back(tab):
    tab.click("#opener")
    expect(tab.locator("#here")).to_be_visible()
    expect(tab.locator("#here [data-close]")).to_be_focused()

    tab.keyboard.press("Escape")

    expect(tab.locator("#here")).to_be_hidden()
    expect(tab.locator("#opener")).to_be_focused()


def test_a_dialog_is_closed_by_its_button(tab):
    tab.click("#opener")

    tab.click("#here [data-close]")

    expect(tab.locator("#here")).to_be_hidden()
    expect(tab.locator("#opener")).to_be_focused()


def test_a_fetched_dialog_opens_on_its_title_and_gives_the_focus_back(tab):
    tab.click("#fetcher")
    expect(tab.locator("#dialog-title")).to_be_focused()

    tab.keyboard.press("Escape")

    expect(tab.locator("#dialog")).to_be_hidden()
    expect(tab.locator("#fetcher")).to_be_focused()


def test_a_fetched_dialog_is_a_page_without_javascript(browser, site):
    tab = browser.new_context(base_url=site.url, java_script_enabled=False).new_page()
    tab.goto("/essai/")

    tab.click("#fetcher")

    expect(tab.locator("h1")).to_have_text("La page entière")
    tab.context.close()


def test_a_link_whose_fragment_fails_is_followed(tab):
    tab.click("#broken")

    expect(tab.locator("h1")).to_have_text("La page de repli")


def test_a_plain_form_leaves_once(tab):
    posted.clear()

    tab.evaluate("for (const _ of '123') document.querySelector('#plain button').click()")
    tab.wait_for_timeout(300)

    assert posted == ["/count/"]


def test_an_answer_to_correct_is_shown_focused_and_read_out(tab):
    tab.click("#live-form button")

    expect(tab.get_by_text("Écrivez un message.")).to_be_focused()
    expect(tab.locator("#live")).to_have_text("Une erreur à corriger.")


def test_a_form_keeps_what_was_typed_when_the_connection_is_lost(tab):
    tab.route("**/answer/", lambda route: route.abort())
    tab.fill("#live-form input[name=message]", "Bonjour")

    tab.click("#live-form button")
    tab.click("#live-form button")

    expect(tab.get_by_role("alert")).to_have_count(1)
    expect(tab.get_by_role("alert")).to_contain_text("Votre saisie est conservée")
    expect(tab.locator("#live-form input[name=message]")).to_have_value("Bonjour")
