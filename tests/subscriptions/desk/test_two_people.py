"""A large credit note takes two people."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.tenancy import staff_context
from subscriptions import plan_changes
from subscriptions.models import Invoice, StaffOrder
from subscriptions.periods import Commitment
from tests import world
from tests.subscriptions.desk.pages import TODAY, confirmation, deed_of, done, page_of, rows, text


@pytest.fixture
def large(ravel):
    """Return an invoice of 1 190 € HT, a year's, of another organization."""
    with staff_context():
        _subscription, invoice = world.subscribed(
            world.organization("Large", "large", owner=world.person("Lise")),
            on=TODAY,
            commitment=Commitment.ANNUAL,
        )
    return invoice


@pytest.fixture
def waiting(large, enter):
    """Return the order by which Magda asks to cancel it."""
    asked = enter("magda").post(deed_of(large, "cancel_document"), {"reason": "doublon"})
    assert "attend l’accord d’un autre responsable" in text(asked)
    enter("magda").post(
        deed_of(large, "cancel_document"), {**confirmation(asked), "confirm": "yes"}
    )
    [order] = rows(StaffOrder)
    return order


def decide(client: Client, order, decision: str = "approve"):
    seen = confirmation(client.get(page_of(order))).get("seen", "")
    return client.post(
        reverse("admin:subscriptions_stafforder_decide", args=[order.pk]),
        {"decision": decision, "seen": seen},
    )


def credit_notes() -> list[int]:
    return [row.net_cents for row in rows(Invoice, kind=Invoice.Kind.CREDIT_NOTE)]


def test_a_large_credit_note_waits_for_a_second_manager(waiting, enter):
    assert (waiting.state, credit_notes()) == ("waiting", [])

    decide(enter("milan"), waiting)

    [order] = rows(StaffOrder)
    assert (order.state, order.decided_by.email) == ("done", "milan@exemple.fr")
    assert credit_notes() == [-119000]


def test_nobody_approves_what_they_asked_for(waiting, enter):
    client = enter("magda")
    page = text(client.get(page_of(waiting)))

    assert decide(client, waiting).status_code == 403
    assert "un autre responsable l’approuve" in page
    assert "Approuver" not in page
    assert credit_notes() == []


@pytest.mark.parametrize("name", ["lea", "victor", "remi"])
@pytest.mark.parametrize("decision", ["approve", "refuse"])
def test_only_managers_decide(waiting, enter, name, decision):
    assert decide(enter(name), waiting, decision).status_code == 403
    assert [order.state for order in rows(StaffOrder)] == ["waiting"]


def test_an_order_is_decided_once(waiting, enter):
    decide(enter("milan"), waiting)
    decide(enter("milan"), waiting)
    decide(enter("magda"), waiting, "refuse")

    assert [order.state for order in rows(StaffOrder)] == ["done"]
    assert credit_notes() == [-119000]


def test_whoever_asked_may_give_up(waiting, enter):
    decide(enter("magda"), waiting, "refuse")

    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["refused"], [])


def test_what_the_approver_did_not_see_is_not_done(waiting, enter):
    client = enter("milan")
    client.post(
        reverse("admin:subscriptions_stafforder_decide", args=[waiting.pk]),
        {"decision": "approve", "seen": "credit_note:-1:-1"},
    )

    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["waiting"], [])


def test_an_order_that_cannot_be_done_any_more_says_so(waiting, large, enter):
    with staff_context():
        plan_changes.change_now(
            subscription_id=large.subscription_id,
            change=plan_changes.Change(plan=world.plan("orga")),
            on=TODAY,
            operation="since",
        )

    page = text(enter("milan").get(page_of(waiting)))

    decide(enter("milan"), waiting)

    assert "annulez d’abord le document le plus récent" in page
    assert "Approuver" not in page
    assert ([order.state for order in rows(StaffOrder)], credit_notes()) == (["waiting"], [])


@pytest.mark.parametrize(("days", "waits"), [("153", False), ("154", True)])
def test_five_hundred_euros_are_still_for_one(ravel, large, enter, days, waits):
    """153 days of 365 at 1 190 € are 498.82 €; 154 are 502.08 €."""
    done(enter("magda"), large.subscription, "credit_days", days=days)

    assert bool(credit_notes()) is not waits
    assert [order.takes_two for order in rows(StaffOrder)] == [waits]


def test_the_database_itself_refuses_one_person_for_two(waiting):
    with staff_context():
        for change in (
            {"state": "done", "decided_by": waiting.asked_by, "decided_on": TODAY},
            {"state": "done"},
            {"state": "waiting", "takes_two": False},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                StaffOrder.objects.filter(pk=waiting.pk).update(**change)
