"""Every refusal of the API is a problem in JSON with a stable code; no bad input is a failure."""

import json
import re

import pytest
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework import exceptions, serializers
from rest_framework.exceptions import ParseError
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from accounts.payloads import accepted
from digiforma.problems import problem_response
from digiforma.strict_json import MAX_BYTES, StrictJSONParser, TooLarge
from options.api import AgreementSerializer
from tests.proving import examples

ADDRESS = "/api/v1/options/advanced-elearning/subscription/"


class OpenDoor(APIView):
    """A door that anyone may pass, under the settings of all the others; it needs no database."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request):
        return Response(accepted(AgreementSerializer, request))


def agreed(body: bytes, content_type="application/json"):
    """Send a body through the open door and return the rendered answer."""
    request = RequestFactory().generic("POST", "/", body, content_type=content_type)
    answer = OpenDoor.as_view()(request)
    answer.render()
    answer.json = lambda: json.loads(answer.content)
    return answer


def test_a_sound_body_passes():
    answer = agreed(b'{"price":"39.00","currency":"EUR"}')

    assert (answer.status_code, answer.data) == (200, {"price": 39_00, "currency": "EUR"})


def send(client, body: bytes, content_type="application/json"):
    return client.post(
        ADDRESS, body, content_type=content_type, headers={"Idempotency-Key": "cle-numero-1"}
    )


def code(answer) -> tuple[int, str]:
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(told) == {"type", "title", "status", "code", "errors", "request_id"}
    assert told["type"] == f"urn:digiforma:problem:{told['code']}"
    assert told["status"] == answer.status_code
    assert told["errors"]
    return answer.status_code, told["code"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"price":', "malformed_json"),
        (b"{'price': 1}", "malformed_json"),
        (b'{"price": NaN}', "malformed_json"),
        (b'{"price": Infinity}', "malformed_json"),
        (b'{"price": "39.00"} {}', "malformed_json"),
        (b'{"price": "a\nb"}', "malformed_json"),
        (b"[]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'"x"', "not_an_object"),
        (b"3", "not_an_object"),
        (b"", "not_an_object"),
        (b'{"price":"39.00","price":"1.00"}', "duplicate_key"),
        (b'{"price":{"a":1,"a":2}}', "duplicate_key"),
        (b'{"\\ud800":1,"\\ud800":2}', "duplicate_key"),
        (b"[" * 50_000, "json_too_deep"),
        (b'{"price":' + b"[" * 40 + b"]" * 40 + b"}", "json_too_deep"),
        (b'{"price":"a\\u0000b"}', "invalid_character"),
        (b'{"price":[{"x":"\\ud800"}]}', "invalid_character"),
        (b'{"\\ud800":1}', "invalid_character"),
        ('{"price":"39.00"}'.encode("utf-16"), "encoding"),
        ('{"price":"39.00"}'.encode("utf-16-le"), "encoding"),
        (b'{"price":"\xff"}', "encoding"),
        (b'{"price":"caf\xe9"}', "encoding"),
        (b'{"price":1' + b"0" * 30 + b"}", "out_of_range"),
        (b'{"price":' + b"9" * 5000 + b"}", "out_of_range"),
        (b'{"price":1e400}', "out_of_range"),
        (b'{"price":"39.00","price_cents":1}', "unknown_field"),
        (b'{"price":"39.00","' + b"x" * 5000 + b'":1}', "unknown_field"),
        (b'{"price":39.0}', "invalid_amount"),
    ],
)
def test_a_body_that_is_not_plain_json_is_a_400(body, expected):
    assert code(agreed(body)) == (400, expected)


def test_a_body_in_latin_1_is_refused():
    answer = agreed(b'{"price":"39.00"}', "application/json; charset=latin-1")

    assert code(answer) == (400, "encoding")


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b'{"price":"' + b"9" * 6 * 1024 * 1024 + b'"}', "application/json", (413, "too_large")),
        (b'{"price":', "application/json", (400, "malformed_json")),
        (b'{"price":"39.00"}', "", (415, "unsupported_media_type")),
    ],
)
def test_a_real_door_answers_the_same(enter, body, content_type, expected):
    assert code(send(enter("alice"), body, content_type)) == expected


def test_a_form_of_13_mb_is_too_large(enter):
    body = b"price=" + b"9" * 13 * 1024 * 1024

    answer = send(enter("alice"), body, "application/x-www-form-urlencoded")

    assert code(answer) in {(413, "too_large"), (415, "unsupported_media_type")}


@pytest.mark.parametrize(
    "content_type", ["application/xml", "text/plain", "", "multipart/form-data; boundary=x", "/"]
)
def test_what_is_not_json_is_a_415(content_type):
    answer = agreed(b'{"price":"39.00"}', content_type)

    assert code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/", "/api/v1/rien/", "/api/v2/options/", "/api/v1/usage/%00"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_is_a_problem_in_json(db, address, method):
    assert code(getattr(Client(), method)(address)) == (404, "not_found")


def test_an_answer_in_another_format_is_not_offered(enter):
    answer = enter("alice").get("/api/v1/options/", headers={"Accept": "application/xml"})

    assert code(answer) == (406, "not_acceptable")


def test_the_caller_may_name_the_request(db):
    named = Client().get("/api/v1/usage/", headers={"X-Request-ID": "support-0412"})
    forged = Client().get("/api/v1/usage/", headers={"X-Request-ID": "a b\x7f"})

    assert named.json()["request_id"] == "support-0412"
    assert re.fullmatch("[0-9a-f]{16}", forged.json()["request_id"])


def test_nested_errors_say_where_each_one_is():
    class Line(serializers.Serializer):
        days = serializers.IntegerField()

    class Order(serializers.Serializer):
        lines = Line(many=True)
        name = serializers.CharField()

    order = Order(data={"lines": [{"days": 1}, {"days": "x"}], "name": ""})
    order.is_valid()
    error = exceptions.ValidationError(order.errors)

    answer = problem_response(error, {"request": APIRequestFactory().get("/")})

    assert [(told["field"], told["code"]) for told in answer.data["errors"]] == [
        ("lines.1.days", "invalid"),
        ("name", "blank"),
    ]
    assert answer.data["code"] == "invalid"


def test_a_pause_says_how_long():
    answer = problem_response(
        exceptions.Throttled(wait=30), {"request": APIRequestFactory().get("/")}
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")


def test_a_failure_nobody_expects_goes_up():
    assert problem_response(ValueError("bug"), {"request": APIRequestFactory().get("/")}) is None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@settings(max_examples=examples(100, 5000), deadline=None)
@given(st.binary() | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_the_parser_returns_an_object_or_refuses(body):
    try:
        told = StrictJSONParser().parse(APIRequestFactory().generic("POST", "/", body))
    except ParseError:
        return

    assert isinstance(told, dict)
    assert json.loads(body) == told
    json.dumps(told, ensure_ascii=False).encode("utf-8")


def test_the_parser_reads_up_to_its_limit():
    fits = b'{"a":"' + b"x" * (MAX_BYTES - 8) + b'"}'

    assert len(StrictJSONParser().parse(APIRequestFactory().generic("POST", "/", fits))["a"]) == (
        MAX_BYTES - 8
    )
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(APIRequestFactory().generic("POST", "/", fits + b" "))
