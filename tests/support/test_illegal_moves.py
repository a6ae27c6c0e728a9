"""Every kind, state and deed by the four paths: what the table forbids happens by none of them.

A service by somebody who may do it, a POST to the desk, a POST to the API, and raw SQL.
"""

import json
from collections.abc import Callable
from itertools import product

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.tenancy import staff_context
from support import conversation, handover, interests, quotes, services, workflow
from support.actions import ACTIONS
from support.handover import NotAgreed
from support.labels import RefusalReason
from support.models import Message, Quote, Request, RequestEvent
from support.workflow import RULE_OF, IllegalMove, Kind, Move, NotAllowed, State
from tests import world
from tests.options.calls import problem
from tests.support.calls import at
from tests.support.conftest import RENEWS_ON, TODAY

ROADS = {
    State.NEW: [],
    State.NEEDS_DETAILS: ["needs_details"],
    State.PRICED: ["priced"],
    State.QUOTED: ["priced", "quoted"],
    State.ACCEPTED: ["priced", "quoted", "accepted"],
    State.HANDED_OVER: ["priced", "handed_over"],
    State.APPLIED: ["priced", "handed_over", "applied"],
    State.REFUSED: ["refused"],
    State.WITHDRAWN: ["withdrawn"],
    State.EXPIRED: ["priced", "quoted", "expired"],
    State.CLOSED: ["closed"],
}
REACHED = [
    (kind, state) for kind, state in product(Kind, State) if state in workflow.states_of(kind)
]
BY_SYSTEM = {Move.EXPIRE, Move.FULFILL, Move.GIVE_DETAILS}  # deeds that find their own requests
AT_THE_DESK = [move for move in Move if move in ACTIONS]
BY_API = {
    Move.WITHDRAW: ("withdrawal/", {}),
    Move.ACCEPT: ("quote/acceptance/", {"version": 1, "gross": "1.00"}),
    Move.DECLINE: ("quote/refusal/", {}),
}


# Two moves in one deed: « Chiffrer à nouveau » opens an expired change again, then prices it.
TOGETHER = {(Move.PRICE, Kind.PLAN_CHANGE, State.EXPIRED)}


def refused(move: Move, kind: Kind, state: State) -> bool:
    """Tell whether no deed may do it, be it by two moves of the table."""
    return not legal(move, kind, state) and (move, kind, state) not in TOGETHER


def legal(move: Move, kind: Kind, state: State) -> bool:
    rule = RULE_OF[move]
    return kind in rule.kinds and state in rule.sources


def put(request: Request, state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE support_request SET state = %s WHERE id = %s", [state, request.pk])


@pytest.fixture
def brought(desk) -> Callable[[Kind, State], Request]:
    """Return what brings a request of Alice's to a state, one legal step of SQL after another."""

    def bring(kind: Kind, state: State) -> Request:
        with staff_context():
            request = opened(desk, kind)
            Request.objects.filter(pk=request.pk).update(
                surcharge_cents=0, needs_agreement=False, effective_on=RENEWS_ON
            )
            for step in ROADS[state]:
                put(request, step)
            request.refresh_from_db()
        return request

    return bring


def opened(desk, kind: Kind) -> Request:
    alice = desk.membership("alice")
    if kind == Kind.PLAN_CHANGE:
        return desk.ask(message="Nous grandissons.")
    if kind == Kind.OPTION_INTEREST:
        option = world.option("edof-export")
        return services.note_option_interest(membership=alice, option=option, on=TODAY)
    if kind == Kind.CONTACT:
        return services.ask_by_message(membership=alice, message="Bonjour", on=TODAY)
    return services.open_request(desk.ravel, on=TODAY, kind=Kind.TASK, message="À voir")


def deeds(desk, request: Request, *, staff="magda", member="alice") -> dict[Move, Callable]:
    """Return each move's service, by a manager or the owner, whom the table lets do it."""
    lea = {"request_id": request.pk, "actor": desk.people[staff], "on": TODAY}
    alice = {
        "membership": desk.membership(member),
        "reference": request.reference,
        "on": TODAY,
    }
    return {
        Move.PRICE: lambda: quotes.price(order=desk.order(), **lea),
        Move.SEND_QUOTE: lambda: quotes.send_quote(valid_until=RENEWS_ON, **lea),
        Move.HAND_OVER: lambda: handover.hand_over(**lea),
        Move.SEND_BACK: lambda: handover.send_back(reason="Non", **lea),
        Move.APPLY: lambda: handover.apply(**lea),
        Move.ASK_DETAILS: lambda: conversation.ask_details(body="?", **lea),
        Move.REFUSE: lambda: conversation.refuse(
            reason=next(iter(RefusalReason)), body="Non", **lea
        ),
        Move.QUOTE_INTEREST: lambda: interests.ask_quote(**lea),
        Move.CLOSE: lambda: conversation.close(**lea),
        Move.REOPEN: lambda: conversation.reopen(**lea),
        Move.ACCEPT: lambda: quotes.accept_quote(**alice),
        Move.DECLINE: lambda: quotes.decline_quote(**alice),
        Move.ASK_AGAIN: lambda: quotes.ask_again(**alice),
        Move.WITHDRAW: lambda: conversation.withdraw(**alice),
    }


def stored() -> list:
    """Return all that a deed on a request could write."""
    with staff_context():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Request, RequestEvent, Message, Quote)
        ]


