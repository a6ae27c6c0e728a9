"""What each tab, each filter and each search finds."""

from datetime import date, datetime, timedelta

import pytest
import time_machine

from subscriptions.periods import Commitment
from support import conversation, queue, queue_filters, services
from support.models import Request
from support.moves import open_request
from support.queue_filters import Choice
from support.working_time import PARIS
from tests import world
from tests.support.conftest import TODAY

NOON = datetime(2026, 11, 23, 12, tzinfo=PARIS)
LATER = datetime(2026, 12, 1, 12, tzinfo=PARIS)
NAMES = {
    "D-2026-0001": "plan",
    "D-2026-0002": "commitment",
    "D-2026-0003": "options",
    "D-2026-0004": "interest",
    "D-2026-0005": "message",
    "D-2026-0006": "waiting",
    "D-2026-0007": "task",
    "D-2026-0008": "closed",
    "D-2026-0009": "sales",
}
OPEN = set(NAMES.values()) - {"closed"}


@pytest.fixture
def busy(staff):
    """One request of each topic, one that waits, one that is closed, one at sales."""
    with time_machine.travel(NOON, tick=False):
        _ask(staff)
    return staff


def _ask(desk) -> None:
    lea, victor = desk.people["lea"], desk.people["victor"]
    plan = desk.ask("adam")
    desk.ask("charlie", code="equipe", commitment=Commitment.ANNUAL)
    desk.people["zoe"] = _subscriber(desk, "Zoé", "neuf", "indep-plus")
    desk.ask("zoe", code="indep-plus", when="now", options=("custom-fields",))
    services.note_option_interest(
        membership=desk.membership("sam"), option=world.option("edof-export"), on=TODAY
    )
    sam = desk.membership("sam")
    services.ask_by_message(membership=sam, message="Bonjour", on=TODAY - timedelta(days=3))
    waiting = services.ask_by_message(membership=sam, message="Un tarif ?", on=TODAY)
    conversation.reply_as_staff(request_id=waiting.pk, actor=lea, body="Lequel ?", on=TODAY)
    task = open_request(desk.elsewhere, on=TODAY, kind="task", message="Limite")
    closed = services.ask_by_message(membership=sam, message="Merci", on=TODAY)
    conversation.close(request_id=closed.pk, actor=lea, on=TODAY)
    desk.people["yan"] = _subscriber(desk, "Yan", "autre", "indep-plus")
    desk.price(desk.ask("yan", code="equipe"), code="equipe")
    Request.objects.filter(reference="D-2026-0009").update(needs_agreement=False)
    desk.hand_over(Request.objects.get(reference="D-2026-0009"))
    conversation.assign(request_id=plan.pk, actor=lea, to=lea, on=TODAY)
    conversation.assign(request_id=task.pk, actor=lea, to=victor, on=TODAY)


def _subscriber(desk, name: str, slug: str, code: str):
    person = world.person(name)
    of = world.organization(slug.title(), slug, owner=person)
    world.subscribed(of, on=date(2026, 11, 10), code=code)
    return person


def found(desk, moment: datetime = NOON, **choice) -> set[str]:
    condition = queue_filters.chosen(
        Choice(**choice), desk.people["lea"], at=moment, on=moment.date()
    )
    return {NAMES[request.reference] for request in Request.objects.filter(condition)}


def test_every_tab_and_every_filter_finds_its_own(busy):
    victor = str(busy.people["victor"].pk)
    expected = {
        ("view", "todo"): OPEN - {"waiting", "interest", "sales"},
        ("view", "mine"): {"plan"},
        ("view", "waiting"): {"waiting"},
        ("view", "sales"): {"sales"},
        ("view", "interests"): {"interest"},
        ("view", "done"): {"closed"},
        ("view", "all"): OPEN | {"closed"},
        ("topic", "plan"): {"plan", "sales"},
        ("topic", "commitment"): {"commitment"},
        ("topic", "options"): {"options"},
        ("topic", "interest"): {"interest"},
        ("topic", "message"): {"message", "waiting", "closed"},
        ("topic", "task"): {"task"},
        ("plan", "indep-plus"): {"options", "sales"},
        ("assigned", "me"): {"plan"},
        ("assigned", "nobody"): OPEN | {"closed"} - {"plan", "task"},
        ("assigned", victor): {"task"},
        ("due", "late"): set(),
        ("invoice", "soon"): set(),
        ("replied", "no"): OPEN - {"waiting", "sales", "task"},
        ("since", TODAY): OPEN | {"closed"} - {"message"},
        ("until", TODAY - timedelta(days=1)): {"message"},
    }
    expected["assigned", "nobody"] -= {"plan", "task"}
    expected["since", TODAY] -= {"message"}

    assert {asked: found(busy, **dict([asked])) for asked in expected} == expected


def test_filters_add_up(busy):
    assert found(busy, view="todo", topic="message", replied="no", assigned="nobody") == {"message"}
    assert found(busy, view="waiting", replied="no") == set()


def test_a_week_later_all_is_late_but_what_waits_or_is_done(busy):
    assert found(busy, LATER, due="late") == OPEN - {"waiting"}
    assert found(busy, LATER, invoice="soon") == OPEN - {"options", "sales"}  # 9, not 10 December


def test_the_figures_count_what_the_filters_find(busy):
    lea = busy.people["lea"]

    for moment in (NOON, LATER):
        figures = queue.figures(lea, at=moment, on=moment.date())

        tabs = ("todo", "mine", "waiting", "sales", "interests")
        assert figures == queue.Figures(
            tabs={view: len(found(busy, moment, view=view)) for view in tabs},
            late=len(found(busy, moment, due="late")),
            invoice_soon=len(found(busy, moment, invoice="soon")),
        )


def test_the_most_urgent_comes_first_and_what_is_done_last_first(busy):
    def order(view: str) -> list[str]:
        rows = Request.objects.filter(queue_filters.tabs(busy.people["lea"])[view])
        return [NAMES[row.reference] for row in rows.order_by(*queue.order_of_tab(view))]

    Request.objects.filter(reference="D-2026-0003").update(due_at=NOON - timedelta(hours=2))

    assert order("todo")[:3] == ["options", "plan", "commitment"]
    assert order("todo")[-1] == "task"  # due as a whole, two days later
    assert order("all")[-2:] == ["waiting", "closed"]


def test_a_search_finds_by_all_that_people_quote(busy):
    number = busy.elsewhere.number
    of_ravel = {"plan", "interest", "message", "waiting", "closed"}
    expected = {
        "D-2026-0007": {"task"},
        "d-2026-0007": {"task"},
        "ailleurs": {"commitment", "task"},
        str(number): {"commitment", "task"},
        "adam@exemple.fr": of_ravel,  # of any member of the client
        "TARA@exemple.fr": of_ravel,
        "charlie@exemple.fr": {"commitment", "task"},
        "F2026-000001": of_ravel,
        "rien": set(),
    }

    searched = {
        term: {NAMES[row.reference] for row in Request.objects.filter(queue_filters.search(term))}
        for term in expected
    }

    assert searched == expected
