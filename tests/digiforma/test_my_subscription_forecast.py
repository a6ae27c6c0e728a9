"""What « Mon abonnement » foresees, and the plan it advises."""

from datetime import timedelta

import pytest
import time_machine

from accounts.tenancy import staff_context
from learners.services import recount_all
from subscriptions.periods import Commitment
from subscriptions.plan_changes import Change, change_at_term
from tests import world
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, between, enroll, html, text, visit

DAY = timedelta(days=1)


@pytest.fixture
def story(db):
    """Open Ravel without learners, enrol as told by (days from today, learners), count."""

    def opened(*sessions: tuple[int, int], **what):
        with staff_context():
            there = ravel.found(learners=0, **what)
            for days, learners in sessions:
                enroll(there.ravel, learners, on=TODAY + days * DAY)
            recount_all(on=TODAY)
        return there

    with time_machine.travel(NOW, tick=False):
        yield opened


def lead(said: str) -> str:
    return between(said, "sur 500 ", " Limite de 500")


def test_a_pace_that_passes_the_limit_tells_around_when(story):
    there = story((-300, 259), (-30, 153))

    response = visit(there.alice)

    # 412 today, 1.7 a day: 502 on the 53rd day, before the first leave on the 65th
    assert lead(text(response)) == (
        "Vous pouvez encore inscrire 88 apprenants. "
        "Au rythme des 90 derniers jours, vous dépasseriez votre limite vers mi-janvier 2027."
    )
    assert "Prévision : limite dépassée le 15 janvier 2027." in text(response)
    assert html(response).count("c-dot--limit") == 1


def test_a_pace_within_the_limit_suffices_for_a_year(story):
    there = story((-300, 60), (-30, 90))

    response = visit(there.alice)

    assert lead(text(response)) == (
        "Vous pouvez encore inscrire 350 apprenants. Au rythme des 90 derniers jours, "
        "votre formule suffit pour les douze prochains mois."
    )
    assert "c-proj" in html(response)
    assert "c-dot--limit" not in html(response)


def test_a_peak_of_one_day_is_named_as_such(story):
    there = story((-355, 100), (-200, 350), (9, 51))

    response = visit(there.alice)

    # the hundred leave on the tenth day, after the 51 have come
    assert lead(text(response)).endswith(
        "Au rythme des 90 derniers jours, vous dépasseriez votre limite un seul jour, "
        "le 2 décembre 2026."
    )
    assert html(response).count("c-dot--limit") == 1


def test_over_the_limit_tells_when_nobody_enrolling_brings_back(story):
    there = story((-350, 40), (-30, 488))

    said = text(visit(there.alice))

    # 528 today; the forty leave 365 days after their session
    assert "Limite dépassée depuis le 24 octobre 2026." in said
    assert "vous repasseriez dans votre limite le 8 décembre 2026." in said
    assert "Formule conseillée : ORGA+" in said


@pytest.mark.parametrize(("days", "is_shown"), [(-58, False), (-59, True)])
def test_nothing_is_foreseen_before_sixty_days_of_history(story, days, is_shown):
    there = story((days, 420))

    response = visit(there.alice)

    assert ("c-proj" in html(response)) is is_shown
    assert ("Au rythme des 90 derniers jours" in text(response)) is is_shown
    assert ("84 % de votre limite est utilisée." in text(response)) is not is_shown


def test_the_plan_advised_is_the_smallest_that_holds_the_year(story):
    there = story((-300, 259), (-30, 153))

    said = text(visit(there.alice))

    # 1.7 a day for a year: 721 at most
    assert "Formule conseillée : ORGA, 1 500 apprenants, + 120,00 € HT par mois." in said
    assert "Comparer les formules" in said


def test_a_plan_too_large_is_told_too_with_its_day(story):
    there = story((-300, 60), (-30, 90), code="orga", commitment=Commitment.ANNUAL)

    said = text(visit(there.alice))

    # 90 in 90 days: 365 in a year
    assert (
        "Vous payez trop : la formule ÉQUIPE suffirait, 500 apprenants, "
        "\u2212 1 200,00 € HT par an à partir du 9 septembre 2027." in said
    )


@pytest.mark.parametrize("name", ["adam", "sam"])
def test_administrators_and_sales_reps_read_the_advice(story, name):
    there = story((-300, 259), (-30, 153))

    assert "Formule conseillée : ORGA" in text(visit(getattr(there, name)))


def test_no_plan_is_advised_while_a_change_waits(story):
    there = story((-300, 259), (-30, 153))
    with staff_context():
        change = Change(plan=world.plan("orga"))
        change_at_term(subscription_id=there.subscription.pk, change=change, on=TODAY)

    assert "Formule conseillée" not in text(visit(there.alice))
