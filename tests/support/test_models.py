"""What raw SQL may not do to a request, whoever it is."""

import itertools
from datetime import date

import pytest
from django.db import Error, connection, transaction

from accounts.tenancy import staff_context, tenant_context
from support import services, workflow
from support.models import ContactMessage, Message, Quote, Request, RequestEvent
from support.workflow import State
from tests import world
from tests.support.visitors import wrote

ROADS = {
    "new": [],
    "needs_details": ["needs_details"],
    "priced": ["priced"],
    "quoted": ["priced", "quoted"],
    "accepted": ["priced", "quoted", "accepted"],
    "handed_over": ["priced", "handed_over"],
    "applied": ["priced", "handed_over", "applied"],
    "refused": ["refused"],
    "withdrawn": ["withdrawn"],
    "expired": ["priced", "quoted", "expired"],
}
EVERY_STEP = set(itertools.permutations([str(state) for state in State], 2))
ILLEGAL = sorted(EVERY_STEP - set(workflow.steps()))


def put(request: Request, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE support_request SET state = %s WHERE id = %s", [state, request.pk])


def refused(statement: str, *values) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount == 0
    except Error:
        return True


@pytest.fixture
def request_of(staff):
    """A plan change brought to a state by raw SQL, one legal step after another."""

    def brought(state: str) -> Request:
        request = staff.ask()
        Request.objects.filter(pk=request.pk).update(surcharge_cents=0, needs_agreement=False)
        for step in ROADS[state]:
            put(request, step)
        return request

    return brought


@pytest.mark.parametrize("source", sorted(ROADS))
def test_raw_sql_cannot_jump(request_of, source):
    request = request_of(source)

    for _source, target in (step for step in ILLEGAL if step[0] == source):
        with pytest.raises(Error), transaction.atomic():
            put(request, target)

    assert Request.objects.get(pk=request.pk).state == source


def test_raw_sql_cannot_insert_a_request_that_is_already_on_its_way(staff):
    request = staff.ask()

    with pytest.raises(Error, match="Cannot insert"), transaction.atomic():
        Request.objects.create(
            organization=staff.elsewhere,
            reference="D-2026-9999",
            kind="contact",
            state="closed",
            requester=request.requester,
            asked_on=request.asked_on,
        )


def test_raw_sql_cannot_hand_over_what_commits_money_without_a_yes(staff):
    request = staff.ask()
    staff.price(request)

    with pytest.raises(Error, match="no accepted quote"), transaction.atomic():
        put(request, "handed_over")


def test_what_was_asked_never_changes(staff):
    request = staff.ask()

    for change in (
        "reference = 'D-2026-0099'",
        "asked_on = '2026-01-01'",
        "kind = 'contact'",
        "requester_id = requester_id + 1",
        "from_plan_id = from_plan_id + 1",
    ):
        assert refused(f"UPDATE support_request SET {change} WHERE id = %s", request.pk)


def test_nothing_of_a_request_is_deleted(staff):
    request = staff.ask(message="Bonjour")
    staff.price(request)

    for model in (Message, RequestEvent, Quote, Request):
        table = model._meta.db_table
        assert refused(f"DELETE FROM {table} WHERE organization_id = %s", staff.ravel.pk)
        assert model.objects.exists()


def test_a_quote_that_was_sent_is_frozen(staff):
    request = staff.ask()
    staff.price(request)
    quote = staff.send(request)

    for change in (
        "net_cents = 1, gross_cents = 1 + vat_cents",
        "lines = '[]'",
        "effective_on = '2026-01-01'",
        "plan_id = 1",
        "valid_until = '2030-01-01'",
        "status = 'draft'",
    ):
        assert refused(f"UPDATE support_quote SET {change} WHERE id = %s", quote.pk)


def test_history_is_append_only(staff):
    request = staff.ask()

    assert refused("UPDATE support_requestevent SET note = 'x' WHERE request_id = %s", request.pk)


def test_references_count_by_year_over_all_organizations(staff):
    first = staff.ask()
    other = services.ask_by_message(
        membership=staff.membership("charlie"), message="Bonjour", on=first.asked_on
    )
    later = services.ask_by_message(
        membership=staff.membership("charlie"), message="Encore", on=date(2027, 1, 4)
    )

    assert [first.reference, other.reference, later.reference] == [
        "D-2026-0001",
        "D-2026-0002",
        "D-2027-0001",
    ]


def test_a_strangers_message_is_written_by_all_and_read_by_staff(desk):
    with tenant_context(desk.ravel.pk):
        wrote(message="Bonjour")
        assert list(ContactMessage.objects.all()) == []
        assert ContactMessage.objects.update(message="Autre") == 0
        assert ContactMessage.objects.all().delete()[0] == 0
    with staff_context():
        assert ContactMessage.objects.get().message == "Bonjour"


def test_titles_say_what_is_asked(staff):
    change = staff.ask()
    interest = services.note_option_interest(
        membership=staff.membership("sam"), option=world.option("edof-export"), on=change.asked_on
    )

    assert (change.title, change.customer_title) == ("ÉQUIPE → ORGA", "Votre passage à ORGA")
    assert interest.title == "Option Export EDOF"
