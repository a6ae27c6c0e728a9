"""Above the limit each page of the account says until when one may enrol (R20)."""

from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.tenancy import staff_context
from learners.models import DailyCount, EnrollmentGate
from subscriptions import alerts
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, html, text
from tests.flows.test_doors import pages

OVER = (
    "Vous dépassez votre limite de 28 apprenants Vous comptez 528 apprenants sur les 365 derniers "
    "jours ; votre formule en prévoit 500. "
)


@pytest.fixture
def there(db):
    """Ravel on 23 November 2026, where 528 were counted last night."""
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            found = ravel.found(learners=24)
            DailyCount.objects.create(
                organization=found.ravel, counted_on=TODAY, version=2, count=528, recorded_at=NOW
            )
            alerts.warn(on=TODAY, scope=transaction.atomic)
        yield found


def account_pages(person) -> dict[str, str]:
    """Return what stands on each page of the account that a person may open, by its name."""
    client = Client()
    client.force_login(person)
    found = {}
    for name in (name for name, arguments in pages().items() if not arguments):
        response = client.get(reverse(name))
        if response.status_code == 200 and '<div class="frame">' in html(response):
            found[name] = text(response)
    return found


@pytest.mark.parametrize(("name", "least"), [("alice", 7), ("adam", 7), ("sam", 4)])
def test_every_page_says_from_which_day_enrolments_are_refused(there, name, least):
    said = account_pages(getattr(there, name))

    assert {
        page for page, told in said.items() if told.count("23 décembre 2026, les") != 1
    } == set()
    assert len(said) >= least
    assert (
        f"{OVER}Rien n’est bloqué aujourd’hui. À partir du 23 décembre 2026, les nouvelles "
        "inscriptions seront refusées, sauf changement de formule ou retour à 500. Ce qui est "
        "inscrit le reste. Comparer les formules"
    ) in said["my-subscription"]


def test_no_page_of_a_trainer_says_it(there):
    assert [told for told in account_pages(there.tara).values() if "dépassez" in told] == []


@pytest.mark.parametrize("page", ["my-subscription", "requests"])
def test_after_the_grace_it_says_since_when(there, page):
    with time_machine.travel("2026-12-23T09:00:00+01:00", tick=False):
        said = account_pages(there.alice)[page]

    assert (
        f"{OVER}Depuis le 23 décembre 2026, les nouvelles inscriptions sont refusées, jusqu’à un "
        "changement de formule ou un retour à 500. Vos sessions continuent et ce qui est inscrit "
        "le reste. Comparer les formules"
    ) in said


@pytest.mark.parametrize("page", ["my-subscription", "requests"])
def test_an_extended_grace_shows_its_new_day(there, page):
    with staff_context():
        EnrollmentGate.objects.update(closed_from=date(2027, 1, 31))

    assert "À partir du 31 janvier 2027, les nouvelles" in account_pages(there.alice)[page]
