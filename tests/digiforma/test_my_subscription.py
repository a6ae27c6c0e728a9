"""« Mon abonnement », as each role sees it in each state that exists."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.models import User
from accounts.services import limit_seats
from accounts.tenancy import staff_context
from learners.models import DailyCount
from learners.services import recount_all
from subscriptions.models import Subscription
from subscriptions.periods import Commitment
from subscriptions.trials import end_trial, start_trial
from tests import world
from tests.digiforma import ravel
from tests.digiforma.ravel import NOW, TODAY, enroll, html, text, visit


@pytest.fixture
def found(db):
    """Open Ravel, then do the rest of a story in the staff's scope, on 23 November 2026."""

    def opened(then=lambda there: None, **what):
        with staff_context():
            there = ravel.found(**what)
            then(there)
        return there

    with time_machine.travel(NOW, tick=False):
        yield opened


# Learners


def test_page_counts_learners_against_the_limit(found):
    response = visit(found().alice)

    said = text(response)
    assert response.status_code == 200
    assert said.startswith("Mon abonnement Ravel Formation · compte nº")
    assert "412 sur 500" in said
    assert "Vous pouvez encore inscrire 88 apprenants." in said
    assert 'aria-valuetext="412 apprenants sur 500, soit 82 %"' in html(response)
    assert "Intervenants 1 sur 20 Administrateurs 3 sur 6" in said
    assert "du 24 novembre 2025 au 23 novembre 2026" in said
    assert "novembre 2026 412" in said


def test_page_shows_the_stored_count_and_not_what_came_since(found):
    there = found(lambda there: enroll(there.ravel, 9, on=TODAY))

    said = text(visit(there.alice))

    assert "412 sur 500" in said
    assert "412 aujourd’hui" in said
    assert "421" not in said


def test_page_counts_live_before_the_first_night(found):
    there = found(learners=24, is_counted=False)

    said = text(visit(there.alice))

    assert "24 sur 500" in said
    assert "Ce nombre vient d’être compté" in said


def test_page_says_that_a_count_is_old(found):
    there = found(counted_this_morning, is_counted=False)

    with time_machine.travel(datetime(2026, 11, 24, 22, tzinfo=UTC)):
        assert "mise à jour en cours" in text(visit(there.alice))
    with time_machine.travel(datetime(2026, 11, 24, 20, tzinfo=UTC)):
        assert "mise à jour en cours" not in text(visit(there.alice))
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=UTC)):
        assert "412 sur 500 Comptage du 23 novembre, mise à jour en cours." in text(
            visit(there.alice)
        )


def counted_this_morning(there) -> None:
    DailyCount.objects.create(
        organization=there.ravel, counted_on=TODAY, count=412, recorded_at=NOW
    )


def test_page_of_an_empty_year_has_no_curve(found):
    response = visit(found(learners=0).alice)

    assert "Vous pouvez encore inscrire 500 apprenants." in text(response)
    assert "Aucune inscription sur les 365 derniers jours." in text(response)
    assert "chart__plot" not in html(response)


def test_page_of_a_full_plan_is_not_over_it(found):
    said = text(visit(found(learners=500).alice))

    assert "Votre limite est atteinte, sans être dépassée." in said
    assert "Vous dépassez" not in said


def test_page_over_the_limit_says_since_when_and_blocks_nothing(found):
    there = found(lambda there: recount_after(there, 200), learners=328)

    response = visit(there.alice)
    said = text(response)

    assert "Vous dépassez votre limite de 28 apprenants" in said
    assert "Rien n’est bloqué" in said
    assert "Limite dépassée depuis le 20 novembre 2026." in said
    assert (
        'aria-valuemax="500" aria-valuenow="500" '
        'aria-valuetext="528 apprenants pour une limite de 500, dépassement de 28"'
    ) in html(response)


def recount_after(there, learners: int) -> None:
    enroll(there.ravel, learners, on=date(2026, 11, 20))
    recount_all(on=TODAY)


def test_seats_that_are_all_taken_say_so(found):
    there = found(
        lambda there: limit_seats(organization=there.ravel, trainers=None, administrators=3)
    )

    said = text(visit(there.alice))

    assert (
        "Intervenants 1, sans limite Administrateurs 3 sur 3 Toutes les places sont prises." in said
    )


def test_a_plan_without_limit_has_no_meter(found):
    there = found(
        lambda there: there.subscription.items.filter(kind="plan").update(
            component=world.plan("sur-mesure").component
        )
    )

    response = visit(there.alice)

    assert "412 sans limite Votre formule n’a pas de limite d’apprenants." in text(response)
    assert 'aria-labelledby="t-learners"' not in html(response)
    assert "SUR-MESURE Sur devis" in text(response)
    assert "suit votre devis" in text(response)


# Trials


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (None, "Choisissez une formule pour continuer sans interruption."),
        ("equipe", "Vous avez choisi ÉQUIPE : la formule commence le 4 décembre"),
    ],
)
def test_page_of_a_trial_says_when_it_ends_and_what_follows(trial, plan, expected):
    said = text(visit(trial(plan)))

    assert "Votre essai se termine le 3 décembre 2026, dans 10 jours" in said
    assert expected in said
    assert "Essai Essai gratuit Toutes les fonctions, sans engagement" in said
    assert "Pendant l’essai, toutes les options sont ouvertes." in said
    assert "Souscrire" not in said
    assert "Factures" not in said


def test_page_after_a_trial_says_how_long_the_data_are_kept(trial):
    alice = trial(None)
    with staff_context():
        end_trial(subscription_id=Subscription.objects.get().pk, on=date(2026, 12, 4))

    with time_machine.travel(datetime(2026, 12, 4, 9, tzinfo=UTC)):
        said = text(visit(alice))

    assert "Votre essai est terminé Vos données sont conservées jusqu’au 2 février 2027." in said
    assert "Essai terminé Essai gratuit Rien n’a été facturé." in said


@pytest.fixture
def trial(db):
    """Return a function that opens a trial of 14 days on 20 November, for its owner."""

    def opened(code: str | None):
        with staff_context():
            seller = world.put_on_sale()
            start_trial(
                organization=world.organization(),
                seller=seller,
                on=date(2026, 11, 20),
                plan=code and world.plan(code),
                commitment=code and Commitment.MONTHLY,
            )
        return User.objects.get(email="alice@exemple.fr")

    with time_machine.travel(NOW, tick=False):
        yield opened
