"""The subscription and its usage by the API, and the schema that tells them."""

from datetime import date

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from accounts.roles import Role
from accounts.tenancy import staff_context
from subscriptions import plan_changes
from subscriptions.api import UsageQuery
from subscriptions.models import Subscription
from subscriptions.plan_changes import Change
from tests import world

SUBSCRIPTION = "/api/v1/subscription/"
USAGE = "/api/v1/usage/"


@pytest.fixture
def people(db):
    """Alice’s Ravel is on ÉQUIPE with one option since 9 November 2026; Charlie’s has nothing."""
    with staff_context():
        world.put_on_sale()
        alice = world.person("Alice")
        ravel = world.organization(owner=alice)
        world.subscribed(ravel, on=date(2026, 11, 9), options=("e-signature",))
        charlie = world.person("Charlie")
        world.organization("Ailleurs", "ailleurs", owner=charlie)
        return {
            "alice": alice,
            "adam": world.member(ravel, "Adam", Role.ADMINISTRATOR),
            "sam": world.member(ravel, "Sam", Role.SALES),
            "tara": world.member(ravel, "Tara", Role.TRAINER),
            "charlie": charlie,
        }


@pytest.fixture
def enter(people):
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(people[name])
        return client

    with time_machine.travel("2026-11-23T10:00:00+01:00", tick=False):
        yield signed_in


LIMITS = {"learners": 500, "trainers": 20, "administrators": 6}
PLAN = {"code": "equipe", "name": "ÉQUIPE", "limits": LIMITS}


def test_the_subscription_tells_the_contract_and_the_next_invoice(enter):
    answer = enter("alice").get(SUBSCRIPTION)

    told = answer.json()
    number = told["account_number"]
    assert answer.status_code == 200
    assert told == {
        "organization": "ravel",
        "account_number": number,
        "status": "active",
        "plan": PLAN,
        "commitment": "monthly",
        "price": {"net": "119.00", "currency": "EUR"},
        "period": {"starts_on": "2026-11-09", "ends_before": "2026-12-09"},
        "renews_on": "2026-12-09",
        "options": [
            {
                "slug": "e-signature",
                "name": "Signature électronique",
                "price": {"net": "25.00", "currency": "EUR"},
                "starts_on": "2026-11-09",
                "ends_before": None,
            }
        ],
        "pending_change": None,
        "next_invoice": {
            "period": {"starts_on": "2026-12-09", "ends_before": "2027-01-09"},
            "lines": [
                {"name": "ÉQUIPE", "net": "119.00"},
                {"name": "Signature électronique", "net": "25.00"},
            ],
            "net": "144.00",
            "vat": "28.80",
            "gross": "172.80",
            "currency": "EUR",
        },
    }


def test_a_change_that_waits_is_told_and_stands_in_the_next_invoice(enter):
    with staff_context():
        plan_changes.change_at_term(
            subscription_id=Subscription.objects.get().pk,
            change=Change(plan=world.plan("indep-plus")),
            on=date(2026, 11, 20),
        )

    told = enter("alice").get(SUBSCRIPTION).json()

    assert told["pending_change"] == {
        "kind": "plan_change",
        "plan": {
            "code": "indep-plus",
            "name": "INDÉP+",
            "limits": {"learners": 200, "trainers": 3, "administrators": 2},
        },
        "commitment": None,
        "effective_on": "2026-12-09",
    }


def test_a_cancellation_leaves_no_next_invoice(enter):
    with staff_context():
        plan_changes.cancel_at_term(
            subscription_id=Subscription.objects.get().pk, on=date(2026, 11, 20)
        )

    told = enter("alice").get(SUBSCRIPTION).json()

    assert (told["pending_change"]["kind"], told["next_invoice"]) == ("cancellation", None)


def test_usage_tells_counts_and_limits(enter):
    answer = enter("sam").get(USAGE)

    assert answer.json() == {
        "on": "2026-11-23",
        "counted_from": "2025-11-24",
        "learners": {"count": 0, "limit": 500},
        "trainers": {"count": 1, "limit": 20},
        "administrators": {"count": 3, "limit": 6},
        "forecast": None,
    }


def test_usage_can_be_asked_for_any_day(enter):
    answer = enter("sam").get(USAGE, {"on": "2024-02-29"})

    told = answer.json()
    assert (told["on"], told["counted_from"]) == ("2024-02-29", "2023-03-02")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("on=2026-02-30", "invalid", "on"),
        ("on=", "invalid", "on"),
        ("on=hier", "invalid", "on"),
        ("on=2026-2-3", "invalid", "on"),
        ("on=%00", "invalid", "on"),
        ("on=\u0662\u0660\u0662\u0666-\u0661\u0661-\u0662\u0663", "invalid", "on"),
        ("on=20261123", "invalid", "on"),
        ("on=2026-11-23T10:00", "invalid", "on"),
        ("on=0001-01-01", "out_of_range", "on"),
        ("on=9999-12-31", "out_of_range", "on"),
        ("on=2026-11-22&on=2026-11-23", "duplicate_key", "on"),
        ("since=2026-11-22", "unknown_filter", "since"),
    ],
)
def test_usage_refuses_a_day_that_is_none(query, code, field):
    asked = UsageQuery(data=QueryDict(query))

    assert not asked.is_valid()
    assert {name: errors[0].code for name, errors in asked.errors.items()} == {field: code}


def test_a_refused_day_is_a_problem(enter):
    answer = enter("alice").get(USAGE, {"on": "2026-02-30"})

    told = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert (told["code"], told["errors"][0]["field"]) == ("invalid", "on")


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("adam", 200), ("sam", 200), ("tara", 403)]
)
def test_the_roles_that_see_the_page_read_the_api(enter, name, status):
    client = enter(name)

    assert [client.get(address).status_code for address in (SUBSCRIPTION, USAGE)] == [status] * 2


def test_a_stranger_is_asked_to_sign_in(db):
    for address in (SUBSCRIPTION, USAGE):
        answer = Client().get(address)

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_charlie_without_a_subscription_finds_none(enter):
    answer = enter("charlie").get(SUBSCRIPTION)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert enter("charlie").get(USAGE).json()["learners"] == {"count": 0, "limit": None}


def test_nothing_is_written_here(enter):
    alice = enter("alice")

    for method in (alice.post, alice.put, alice.patch, alice.delete):
        assert method(SUBSCRIPTION).status_code == 405


def test_the_schema_is_valid_and_documents_every_refusal():
    schema = SchemaGenerator().get_schema(request=None, public=True)

    validate_schema(schema)
    operations = [
        (address, method, set(operation["responses"]))
        for address, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    assert {address for address, _method, _codes in operations} >= {
        SUBSCRIPTION,
        USAGE,
        "/api/v1/options/",
        "/api/v1/options/{slug}/subscription/",
    }
    for _address, _method, codes in operations:
        assert codes >= {"400", "401", "403", "404", "409"}


def test_the_documentation_stands_on_our_own_files(db):
    page = Client().get("/api/docs/")
    script = Client().get("/api/docs/?script=")

    assert page.status_code == script.status_code == 200
    assert b"<style" not in page.content
    assert b"style=" not in page.content
    assert b"//" not in page.content.replace(b"<!doctype html>", b"")
    assert "unsafe" not in page["Content-Security-Policy"]
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content
