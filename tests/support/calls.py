"""Calls to the requests by the API, as a test makes them."""

import json

from django.test import Client

REQUESTS = "/api/v1/requests/"
WISH = {"plan": "orga", "commitment": "monthly", "when": "term"}


def at(reference: str, door: str = "") -> str:
    return f"{REQUESTS}{reference}/{door}"


def post(client: Client, address=REQUESTS, body=WISH, *, key="cle-numero-1", **headers):
    return client.post(
        address,
        body if isinstance(body, str | bytes) else json.dumps(body),
        content_type=headers.pop("content_type", "application/json"),
        headers={"Idempotency-Key": key, **headers},
    )
