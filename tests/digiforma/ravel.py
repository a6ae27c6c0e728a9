"""Ravel Formation as « Mon abonnement » finds it on 23 November 2026, and the page as text."""

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from django.test import Client

from accounts.models import Membership, Organization, User
from accounts.roles import Role
from learners.models import Enrollment, Learner, TrainingSession
from learners.services import recount_all
from subscriptions.periods import Commitment
from subscriptions.renewal import renew
from tests import world

PAGE = "/compte/abonnement/"
NOW = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
TODAY = NOW.date()
SESSIONS_A_YEAR = 12
COLLEAGUES = (("Adam", Role.ADMINISTRATOR), ("Sam", Role.SALES), ("Tara", Role.TRAINER))


def found(
    *,
    learners: int = 412,
    code: str = "equipe",
    commitment: Commitment = Commitment.MONTHLY,
    options: tuple[str, ...] = ("company-space", "e-signature"),
    since: date = date(2026, 9, 9),
    is_counted: bool = True,
) -> SimpleNamespace:
    """Open Ravel with its people, its learners and its invoices until today, in staff's scope."""
    world.put_on_sale()
    alice = world.person("Alice", last_name="Ravel")
    ravel = world.organization(owner=alice)
    subscription, _invoice = world.subscribed(
        ravel, on=since, code=code, commitment=commitment, options=options
    )
    people = {name.lower(): world.member(ravel, name, role) for name, role in COLLEAGUES}
    spread(ravel, learners)
    while subscription.renews_on <= TODAY:
        renew(subscription_id=subscription.pk, on=subscription.renews_on)
        subscription.refresh_from_db()
    if is_counted:
        recount_all(on=TODAY)
    return SimpleNamespace(ravel=ravel, subscription=subscription, alice=alice, **people)


def spread(organization: Organization, learners: int) -> None:
    """Enrol learners over the year that ends today, and half as many over the year before."""
    for number in range(2 * SESSIONS_A_YEAR):
        of_year = learners if number < SESSIONS_A_YEAR else learners // 2
        rest = number % SESSIONS_A_YEAR < of_year % SESSIONS_A_YEAR
        enroll(
            organization,
            of_year // SESSIONS_A_YEAR + rest,
            on=TODAY - timedelta(days=15 + 365 * number // SESSIONS_A_YEAR),
        )


def enroll(organization: Organization, learners: int, *, on: date) -> None:
    """Put learners into one session of a day."""
    session = TrainingSession.objects.create(
        organization=organization, code=f"S {on}", title="Session", starts_on=on, ends_on=on
    )
    people = Learner.objects.bulk_create(
        Learner(organization=organization, email=f"{number}-{on}@exemple.fr")
        for number in range(learners)
    )
    Enrollment.objects.bulk_create(
        Enrollment(
            organization=organization,
            session=session,
            learner=learner,
            counts_on=on,
            status="enrolled",
        )
        for learner in people
    )


def membership(person: User) -> Membership:
    return Membership.objects.select_related("organization", "user").get(user=person)


def visit(person: User, path: str = PAGE):
    client = Client()
    client.force_login(person)
    return client.get(path)


def html(response) -> str:
    """Return the source of a page, its no-break spaces as plain ones."""
    return response.content.decode().replace("\u00a0", " ")


def text(response) -> str:
    """Return what a person reads in the main part of a page, on one line."""
    body = html(response).partition("<main")[2].partition(">")[2].partition("</main>")[0]
    inline = re.sub(r"</?(?:sup|b|strong|a|span)\b[^>]*>", "", body)
    return " ".join(re.sub(r"<[^>]+>", " ", inline).split())


def between(said: str, start: str, end: str) -> str:
    """Return what stands between two texts, without them."""
    return said.partition(start)[2].partition(end)[0].strip()
