"""Calls to the options by the API, and the problems they answer."""

import json

from django.test import Client

OPTIONS = "/api/v1/options/"
ELEARNING = f"{OPTIONS}advanced-elearning/subscription/"
AGREED = {"price": "39.00", "currency": "EUR"}


def post(client: Client, address=ELEARNING, body=AGREED, key="cle-numero-1", **headers):
    return client.post(
        address,
        body if isinstance(body, str | bytes) else json.dumps(body),
        content_type="application/json",
        headers={"Idempotency-Key": key, **headers},
    )


def problem(answer) -> tuple:
    """Return what matters of a problem: status, code, and where."""
    told = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert told["status"] == answer.status_code
    return told["status"], told["code"], [error["field"] for error in told["errors"]]
