"""Bad inputs 27 to 46 at the doors of the requests, and what programs page through."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tenancy import staff_context
from support import services
from support.models import Attachment, Message, Request
from support.payloads import QuoteAgreementSerializer, WishSerializer, WordsSerializer
from tests import world
from tests.options.calls import problem
from tests.support.calls import REQUESTS, WISH, at, post
from tests.support.conftest import TODAY

FIRST = "D-2026-0001"
DOORS = ["withdrawal/", "messages/", "quote/acceptance/", "quote/refusal/"]


@pytest.fixture
def asked(desk) -> str:
    with staff_context():
        return desk.ask(message="Nous grandissons.").reference


def written() -> tuple[int, int, list[str]]:
    with staff_context():
        states = list(Request.objects.order_by("pk").values_list("state", flat=True))
        return Request.objects.count(), Message.objects.count(), states


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"plan": "required", "commitment": "required", "when": "required"}),
        (WISH | {"plan": None}, {"plan": "null"}),
        (WISH | {"plan": 12}, {"plan": "invalid"}),
        (WISH | {"plan": ["orga"]}, {"plan": "invalid"}),
        (WISH | {"plan": " \u200b "}, {"plan": "blank"}),
        (WISH | {"plan": "o" * 61}, {"plan": "too_long"}),
        (WISH | {"commitment": "weekly"}, {"commitment": "invalid_choice"}),
        (WISH | {"commitment": True}, {"commitment": "invalid_choice"}),
        (WISH | {"when": "2026-12-09"}, {"when": "invalid_choice"}),
        (WISH | {"options": "edof-export"}, {"options": "not_a_list"}),
        (WISH | {"options": {"edof-export": 1}}, {"options": "not_a_list"}),
        (WISH | {"options": [str(each) for each in range(21)]}, {"options": "max_length"}),
        (WISH | {"message": "a" * 5_001}, {"message": "too_long"}),
        (WISH | {"message": 1.5}, {"message": "invalid"}),
        (
            WISH | {"surcharge_cents": 0, "organization": 2, "requester": 1},
            {
                "surcharge_cents": "unknown_field",
                "organization": "unknown_field",
                "requester": "unknown_field",
            },
        ),
    ],
)
def test_a_body_that_is_no_wish_is_refused(body, expected):
    wish = WishSerializer(data=body)

    assert not wish.is_valid()
    assert {name: errors[0].code for name, errors in wish.errors.items()} == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "required"),
        ({"body": ""}, "blank"),
        ({"body": "  \n\u2003"}, "blank"),
        ({"body": "\u200b\u200d\ufeff"}, "blank"),
        ({"body": "a" * 1_000_000}, "too_long"),
        ({"body": True}, "invalid"),
    ],
)
def test_a_message_says_something(body, expected):
    words = WordsSerializer(data=body)

    assert not words.is_valid()
    assert words.errors["body"][0].code == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"version": True}, {"version": "invalid_integer"}),
        ({"version": 1.5}, {"version": "invalid_integer"}),
        ({"version": "1_0"}, {"version": "invalid_integer"}),
        ({"version": "\uff11"}, {"version": "invalid_integer"}),
        ({"version": -1}, {"version": "out_of_range"}),
        ({"version": 10**17}, {"version": "out_of_range"}),
        ({"gross": 1.0}, {"gross": "invalid_amount"}),
        ({"gross": "NaN"}, {"gross": "invalid_amount"}),
        ({"gross": "321,60"}, {"gross": "invalid_amount"}),
        ({"gross": "-321.60"}, {"gross": "invalid_amount"}),
        ({"plan": "leader"}, {"plan": "unknown_field"}),
    ],
)
def test_an_agreement_names_a_version_and_an_amount(changed, expected):
    agreed = QuoteAgreementSerializer(data={"version": 1, "gross": "321.60"} | changed)

    assert not agreed.is_valid()
    assert {name: errors[0].code for name, errors in agreed.errors.items()} == expected


RAW = [
    (b'{"plan":', (400, "malformed_json", [None])),
    (b"[]", (400, "not_an_object", [None])),
    (b"null", (400, "not_an_object", [None])),
    (b"", (400, "not_an_object", [None])),
    (b'{"plan":"orga","plan":"leader"}', (400, "duplicate_key", [None])),
    (b"[" * 50_000, (400, "json_too_deep", [None])),
    (b'{"message":"' + b"a" * 6_000_000 + b'"}', (413, "too_large", [None])),
    ('{"message":"é"}'.encode("utf-16"), (400, "encoding", [None])),
    (b'{"message":"\xff"}', (400, "encoding", [None])),
    (b'{"message":"a\\u0000b"}', (400, "invalid_character", [None])),
    (b'{"options":["\\ud800"]}', (400, "invalid_character", [None])),
    (b'{"version":' + b"9" * 5_000 + b"}", (400, "out_of_range", [None])),
]


@pytest.mark.parametrize("door", ["", *DOORS])
def test_a_body_that_is_not_plain_json_is_refused_at_each_door(enter, asked, door):
    alice, address = enter("alice"), at(asked, door) if door else REQUESTS
    before = written()

    answers = [problem(post(alice, address, raw, key="cle-numero-1")) for raw, _expected in RAW]
    as_xml = post(alice, address, "<a/>", content_type="application/xml")

    assert answers == [expected for _raw, expected in RAW]
    assert problem(as_xml) == (415, "unsupported_media_type", [None])
    assert written() == before


@pytest.mark.parametrize("key", ["", "court", "a" * 61, "é" * 10, "espace dedans"])
def test_a_key_is_required_to_ask_and_plain(enter, key):
    assert problem(post(enter("alice"), key=key))[:2] == (400, "invalid_key")
    assert written() == (0, 0, [])


REFERENCES = ["D-2026-9999", "abc", "%00", "-1", "9" * 20, "1;DROP", "é", "a" * 5_000]


@pytest.mark.parametrize("door", ["", *DOORS, "attachments/", "quote/"])
def test_an_unknown_reference_is_not_found(enter, asked, door):
    alice = enter("alice")
    body = {"version": 1, "gross": "1.00"} if door == "quote/acceptance/" else {}
    body = {"body": "?"} if door == "messages/" else body

    for reference in REFERENCES:
        address = at(reference, door)
        answer = post(alice, address, body) if door in DOORS else alice.get(address)
        assert problem(answer) == (404, "not_found", [None]), reference


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?page_size=0", (400, "invalid", ["page_size"])),
        ("?page_size=101", (400, "invalid", ["page_size"])),
        ("?page_size=1000000", (400, "invalid", ["page_size"])),
        ("?page_size=\uff11", (400, "invalid", ["page_size"])),
        ("?cursor=-1", (400, "invalid", ["cursor"])),
        ("?cursor=9e9", (400, "invalid", ["cursor"])),
        ("?cursor=" + "9" * 30, (400, "invalid", ["cursor"])),
        ("?cursor=", (400, "blank", ["cursor"])),
        ("?cursor=%00", (400, "invalid", None)),
        ("?cursor=1&cursor=2", (400, "duplicate_key", ["cursor"])),
        ("?page=0", (400, "unknown_filter", ["page"])),
        ("?ordering=requester__password", (400, "unknown_filter", ["ordering"])),
        ("?organization__name__regex=(a+)%2B$", (400, "unknown_filter", None)),
    ],
)
@pytest.mark.parametrize("door", ["", "messages/"])
def test_a_page_that_is_none_is_refused(enter, asked, door, query, expected):
    address = at(asked, door) if door else REQUESTS

    told = problem(enter("alice").get(address + query))

    assert told[:2] == expected[:2]
    assert told[2] == expected[2] or expected[2] is None


def test_other_methods_are_not_proposed(enter, asked):
    alice = enter("alice")

    for method in (alice.put, alice.patch, alice.delete):
        for address in (REQUESTS, at(asked), *(at(asked, door) for door in DOORS)):
            assert problem(method(address)) == (405, "method_not_allowed", [None])


def many(desk) -> None:
    """Write five messages, one of them Sam's."""
    with staff_context():
        for number, name in enumerate(("adam", "sam", "alice", "adam", "alice")):
            services.ask_by_message(
                membership=desk.membership(name), message=f"Message {number}", on=TODAY
            )
        services.note_option_interest(
            membership=desk.membership("adam"), option=world.option("e-signature"), on=TODAY
        )


