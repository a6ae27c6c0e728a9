from threading import Barrier, Thread

import pytest
from django.db import Error, IntegrityError, connection, transaction

from accounts import services
from accounts.models import AuditEvent, Membership, Organization, SeatLimit
from accounts.roles import Role
from accounts.selectors import Seats, memberships, owner, people, seats
from accounts.services import NoSeatLeft
from accounts.tenancy import staff_context, tenant_context
from tests import world


@pytest.fixture
def ravel(db):
    with staff_context():
        return world.organization()


@pytest.fixture
def staff(ravel):
    with staff_context():
        yield


# Creating


def test_create_organization_gives_it_its_owner_and_says_so(db):
    alice = world.person("Alice")

    with staff_context():
        ravel = services.create_organization(name="Ravel Formation", slug="ravel", owner=alice)
        accesses = list(Membership.objects.values_list("organization", "user", "role", "is_active"))
        journal = list(AuditEvent.objects.values_list("organization", "actor", "action"))

    assert accesses == [(ravel.pk, alice.pk, "owner", True)]
    assert journal == [(ravel.pk, alice.pk, "organization created")]


def test_create_organization_needs_a_slug_of_its_own_and_leaves_nothing(staff):
    bob = world.person("Bob")

    with pytest.raises(IntegrityError), transaction.atomic():
        services.create_organization(name="Autre", slug="ravel", owner=bob)

    assert (Organization.objects.count(), Membership.objects.count()) == (1, 1)


# Seats, rule R20


@pytest.mark.parametrize(
    ("role", "trainers", "administrators", "fits"),
    [
        (Role.TRAINER, 1, 0, True),
        (Role.TRAINER, 0, 9, False),
        (Role.TRAINER, None, 0, True),
        (Role.ADMINISTRATOR, 0, 2, True),  # the owner holds the first seat
        (Role.ADMINISTRATOR, 9, 1, False),
        (Role.SALES, 9, 1, False),
        (Role.SALES, 0, None, True),
    ],
)
def test_add_member_keeps_to_the_seats_of_the_plan(
    ravel, staff, role, trainers, administrators, fits
):
    services.limit_seats(organization=ravel, trainers=trainers, administrators=administrators)
    before = Membership.objects.count()

    if fits:
        services.add_member(organization=ravel, user=world.person("Bob"), role=role)
    else:
        with pytest.raises(NoSeatLeft):
            services.add_member(organization=ravel, user=world.person("Bob"), role=role)

    assert Membership.objects.count() == before + fits


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (1, "La seule place de la formule est prise."),
        (3, "Les 3 places de la formule sont prises."),
    ],
)
def test_no_seat_left_says_how_many_the_plan_has(limit, said):
    assert str(NoSeatLeft(limit)) == said


def test_a_closed_access_frees_its_seat(ravel, staff):
    services.limit_seats(organization=ravel, trainers=1, administrators=None)
    tara = services.add_member(organization=ravel, user=world.person("Tara"), role=Role.TRAINER)
    Membership.objects.filter(pk=tara.pk).update(is_active=False)

    services.add_member(organization=ravel, user=world.person("Theo"), role=Role.TRAINER)

    assert seats(ravel) == Seats(1, 1, 1, None)


def test_limit_seats_twice_keeps_the_last(ravel, staff):
    services.limit_seats(organization=ravel, trainers=1, administrators=1)
    services.limit_seats(organization=ravel, trainers=8, administrators=None)

    assert list(SeatLimit.objects.values_list("trainers", "administrators")) == [(8, None)]


def test_one_person_has_one_access_an_organization(ravel, staff):
    adam = world.member(ravel, "Adam", Role.ADMINISTRATOR)

    with pytest.raises(IntegrityError, match="one_access_per_person"), transaction.atomic():
        services.add_member(organization=ravel, user=adam, role=Role.SALES)


def test_an_organization_has_one_owner(ravel, staff):
    with pytest.raises(IntegrityError, match="one_owner"), transaction.atomic():
        services.add_member(organization=ravel, user=world.person("Bob"), role=Role.OWNER)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"role": "queen"}, "known_role"), ({"is_active": False}, "owner_is_active")],
)
def test_the_table_refuses_an_access_that_means_nothing(ravel, staff, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Membership.objects.filter(organization=ravel, role=Role.OWNER).update(**change)


def settle_with_one_seat() -> None:
    with staff_context():
        services.limit_seats(organization=world.organization(), trainers=1, administrators=None)
        for name in ("Tara", "Theo", "Tina", "Tom"):
            world.person(name)


@pytest.mark.seeded(by=settle_with_one_seat)
def test_the_last_seat_is_taken_once_by_four_at_a_time(committed_db):
    with staff_context():
        ravel = Organization.objects.get()
    wanted = [world.User.objects.get(email=f"{name}@exemple.fr") for name in NEWCOMERS]
    start, outcomes = Barrier(len(wanted)), []

    def join(user):
        start.wait()
        try:
            with tenant_context(ravel.pk):
                services.add_member(organization=ravel, user=user, role=Role.TRAINER)
        except NoSeatLeft:
            outcomes.append("no seat left")
        else:
            outcomes.append("joined")
        connection.close()

    threads = [Thread(target=join, args=[user]) for user in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["joined", "no seat left", "no seat left", "no seat left"]


NEWCOMERS = ("tara", "theo", "tina", "tom")


# The journal


def test_record_tells_who_did_what(ravel, staff):
    alice = owner(ravel)

    services.record(organization=ravel, actor=alice, action="looked at", page=3)

    event = AuditEvent.objects.latest("pk")
    assert (event.organization, event.actor, event.action) == (ravel, alice, "looked at")
    assert event.details == {"page": 3}


def test_record_stands_or_falls_with_its_deed(ravel, staff):
    with transaction.atomic():
        services.record(organization=ravel, actor=None, action="undone")
        transaction.set_rollback(True)

    assert not AuditEvent.objects.filter(action="undone").exists()


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_journal_is_written_once(ravel, staff, deed):
    events = AuditEvent.objects.all()

    with pytest.raises(Error, match="pgtrigger: Cannot"), transaction.atomic():
        events.update(action="nothing") if deed == "update" else events.delete()


# Who belongs where


def test_memberships_lists_open_accesses_by_organization_name(staff, ravel):
    alice = owner(ravel)
    atelier = world.organization("Atelier", "atelier", owner=world.person("Charlie"))
    services.add_member(organization=atelier, user=alice, role=Role.SALES)
    closed = world.organization("Clos", "clos", owner=world.person("Colin"))
    access = services.add_member(organization=closed, user=alice, role=Role.SALES)
    Membership.objects.filter(pk=access.pk).update(is_active=False)

    with transaction.atomic():
        names = [each.organization.name for each in memberships(alice)]

    assert names == ["Atelier", "Ravel Formation"]


def test_people_are_the_open_accesses_of_these_roles(staff, ravel):
    adam = world.member(ravel, "Adam", Role.ADMINISTRATOR)
    world.member(ravel, "Tara", Role.TRAINER)
    gone = world.member(ravel, "Gone", Role.ADMINISTRATOR)
    world.User.objects.filter(pk=gone.pk).update(is_active=False)

    assert set(people(ravel, Role.OWNER, Role.ADMINISTRATOR)) == {owner(ravel), adam}