def test_every_move_is_tried_by_a_service(desk, brought):
    request = brought(Kind.CONTACT, State.NEW)

    with staff_context():
        assert set(deeds(desk, request)) | BY_SYSTEM == set(Move)


@pytest.mark.parametrize(("kind", "state"), REACHED)
def test_no_service_moves_what_the_table_forbids(desk, brought, kind, state):
    request = brought(kind, state)
    before = stored()

    with staff_context():
        for move, deed in deeds(desk, request).items():
            if refused(move, kind, state):
                with pytest.raises((IllegalMove, Request.DoesNotExist)), transaction.atomic():
                    deed()

    assert stored() == before


@pytest.mark.parametrize(("kind", "state"), REACHED)
def test_the_jobs_leave_what_they_may_not_move(desk, brought, kind, state):
    request = brought(kind, state)
    before = stored()

    with staff_context():
        quotes.expire_quotes(on=RENEWS_ON)
        interests.close_answered(organization=None, on=RENEWS_ON)

    assert stored() == before
    assert request.state == state


@pytest.mark.parametrize(("kind", "state"), REACHED)
def test_the_desk_moves_nothing_that_the_table_forbids(desk, brought, enter, kind, state):
    request, magda = brought(kind, state), enter("magda")
    before = stored()
    filled = {
        "body": "?",
        "reason": next(iter(RefusalReason)),
        "note": "",
        "valid_until": RENEWS_ON.isoformat(),
        "plan": world_plan(),
        "commitment": "monthly",
        "when": "term",
        "effective_on": TODAY.isoformat(),
    }

    answers = {
        move: press(magda, request, move, filled)
        for move in AT_THE_DESK
        if refused(move, kind, state)
    }

    assert stored() == before
    assert set(answers.values()) <= {200, 302, 409, 422}


def world_plan() -> int:
    with staff_context():
        return world.plan("orga").pk


def press(client: Client, request: Request, move: Move, filled: dict) -> int:
    address = reverse("admin:support_request_move", args=[request.pk, move])
    return client.post(address, filled).status_code


@pytest.mark.parametrize(("kind", "state"), REACHED)
def test_the_api_moves_nothing_that_the_table_forbids(desk, brought, enter, kind, state):
    request, alice = brought(kind, state), enter("alice")
    before = stored()

    answers = {
        move: problem(
            alice.post(at(request.reference, door), json.dumps(body), "application/json")
        )[:2]
        for move, (door, body) in BY_API.items()
        if not legal(move, kind, state)
    }

    assert stored() == before
    expected = (404, "not_found") if kind == Kind.TASK else (409, "illegal_move")
    assert set(answers.values()) <= {expected}


@pytest.mark.parametrize(("kind", "state"), REACHED)
def test_raw_sql_reaches_no_state_that_no_move_leads_to(desk, brought, kind, state):
    request = brought(kind, state)
    allowed = {RULE_OF[move].target for move in Move if legal(move, kind, state)}
    before = stored()

    with staff_context():
        for target in set(State) - allowed - {state}:
            with pytest.raises(Error), transaction.atomic():
                put(request, target)

    assert stored() == before


@pytest.mark.parametrize(("staff", "member"), [("remi", "tara"), ("alice", "charlie")])
@pytest.mark.parametrize("move", sorted(set(Move) - BY_SYSTEM))
def test_a_move_is_not_in_other_hands(desk, brought, move, staff, member):
    kind, state = next(each for each in REACHED if legal(move, *each))
    request = brought(kind, state)
    if move == Move.HAND_OVER:  # a priced request has a quote
        with staff_context():
            for step in (State.NEEDS_DETAILS, State.NEW):
                put(request, step)
            desk.price(request)
    before = stored()

    refusals = (NotAllowed, NotAgreed, Request.DoesNotExist)
    with staff_context(), pytest.raises(refusals), transaction.atomic():
        deeds(desk, request, staff=staff, member=member)[move]()

    assert stored() == before
