"""An overrun opens a grace, the gate closes after it, and both end with it (R20)."""

import pytest
from django.db import transaction

from accounts.models import OutgoingMail
from accounts.roles import Role
from learners.gate import EnrollmentRefused
from learners.models import EnrollmentGate, Learner, TrainingSession
from learners.services import enroll
from subscriptions import credit_notes, overruns, plan_changes, renewal_run
from subscriptions.models import Overrun, Plan, Subscription
from subscriptions.overruns import NoOverrun, NotLater
from subscriptions.plan_changes import Change
from tests import world
from tests.subscriptions import limits
from tests.subscriptions.limits import counted_live, day, mailed, night, nights, warn

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(ravel):
    """Ravel on ÉQUIPE, 500 learners, monthly, above its limit since day 0."""
    world.subscribed(ravel, on=day(-20))
    nights(ravel, 501)
    return ravel


def gate() -> tuple | None:
    """Return the day of the story from which enrolments are refused, and above what."""
    [found, *_] = [*EnrollmentGate.objects.all(), None]
    return found and ((found.closed_from - limits.START).days, found.limit)


def changes_plan(code: str, *, on: int):
    return plan_changes.change_now(
        subscription_id=Subscription.objects.get().pk,
        change=Change(plan=world.plan(code)),
        on=day(on),
        operation=f"to {code}",
    )


def test_the_first_day_over_writes_the_day_of_the_gate(over):
    assert limits.overruns() == [(0, 30, None, "")]
    assert gate() == (30, 500)


def test_the_grace_is_a_setting(ravel, settings):
    settings.ENROLLMENT_GRACE_DAYS = 7
    world.subscribed(ravel, on=day(-20))

    nights(ravel, 501)

    assert gate() == (7, 500)


def test_a_longer_overrun_keeps_its_day(over):
    night(over, 540, on=day(1))
    night(over, 503, on=day(2))

    assert limits.overruns() == [(0, 30, None, "")]


def test_the_limit_itself_ends_the_overrun_and_opens_the_gate(over):
    night(over, 500, on=day(4))

    assert limits.overruns() == [(0, 30, 4, "count")]
    assert gate() is None
    assert mailed() == [
        "Vous dépassez votre limite de 1 apprenant",
        "Vous êtes revenu à 500 apprenants ou moins",
    ]


def test_a_later_overrun_has_a_grace_of_its_own_and_is_not_told_twice(over):
    """Above 95 % the threshold is not armed again: neither a second mail nor a second return."""
    for number, count in enumerate((500, 501, 499), start=1):
        night(over, count, on=day(number))

    assert limits.overruns() == [(0, 30, 1, "count"), (2, 32, 3, "count")]
    assert len(mailed()) == 2


def test_a_return_is_told_to_the_owner_alone(over):
    world.member(over, "Adam", Role.ADMINISTRATOR)

    night(over, 490, on=day(1))

    assert mailed("adam@exemple.fr") == []


# The end of the grace


def closes(organization, count: int = 520) -> None:
    """Count so many each night until the grace is over."""
    for number in range(1, 31):
        night(organization, count, on=day(number))


@pytest.fixture
def of_two(ravel):
    """Ravel with three learners for a limit of two, since day 0."""
    Plan.objects.filter(component__code="equipe").update(learners=2)
    world.subscribed(ravel, on=day(-20))
    world.member(ravel, "Adam", Role.ADMINISTRATOR)
    counted_live(ravel, 3)
    nights(ravel, 3)
    return ravel


def test_after_the_grace_enrolments_are_refused_and_those_in_charge_are_told_once(of_two):
    closes(of_two, 3)
    warn(day(31))

    with pytest.raises(EnrollmentRefused):
        _one_more(of_two, on=30)
    told = [
        "Vous dépassez votre limite de 1 apprenant",
        "Inscriptions refusées depuis le 9 avril 2026",
    ]
    assert (mailed(), mailed("adam@exemple.fr")) == (told, told)
    text = OutgoingMail.objects.filter(subject__startswith="Inscriptions").first().text
    assert text.replace("\u00a0", " ") == (
        "Depuis le 9 avril 2026, les nouvelles inscriptions sont refusées : 3 apprenants comptés "
        "pour une formule de 2.\n\n"
        "Vos sessions continuent, ce qui est inscrit le reste, et vous pouvez toujours corriger "
        "ou annuler.\n\n"
        "Les inscriptions reprennent dès que la formule change ou que le nombre redescend à 2.\n\n"
        "Comparer les formules : http://127.0.0.1:8000/compte/abonnement/formules/\n"
    )


def _one_more(organization, *, on: int) -> None:
    learner = Learner.objects.create(organization=organization, email=f"neuf-{on}@exemple.fr")
    session = TrainingSession.objects.get()
    enroll(organization=organization, session=session, learner=learner, on=day(on))


def test_on_the_last_day_of_the_grace_one_still_enrols(of_two):
    _one_more(of_two, on=29)


