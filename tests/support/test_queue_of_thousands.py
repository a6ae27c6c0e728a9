"""The queue with 5 000 requests: a fixed number of queries, by the indexes."""

from datetime import UTC, datetime, timedelta

from django.urls import reverse

from accounts.models import Organization
from accounts.tenancy import staff_context
from support import clock, queue_filters
from support.models import Message, Request, RequestEvent
from support.targets import targets_of
from support.workflow import Kind
from tests.budgets import statements
from tests.support.conftest import TODAY

QUEUE = reverse("admin:support_request_changelist")
MANY = 5_000
OF_EACH = 25  # requests of an organization
STILL_OPEN = 500
ASKED = datetime(2026, 11, 2, 8, tzinfo=UTC)


def fill(sam) -> None:
    """Write 5 000 messages of 200 organizations over three weeks; all but 500 are closed."""
    clients = Organization.objects.bulk_create(
        Organization(name=f"Organisme {number}", slug=f"organisme-{number}")
        for number in range(MANY // OF_EACH)
    )
    requests = Request.objects.bulk_create(_request(number, clients, sam) for number in range(MANY))
    of_request = [{"organization_id": row.organization_id, "request": row} for row in requests]
    RequestEvent.objects.bulk_create(
        RequestEvent(**told, to_state="new", happened_on=TODAY) for told in of_request
    )
    Message.objects.bulk_create(Message(**told, author=sam, body="Bonjour") for told in of_request)
    done = Request.objects.filter(pk__in=[row.pk for row in requests[STILL_OPEN:]])
    done.update(state="closed", done_at=ASKED, clock_from=None, due_at=None)


def _request(number: int, clients, sam) -> Request:
    at = ASKED + timedelta(minutes=5 * number)
    says = clock.opened(at=at, targets=targets_of(Kind.CONTACT))
    return Request(
        organization=clients[number % len(clients)],
        reference=f"D-2025-{number:04d}",
        kind=Kind.CONTACT,
        requester=sam,
        message=f"Question {number}",
        asked_on=at.date(),
        clock_from=says.clock_from,
        due_at=says.due_at,
    )


def plan_of(rows) -> str:
    """Return how the database reads some rows, with its indexes."""
    return rows.explain(analyze=True)


def test_the_queue_of_5_000_requests_is_read_in_as_many_queries_as_of_one(enter, desk, tell_figure):
    client = enter("lea")
    with staff_context():
        desk.ask()
    client.get(QUEUE)
    asked = {"view": "todo"}, {"view": "done", "p": "3"}, {"q": "question", "topic": "message"}

    def count(given) -> int:
        with statements() as sent:
            response = client.get(QUEUE, given)
        assert response.status_code == 200
        return len(sent)

    few = [count(given) for given in asked]
    with staff_context():
        fill(desk.people["sam"])

    assert [count(given) for given in asked] == few
    tell_figure(f"{few} queries with one request and with {MANY}")


def test_what_is_open_is_found_by_an_index(desk):
    with staff_context():
        fill(desk.people["sam"])
        for tab in ("todo", "waiting"):
            rows = Request.objects.filter(queue_filters.tabs(desk.people["lea"])[tab])

            assert "Index" in plan_of(rows.order_by(*queue_filters.MOST_URGENT)[:50])
