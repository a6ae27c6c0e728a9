"""What « Apprenants comptés » costs, and what it says while nothing is counted."""

import gzip

import pytest
import time_machine
from django.test import Client

from accounts.tenancy import staff_context
from learners.services import recount_all
from tests.budgets import MOST_COMPRESSED, MOST_NODES, MOST_QUERIES, Counter, statements
from tests.digiforma import counted, ravel
from tests.digiforma.ravel import NOW, TODAY, enroll, text, visit
from tests.digiforma.test_counted_learners import PAGE


def test_before_the_first_night_the_page_counts_live(db):
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            there = ravel.found(learners=24, is_counted=False)
        said = text(visit(there.alice, PAGE))

    assert "Compté à l’instant : le premier comptage de nuit n’a pas encore eu lieu." in said
    assert "Liste de 24 inscriptions Comptées le 23 novembre 2026" in said


def test_an_empty_account_says_so(db):
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            there = ravel.found(learners=0)
        said = text(visit(there.alice, PAGE))

    assert "Inscriptions comptées 0, dans 0 session " in said
    assert said.endswith("Aucune inscription sur les 365 derniers jours.")


def plain():
    return ravel.found(learners=10, options=())


def many_enrolments():
    there = ravel.found(learners=4_000)
    enroll(there.ravel, 1_000, on=TODAY)
    recount_all(on=TODAY)
    return there


@pytest.mark.parametrize("story", [plain, many_enrolments, counted.a_month])
def test_page_stays_within_its_budget(committed_db, tell_figure, story):
    """The list behind a figure, or behind another count, takes a query more."""
    with time_machine.travel(NOW, tick=False):
        with staff_context():
            there = story()
        client = Client()
        client.force_login(there.alice)
        for asked, more in (("", 0), ("?cause=entered", 1), ("?version=maintenant", 1)):
            with statements() as sent:
                response = client.get(PAGE + asked)

            counter = Counter()
            counter.feed(response.content.decode())
            weight = len(gzip.compress(response.content, 6))
            tell_figure(f"{len(sent)} queries, {weight} bytes, {counter.nodes} nodes")
            assert response.status_code == 200
            assert len(sent) <= MOST_QUERIES + more, "\n".join(sent)
            assert weight <= MOST_COMPRESSED
            assert counter.nodes <= MOST_NODES