def test_when_the_count_fell_in_the_day_nobody_is_told_of_a_refusal(of_two):
    """The stored count is above, the enrolments are not any more: the gate lets pass."""
    for enrollment in TrainingSession.objects.get().enrollments.all()[:2]:
        enrollment.status, enrollment.left_on = "cancelled", day(-1)
        enrollment.save()

    closes(of_two, 3)

    _one_more(of_two, on=30)
    assert mailed() == ["Vous dépassez votre limite de 1 apprenant"]


def test_a_return_after_the_gate_has_closed_is_told(of_two):
    closes(of_two, 3)

    night(of_two, 2, on=day(31))

    assert mailed()[-1] == "Vous êtes revenu à 2 apprenants ou moins"
    _one_more(of_two, on=31)


# Another plan


def test_a_larger_plan_opens_the_gate_at_once(of_two):
    closes(of_two, 3)

    changes_plan("orga", on=30)

    assert gate() is None
    _one_more(of_two, on=30)
    assert limits.overruns() == [(0, 30, 30, "plan")]
    assert mailed()[-1].startswith("Inscriptions refusées")  # the change has its own mail


def test_a_larger_plan_that_is_still_too_small_opens_another_grace(over):
    for number in range(1, 4):
        night(over, 1_600, on=day(number))

    changes_plan("orga", on=3)

    assert limits.overruns() == [(0, 30, 3, "plan"), (3, 33, None, "")]
    assert gate() == (33, 1_500)
    night(over, 1_600, on=day(4))
    assert limits.overruns()[-1] == (3, 33, None, "")
    assert mailed()[-1] == "Vous dépassez votre limite de 100 apprenants"


def test_a_change_that_is_undone_is_measured_by_the_former_plan(over):
    invoice = changes_plan("orga", on=0)
    assert gate() is None

    credit_notes.cancel_document(invoice_id=invoice.pk, on=day(1), reason="Erreur")
    night(over, 501, on=day(1))

    assert limits.overruns() == [(0, 30, 0, "plan"), (1, 31, None, "")]
    assert gate() == (31, 500)


def test_a_change_applied_by_the_night_opens_the_gate(over):
    subscription = Subscription.objects.get()
    larger = Change(plan=world.plan("orga"))
    plan_changes.change_at_term(subscription_id=subscription.pk, change=larger, on=day(0))

    renewal_run.run(on=subscription.renews_on, scope=transaction.atomic)

    assert gate() is None


def test_the_end_of_a_subscription_ends_its_overrun(over):
    subscription = Subscription.objects.get()
    plan_changes.cancel_at_term(subscription_id=subscription.pk, on=day(0))

    renewal_run.run(on=subscription.renews_on, scope=transaction.atomic)

    assert (gate(), Overrun.objects.get().ended_by) == (None, "plan")


def test_an_extension_ends_with_its_overrun(over):
    extended(over, 90)

    night(over, 400, on=day(1))
    night(over, 501, on=day(2))

    assert gate() == (32, 500)


# Staff extend it


def extended(organization, until: int, *, on: int = 0) -> Overrun:
    return overruns.extend_grace(
        organization=organization,
        until=day(until),
        on=day(on),
        reason="Convenu",
        actor=world.person("Irène"),
    )


def test_an_extension_moves_the_day_and_tells_the_owner(over):
    extended(over, 60)

    assert gate() == (60, 500)
    text = OutgoingMail.objects.filter(subject__startswith="Vous pouvez").get().text
    assert text.replace("\u00a0", " ").startswith(
        "Nous prolongeons votre délai : vous pouvez inscrire jusqu’au 8 mai 2026 inclus, même "
        "au-dessus de 500 apprenants."
    )


def test_an_extension_opens_a_gate_that_is_closed_and_its_end_is_told_again(of_two):
    closes(of_two, 3)
    extended(of_two, 40, on=31)

    _one_more(of_two, on=39)
    for number in range(31, 42):
        night(of_two, 4, on=day(number))

    assert gate() == (40, 2)
    assert mailed()[-1] == "Inscriptions refusées depuis le 19 avril 2026"
    assert sum(subject.startswith("Inscriptions") for subject in mailed()) == 2


@pytest.mark.parametrize(("until", "on"), [(29, 0), (30, 0), (40, 40), (39, 45)])
def test_an_extension_only_extends(over, until, on):
    with pytest.raises(NotLater):
        extended(over, until, on=on)

    assert gate() == (30, 500)


def test_without_an_overrun_nothing_is_extended(over):
    night(over, 490, on=day(1))

    with pytest.raises(NoOverrun):
        extended(over, 90, on=1)


def test_each_mail_has_a_short_subject_and_one_button(of_two):
    closes(of_two, 3)
    extended(of_two, 40, on=31)
    night(of_two, 2, on=day(32))

    mails = OutgoingMail.objects.all()

    assert len({mail.subject for mail in mails}) == 4
    assert max(len(mail.subject) for mail in mails) <= 60
    assert {mail.html.count('class="button"') for mail in mails} == {1}
    assert {mail.text.count("http") for mail in mails} == {1}