def pages(client: Client, size: int) -> list[list[str]]:
    """Return the references of each page, to the last."""
    found, query = [], f"?page_size={size}"
    while True:
        told = client.get(REQUESTS + query).json()
        found.append([row["reference"] for row in told["requests"]])
        if told["next_cursor"] is None:
            return found
        query = f"?page_size={size}&cursor={told['next_cursor']}"


@pytest.mark.parametrize(("name", "count"), [("alice", 6), ("adam", 6), ("sam", 1), ("charlie", 0)])
def test_each_page_follows_the_one_before(desk, enter, name, count):
    many(desk)
    client = enter(name)

    by_two, at_once = pages(client, 2), pages(client, 100)

    assert [row for page in by_two for row in page] == at_once[0]
    assert at_once[0] == sorted(at_once[0], reverse=True)
    assert (len(at_once[0]), len(at_once)) == (count, 1)
    assert max(map(len, by_two)) <= 2


def test_a_page_takes_as_many_queries_for_one_as_for_six(desk, enter, tell_figure):
    many(desk)
    alice = enter("alice")
    counted = []

    for size in (1, 6):
        with CaptureQueriesContext(connection) as queries:
            alice.get(f"{REQUESTS}?page_size={size}")
        counted.append([each["sql"] for each in queries])

    assert len(counted[0]) == len(counted[1]), counted
    tell_figure(f"{len(counted[0])} queries, session, person and scope included")


def test_files_are_named_with_where_they_are_saved_from(desk, enter, asked):
    with staff_context():
        message = Message.objects.get()
        file = Attachment.objects.create(
            organization=desk.ravel,
            message=message,
            name="liste.csv",
            media_type="text/csv",
            size=3,
            content=b"a;b",
        )
    adam = enter("adam")

    told = adam.get(at(asked, "attachments/")).json()

    assert told == {
        "attachments": [
            {
                "id": file.pk,
                "message": message.pk,
                "name": "liste.csv",
                "media_type": "text/csv",
                "size": 3,
                "download": f"http://testserver/compte/demandes/{asked}/pieces/{file.pk}/",
            }
        ]
    }
    assert adam.get(told["attachments"][0]["download"]).content == b"a;b"


def test_a_stranger_is_asked_to_sign_in(asked):
    for answer in (Client().get(REQUESTS), post(Client()), Client().get(at(asked))):
        assert problem(answer) == (401, "not_authenticated", [None])


def test_what_is_written_is_read_again(enter):
    alice = enter("alice")
    asked = post(alice, body=WISH | {"message": "<b>Où ?</b> 😀"}).json()

    read = alice.get(at(asked["reference"]))
    said = alice.get(at(asked["reference"], "messages/")).json()["messages"]

    assert (read.status_code, read.json()) == (200, asked)
    assert [message["body"] for message in said] == ["<b>Où ?</b> 😀"]
    assert json.dumps(said)
    assert asked["reference"] == FIRST
